package trainer

import "math"

// oneCycle is the learning rate over the steps of a training: a cosine rise
// from a small rate to the peak, then a cosine fall to a far smaller one (Smith
// & Topin 2018), as PyTorch's OneCycleLR. The momentum stays as it is.
type oneCycle struct {
	steps  int     // in all, from 1
	peak   float64 // the highest rate
	warmup float64 // share of the steps that rise
	start  float64 // the first rate, as a share of peak
	end    float64 // the last rate, as a share of the first
}

// newOneCycle returns a schedule with PyTorch's default ends.
func newOneCycle(steps int, peak, warmup float64) oneCycle {
	return oneCycle{steps: steps, peak: peak, warmup: warmup, start: 1.0 / 25, end: 1.0 / 10000}
}

// rate returns the learning rate of a step, 0..steps-1.
func (c oneCycle) rate(step int) float64 {
	top := max(0, float64(c.warmup*float64(c.steps))-1)
	start := float64(c.peak * c.start)
	i, last := float64(step), float64(c.steps-1)
	switch {
	case i < top:
		return between(start, c.peak, i/top)
	case last > top:
		return between(c.peak, float64(start*c.end), (i-top)/(last-top))
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
