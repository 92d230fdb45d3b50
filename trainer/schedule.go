package trainer

import "math"

// oneCycle is the learning rate over the steps of a training: a cosine rise
// from peak/25 to peak, then a cosine fall to peak/25/10000, as PyTorch's
// OneCycleLR with its default factors (Smith & Topin 2018). The momentum stays.
type oneCycle struct {
	steps  int     // in all, from 1
	peak   float64 // the highest rate
	warmup float64 // share of the steps that rise
}

const (
	startFactor = 1.0 / 25
	endFactor   = 1.0 / 10000 // of the start
)

// rate returns the learning rate of a step, 0..steps-1.
func (c oneCycle) rate(step int) float64 {
	top := max(0, float64(c.warmup*float64(c.steps))-1)
	start := c.peak * startFactor
	i, last := float64(step), float64(c.steps-1)
	switch {
	case i < top:
		return between(start, c.peak, i/top)
	case last > top:
		return between(c.peak, start*endFactor, (i-top)/(last-top))
	}
	return c.peak
}

// between goes from a to b along half a cosine wave as t goes from 0 to 1:
// b + (a-b)·(1 + cos πt)/2, where (1 + cos πt)/2 = cos²(πt/2).
func between(a, b, t float64) float64 {
	c := cos(t * (math.Pi / 2))
	return b + float64((a-b)*float64(c*c))
}

// cos returns the cosine of x in 0..π/2, the same bits on every machine
// (math.Cos is not), by its Taylor series up to x²⁴/24!.
func cos(x float64) float64 {
	q := float64(x * x)
	sum := 1.0
	for k := 24; k >= 2; k -= 2 {
		sum = 1 - float64(float64(q/float64(k*(k-1)))*sum)
	}
	return sum
}
