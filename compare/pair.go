package compare

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Pair compares row B with row A over the cells that both have: the same split,
// partition and seed, and so the same test samples.
type Pair struct {
	A      int    `json:"a"` // index of a row
	B      int    `json:"b"`
	Metric Metric `json:"metric"`
	// Difference is of B - A.
	Difference Statistic `json:"difference"`
	// TTest, Wilcoxon and ByPartition are two-sided p-values of no difference:
	// the paired t-test and the signed-rank test over the cells, and the paired
	// t-test over the means of the partitions. The cells of a partition resemble
	// each other, so only the last says something of other partitions. They are
	// null where there is too little to tell by.
	TTest       *float64 `json:"t_test"`
	Wilcoxon    *float64 `json:"wilcoxon"`
	ByPartition *float64 `json:"by_partition"`
}

// pairs compares the rows that differ in one thing, with the first of their
// kind: each training with the first of the same split, decoded alike; and each
// decoding with the first threshold (or argmax) of the same training.
func (r Result) pairs() (out []Pair) {
	base := min(1, len(r.Decodings)-1)
	firstOf := map[Split]int{}
	for b, row := range r.Rows {
		start := b - row.at // of its training's rows
		if _, ok := firstOf[row.Split]; !ok {
			firstOf[row.Split] = start
		}
		if a := firstOf[row.Split]; a != start {
			out = append(out, r.compare(a+row.at, b)...)
		}
		if row.at != base {
			out = append(out, r.compare(start+base, b)...)
		}
	}
	return out
}

// compare returns a Pair for the metrics that say most.
func (r Result) compare(a, b int) (out []Pair) {
	for _, m := range []Metric{Known, Unseen, Overall, AUROCUnseen} {
		p := Pair{A: a, B: b, Metric: m}
		var d []float64
		by := map[string][]float64{}
		var names []string
		for k, i := range r.Rows[a].cells {
			x, okA := r.Cells[i].value(r.Rows[a].at, m)
			other := r.Cells[r.Rows[b].cells[k]]
			y, okB := other.value(r.Rows[b].at, m)
			if !okA || !okB {
				continue
			}
			d = append(d, y-x)
			if by[other.Partition] == nil {
				names = append(names, other.Partition)
			}
			by[other.Partition] = append(by[other.Partition], y-x)
		}
		var means []float64
		for _, n := range names {
			means = append(means, stat.Mean(by[n], nil))
		}
		p.Difference, p.TTest, p.Wilcoxon = statistic(d), tTest(d), wilcoxon(d)
		if len(means) > 2 {
			p.ByPartition = tTest(means)
		}
		out = append(out, p)
	}
	return out
}

// tTest returns the two-sided p-value of Student's paired t-test of the
// differences d: t = mean(d) / (sd(d) / sqrt(n)) against the t-distribution of
// n-1 degrees of freedom. It is nil for fewer than two, and where they do not
// differ among themselves.
func tTest(d []float64) *float64 {
	if len(d) < 2 {
		return nil
	}
	mean, sd := stat.MeanStdDev(d, nil)
	if sd == 0 {
		return nil
	}
	n := float64(len(d))
	t := mean / (sd / math.Sqrt(n))
	p := 2 * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Survival(math.Abs(t))
	return &p
}

// wilcoxon returns the two-sided p-value of the signed-rank test (Wilcoxon 1945)
// of the differences d. Zeros are left out, equal sizes share their mean rank,
// and the distribution under no difference is exact, each sign as likely as the
// other: p = min(1, 2 min(P(W <= w), P(W >= w))). It is nil when all are zero.
func wilcoxon(d []float64) *float64 {
	var sorted []float64
	for _, v := range d {
		if math.Abs(v) > tie {
			sorted = append(sorted, v)
		}
	}
	if len(sorted) == 0 {
		return nil
	}
	slices.SortStableFunc(sorted, func(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) })
	// Ranks are doubled, so that a mean rank is a whole number.
	w, chance := 0, []float64{1} // chance[s] is P(W = s) of the ranks so far
	for i := 0; i < len(sorted); {
		j := i + 1
		for j < len(sorted) && math.Abs(sorted[j])-math.Abs(sorted[i]) <= tie {
			j++
		}
		rank := i + j + 1 // twice the mean of i+1..j
		for ; i < j; i++ {
			if sorted[i] > 0 {
				w += rank
			}
			next := make([]float64, len(chance)+rank)
			for s, p := range chance {
				next[s] += p / 2
				next[s+rank] += p / 2
			}
			chance = next
		}
	}
	below, above := 0.0, 0.0
	for s, p := range chance {
		if s <= w {
			below += p
		}
		if s >= w {
			above += p
		}
	}
	p := min(1, 2*below, 2*above)
	return &p
}

// tie is how far sizes of differences may lie apart and count as equal: shares
// of so few samples differ by more, or by rounding alone.
const tie = 1e-12
