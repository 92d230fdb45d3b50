package evaluate

import (
	"math/rand/v2"
	"slices"
)

// worstGroup is the name of the figure that drawing the groups seen says nothing
// of: no draw of them has a lower minimum. The bootstrap fails for extremes (Bickel &
// Freedman 1981, section 6), so other groups are drawn from a model of them: a
// parametric bootstrap (Davison & Hinkley 1997, section 2.2).
const worstGroup = "worst_group_accuracy"

// betaBinomial is a model of groups that differ: each has a chance of its own, Beta
// distributed, that a sample of it is right (Griffiths 1973).
type betaBinomial struct {
	sizes []int   // samples by group
	mean  float64 // of the chances, 0..1
	// spread is the correlation of two samples of one group, 0 where groups differ
	// by no more than chance, up to below 1.
	spread float64
}

// maxSpread keeps the first draw of a group defined.
const maxSpread = 1 - 1e-9

// newBetaBinomial fits the model by moments, groups weighing by their samples
// (Kleinman 1973). With c of n samples right, of N in all, w = n/N and p = c/n:
//
//	mean = sum(w p), S = sum(w (p-mean)^2), a = sum(w (1-w)), b = sum(w (1-w) / n)
//	spread = (S/(mean (1-mean)) - b) / (a - b)
func newBetaBinomial(outcomes []Outcome) betaBinomial {
	all := groups(outcomes)
	m := betaBinomial{sizes: make([]int, len(all))}
	var total Proportion
	for i, g := range all {
		m.sizes[i] = g.OverallAccuracy.Of
		total.Count, total.Of = total.Count+g.OverallAccuracy.Count, total.Of+g.OverallAccuracy.Of
	}
	m.mean, _ = total.Value()
	s, a, b := 0.0, 0.0, 0.0
	for _, g := range all {
		n := float64(g.OverallAccuracy.Of)
		w, p := n/float64(total.Of), float64(g.OverallAccuracy.Count)/n
		d := p - m.mean
		s += float64(float64(w*d) * d)
		a += float64(w * (1 - w))
		b += float64(w*(1-w)) / n
	}
	if noise := float64(m.mean * (1 - m.mean)); noise > 0 && a > b {
		m.spread = min(max((s/noise-b)/(a-b), 0), maxSpread)
	}
	return m
}

// worst draws as many groups of the same sizes, and returns the lowest accuracy.
// Samples are drawn one after another, each right with the mean of the chances
// that fit those before it (Pólya's urn), which needs no function that processors
// compute differently.
func (m betaBinomial) worst(r *rand.Rand) float64 {
	low := 1.0
	for _, n := range m.sizes {
		right := 0
		for i := range n {
			of := 1 - m.spread + float64(m.spread*float64(i))
			if float64(r.Float64()*of) < float64(m.mean*(1-m.spread))+float64(m.spread*float64(right)) {
				right++
			}
		}
		low = min(low, float64(right)/float64(n))
	}
	return low
}

// set gives the figure of that name a value.
func set(figures []Figure, name string, v float64) {
	i := slices.IndexFunc(figures, func(f Figure) bool { return f.Name == name })
	figures[i].Value = &v
}
