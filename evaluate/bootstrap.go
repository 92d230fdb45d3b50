package evaluate

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Bootstrap draws whole groups, since pictures of one person are alike: drawing
// single samples would make the intervals too narrow (the cluster bootstrap;
// Davison & Hinkley 1997, section 3.8).
type Bootstrap struct {
	outcomes []Outcome
	known    int
	sets     map[string]sortedSet
	group    []int32 // by outcome
	groups   int
	others   betaBinomial
}

// NewBootstrap prepares the drawing from outcomes with labels 0..known. It fails
// where Measure does.
func NewBootstrap(outcomes []Outcome, known int) (*Bootstrap, error) {
	if err := check(outcomes, known); err != nil {
		return nil, err
	}
	sets, err := sortedSets(outcomes, against()...)
	if err != nil {
		return nil, err
	}
	b := &Bootstrap{outcomes: outcomes, known: known, sets: sets, group: make([]int32, len(outcomes)), others: newBetaBinomial(outcomes)}
	var names []string
	for i := range outcomes {
		names = append(names, outcomes[i].Group)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	b.groups = len(names)
	for i := range outcomes {
		at, _ := slices.BinarySearch(names, outcomes[i].Group)
		b.group[i] = int32(at)
	}
	return b, nil
}

// Groups returns the number of groups.
func (b *Bootstrap) Groups() int { return b.groups }

// Draw draws as many groups as there are, with replacement, and returns their
// figures. worst_group_accuracy is of groups that were not seen: it is drawn from
// a Beta-binomial model of those that were, for no draw of them has a lower
// minimum. Draw may be called from several goroutines.
func (b *Bootstrap) Draw(r *rand.Rand) []Figure {
	times := make([]int, b.groups)
	for range times {
		times[r.IntN(len(times))]++
	}
	m := tally(b.outcomes, b.known, b.sets, func(i int) int { return times[b.group[i]] })
	figures := m.Figures()
	set(figures, worstGroup, b.others.worst(r))
	return figures
}

// Intervals are the confidence intervals of the figures of a test.
type Intervals struct {
	Level      float64 `json:"level"`      // of confidence, such as 0.95
	Replicates int     `json:"replicates"` // drawn
	Groups     int     `json:"groups"`     // people or sessions drawn from; with few of them the intervals are too narrow
	// Figures holds the interval of each figure by its name; those that cannot
	// be had are missing. That of worst_group_accuracy says how low the lowest of
	// as many other people may be.
	Figures map[string]Interval `json:"figures"`
}

// Interval is a figure with what it may be on other people: the percentiles of
// the replicates.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	// Undefined counts the replicates without the figure, which the interval
	// leaves out: those that drew no group with the samples that it needs.
	Undefined int `json:"undefined"`
}

// Intervals takes the percentile intervals from the replicates that Draw gave.
// A figure that is undefined in m or in more than half of the replicates has
// none, and with fewer than two groups no figure has one. It fails when the level
// is not between 0 and 1.
func (b *Bootstrap) Intervals(m *Metrics, replicates [][]Figure, level float64) (*Intervals, error) {
	if !(level > 0 && level < 1) {
		return nil, fmt.Errorf("%w: level of confidence %v: want a number between 0 and 1", ErrInput, level)
	}
	out := &Intervals{Level: level, Replicates: len(replicates), Groups: b.groups, Figures: map[string]Interval{}}
	if b.groups < 2 {
		return out, nil
	}
	for i, f := range m.Figures() {
		var values []float64
		for _, r := range replicates {
			if v := r[i].Value; v != nil {
				values = append(values, *v)
			}
		}
		if f.Value == nil || len(values) == 0 || 2*len(values) < len(replicates) {
			continue
		}
		slices.Sort(values)
		tail := (1 - level) / 2
		out.Figures[f.Name] = Interval{
			Value: *f.Value,
			Low:   stat.Quantile(tail, stat.Empirical, values, nil), High: stat.Quantile(1-tail, stat.Empirical, values, nil),
			Undefined: len(replicates) - len(values),
		}
	}
	return out, nil
}
