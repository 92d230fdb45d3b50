package evaluate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Scored is one sample as the open-set curves see it.
type Scored struct {
	Score   float64 // the largest probability of a known label; the na column is left out
	Known   bool    // its target is a known category
	Correct bool    // Known, and the label of that probability is the target
}

// CurvePoint counts what is accepted when Score >= Threshold accepts.
type CurvePoint struct {
	Threshold float64
	Known     int // accepted samples with a known target
	Correct   int // those of them that are named correctly
	Others    int // accepted samples with target na
}

// Curve is the sweep of the threshold from above the largest score down to the
// smallest. The first point accepts nothing; every distinct score gives one.
type Curve struct {
	Points []CurvePoint
	Known  int // samples with a known target
	Others int // samples with target na
}

// NewCurve sweeps the threshold over N samples in any order. It fails when N is
// 0 or a score is not a finite number.
func NewCurve(samples []Scored) (Curve, error) {
	if len(samples) == 0 {
		return Curve{}, fmt.Errorf("%w: no samples: want at least one", ErrInput)
	}
	for i, s := range samples {
		if math.IsNaN(s.Score) || math.IsInf(s.Score, 0) {
			return Curve{}, fmt.Errorf("%w: score of sample %d is %v: want a finite number", ErrInput, i, s.Score)
		}
	}
	sorted := slices.Clone(samples)
	slices.SortFunc(sorted, func(a, b Scored) int { return cmp.Compare(b.Score, a.Score) })
	at := CurvePoint{Threshold: math.Inf(1)}
	points := []CurvePoint{at}
	for i, s := range sorted {
		at.Threshold = s.Score
		switch {
		case !s.Known:
			at.Others++
		case s.Correct:
			at.Known, at.Correct = at.Known+1, at.Correct+1
		default:
			at.Known++
		}
		if i+1 == len(sorted) || sorted[i+1].Score != s.Score {
			points = append(points, at)
		}
	}
	return Curve{Points: points, Known: at.Known, Others: at.Others}, nil
}

// AUROC returns the probability that a known sample scores above one with
// target na, ties counted half: the area under the receiver operating
// characteristic. It is nil without samples of both kinds.
func (c Curve) AUROC() *float64 { return c.area(func(p CurvePoint) int { return p.Known }) }

// OSCRArea returns the area under the open-set classification rate curve, CCR
// over FPR, by the trapezoid rule (Dhamija et al. 2018, "Reducing network
// agnostophobia"). It is nil without samples of both kinds.
func (c Curve) OSCRArea() *float64 { return c.area(func(p CurvePoint) int { return p.Correct }) }

// area is the trapezoid rule over the counts: whole numbers until the division.
func (c Curve) area(height func(CurvePoint) int) *float64 {
	if c.Known == 0 || c.Others == 0 {
		return nil
	}
	twice := 0
	for i := 1; i < len(c.Points); i++ {
		a, b := c.Points[i-1], c.Points[i]
		twice += (b.Others - a.Others) * (height(a) + height(b))
	}
	v := float64(twice) / (2 * float64(c.Known) * float64(c.Others))
	return &v
}

// FPR returns the accepted part of the samples with target na: the false
// positive rate, undefined without such samples.
func (c Curve) FPR(p CurvePoint) Proportion { return Proportion{p.Others, c.Others} }

// CCR returns the accepted and correctly named part of the known samples: the
// correct classification rate, undefined without known samples.
func (c Curve) CCR(p CurvePoint) Proportion { return Proportion{p.Correct, c.Known} }

// CCRAtFPR returns the largest CCR of the points with FPR <= fpr, without
// interpolation. It is undefined when fpr is outside [0, 1] or samples of
// either kind are missing. With N samples of target na an fpr below 1/N asks
// for no false positive at all; see Resolves.
func (c Curve) CCRAtFPR(fpr float64) Proportion {
	if !(fpr >= 0 && fpr <= 1) || c.Others == 0 {
		return Proportion{}
	}
	best := Proportion{0, c.Known}
	for _, p := range c.Points {
		if v, _ := c.FPR(p).Value(); v <= fpr {
			best.Count = max(best.Count, p.Correct)
		}
	}
	return best
}

// Resolves tells whether there are enough samples with target na for fpr to
// allow at least one false positive.
func (c Curve) Resolves(fpr float64) bool { return fpr*float64(c.Others) >= 1 }
