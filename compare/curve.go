package compare

import (
	"sort"

	"github.com/gesturekit/gesturekit/evaluate"
)

// Curve is what a score makes of a training at all thresholds: the mean over its
// cells of what is accepted of the known test samples, where the share i/100 of the
// unseen ones is accepted.
type Curve struct {
	Training
	Score evaluate.Score `json:"score"`
	Cells int            `json:"cells"` // that have unseen test samples
	// CCR, the correct classification rate, is the share of the known samples that
	// is accepted and named right (the OSCR curve), and TPR the share that is
	// accepted, whatever it is named (the ROC curve). Both have 101 values, 0..1.
	CCR []float64 `json:"ccr"`
	TPR []float64 `json:"tpr"`
}

// rates are the curves of one cell.
type rates struct{ ccr, tpr []float64 }

// gridSteps is the number of steps of the false positive rate.
const gridSteps = 100

// ratesOf returns nil without known or without unseen samples.
func ratesOf(outcomes []evaluate.Outcome) (*rates, error) {
	c, err := evaluate.CurveOf(outcomes, string(evaluate.Unseen))
	if err != nil || c.Known == 0 || c.Others == 0 {
		return nil, err
	}
	return &rates{
		ccr: onGrid(c, func(p evaluate.CurvePoint) int { return p.Correct }),
		tpr: onGrid(c, func(p evaluate.CurvePoint) int { return p.Known }),
	}, nil
}

// onGrid reads the curve at the false positive rates i/gridSteps. Between its
// points it is straight, as the areas take it to be; where it rises at one rate,
// the top counts.
func onGrid(c evaluate.Curve, height func(evaluate.CurvePoint) int) []float64 {
	out := make([]float64, gridSteps+1)
	for i := range out {
		// Rates are compared as whole numbers: Others/c.Others with i/gridSteps.
		next := sort.Search(len(c.Points), func(k int) bool { return c.Points[k].Others*gridSteps > i*c.Others })
		a := c.Points[next-1] // the first point accepts nothing
		y := float64(height(a))
		if next < len(c.Points) {
			b := c.Points[next]
			part := float64(i*c.Others-a.Others*gridSteps) / float64((b.Others-a.Others)*gridSteps)
			y += float64(part * float64(height(b)-height(a)))
		}
		out[i] = y / float64(c.Known)
	}
	return out
}

// curves averages the cells of every training for every score. A training without
// unseen samples in any cell has none.
func (r Result) curves(trainings [][]int) (out []Curve) {
	for _, cells := range trainings {
		for _, s := range evaluate.Scores() {
			at := -1
			for i, d := range r.Decodings {
				if d.Score == s {
					at = i
				}
			}
			if at < 0 {
				continue
			}
			c := Curve{
				Training: r.Cells[cells[0]].Training, Score: s,
				CCR: make([]float64, gridSteps+1), TPR: make([]float64, gridSteps+1),
			}
			for _, i := range cells {
				if v := r.Cells[i].Values; v != nil && v[at].rates != nil {
					c.Cells++
					sum(c.CCR, v[at].rates.ccr)
					sum(c.TPR, v[at].rates.tpr)
				}
			}
			if c.Cells == 0 {
				continue
			}
			for i := range c.CCR {
				c.CCR[i] /= float64(c.Cells)
				c.TPR[i] /= float64(c.Cells)
			}
			out = append(out, c)
		}
	}
	return out
}

func sum(into, more []float64) {
	for i, v := range more {
		into[i] += v
	}
}
