package evaluate

import "fmt"

// Proportion is a count out of a count: an accuracy, a recall, a precision.
// It is undefined when Of is 0.
type Proportion struct {
	Count int
	Of    int
}

// Value returns Count/Of; ok is false when the proportion is undefined.
func (p Proportion) Value() (v float64, ok bool) {
	if p.Of == 0 {
		return 0, false
	}
	return float64(p.Count) / float64(p.Of), true
}

// add counts n more, hits or not.
func (p *Proportion) add(hit bool, n int) {
	p.Of += n
	if hit {
		p.Count += n
	}
}

// Confusion counts samples: Confusion[target][prediction], both in 0..K.
type Confusion [][]int

// NewConfusion returns an empty matrix for na and the known labels 1..known.
func NewConfusion(known int) Confusion {
	c := make(Confusion, known+1)
	for i := range c {
		c[i] = make([]int, known+1)
	}
	return c
}

// Count returns the confusion of targets and predictions, both of length N
// with labels in 0..known. It fails when N is 0, the lengths differ or a label
// is out of range.
func Count(targets, predictions []int, known int) (Confusion, error) {
	if len(targets) == 0 || len(targets) != len(predictions) {
		return nil, fmt.Errorf("%w: %d targets and %d predictions: want equally many, at least one", ErrInput, len(targets), len(predictions))
	}
	c := NewConfusion(known)
	for i, t := range targets {
		p := predictions[i]
		if t < NA || t > known || p < NA || p > known {
			return nil, fmt.Errorf("%w: sample %d has target %d and prediction %d: want labels in 0..%d", ErrInput, i, t, p, known)
		}
		c[t][p]++
	}
	return c, nil
}

// Accuracy returns the samples on the diagonal out of all.
func (c Confusion) Accuracy() Proportion {
	var p Proportion
	for t, row := range c {
		for _, n := range row {
			p.Of += n
		}
		p.Count += row[t]
	}
	return p
}

// KnownAccuracy returns the samples on the diagonal out of those with a known
// target.
func (c Confusion) KnownAccuracy() Proportion {
	var p Proportion
	for t := 1; t < len(c); t++ {
		for _, n := range c[t] {
			p.Of += n
		}
		p.Count += c[t][t]
	}
	return p
}

// LabelMetrics are the numbers of one label against all others.
type LabelMetrics struct {
	Label     int        `json:"label"`
	Precision Proportion `json:"precision"` // of those predicted as the label
	Recall    Proportion `json:"recall"`    // of those that are the label
	F1        Proportion `json:"f1"`        // 2 TP out of 2 TP + FP + FN
}

// Labels returns the metrics of every label, na first.
func (c Confusion) Labels() []LabelMetrics {
	out := make([]LabelMetrics, len(c))
	for l := range c {
		hit, of, predicted := c[l][l], 0, 0
		for i := range c {
			of += c[l][i]
			predicted += c[i][l]
		}
		out[l] = LabelMetrics{
			Label:     l,
			Precision: Proportion{hit, predicted},
			Recall:    Proportion{hit, of},
			F1:        Proportion{2 * hit, of + predicted},
		}
	}
	return out
}

// OpenMacroF1 returns the mean F1 of the known labels that occur as target or
// prediction; na is left out, but its samples count as false positives of the
// label they are taken for (Mendes Junior et al. 2017, "Nearest neighbors
// distance ratio open-set classifier"). It is nil when no known label occurs.
func (c Confusion) OpenMacroF1() *float64 {
	sum, n := 0.0, 0
	for _, l := range c.Labels() {
		if v, ok := l.F1.Value(); ok && l.Label != NA {
			sum += v
			n++
		}
	}
	if n == 0 {
		return nil
	}
	sum /= float64(n)
	return &sum
}
