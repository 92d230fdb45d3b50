package evaluate

import (
	"fmt"
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
	var set sortedSet
	for i, s := range samples {
		if err := set.add(s, i); err != nil {
			return Curve{}, err
		}
	}
	set.sort()
	return set.curve(once), nil
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

// AUPRIn returns the area under the precision-recall curve with the known
// samples as positives, and AUPROut with those of target na as positives, ranked
// from the lowest score. Both are average precisions: the sum over the distinct
// scores of precision times the gain in recall, without interpolation (Davis &
// Goadrich 2006 on why the trapezoid rule is too kind). They are nil without
// samples of both kinds, and depend on how many there are of each.
func (c Curve) AUPRIn() *float64 {
	return c.averagePrecision(c.Known, func(i int) (positives, all int) {
		p := c.Points[i]
		return p.Known, p.Known + p.Others
	})
}

// AUPROut is documented with AUPRIn.
func (c Curve) AUPROut() *float64 {
	return c.averagePrecision(c.Others, func(i int) (positives, all int) {
		p := c.Points[len(c.Points)-1-i]
		positives = c.Others - p.Others
		return positives, positives + c.Known - p.Known
	})
}

// averagePrecision sums over the points, from taking none to taking all.
func (c Curve) averagePrecision(positives int, at func(i int) (positives, all int)) *float64 {
	if c.Known == 0 || c.Others == 0 {
		return nil
	}
	sum, before := 0.0, 0
	for i := range c.Points {
		hits, all := at(i)
		if hits > before {
			sum += float64(float64(hits-before) * float64(hits) / float64(all))
		}
		before = hits
	}
	sum /= float64(positives)
	return &sum
}

// FPRAt95 returns the false positive rate at the highest threshold that accepts
// at least 95 % of the known samples, whatever they are named, without
// interpolation (the FPR at 95 % TPR of Liang et al. 2018, with the known
// samples as positives). It is undefined without samples of both kinds.
func (c Curve) FPRAt95() Proportion {
	if c.Known == 0 {
		return Proportion{}
	}
	i := slices.IndexFunc(c.Points, func(p CurvePoint) bool { return 100*p.Known >= 95*c.Known })
	return c.FPR(c.Points[i])
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
