package augment

import (
	"math"

	"github.com/gesturekit/gesturekit/internal/elementary"
)

// More functions in the manner of package elementary.

// lerp returns a at t = 0, b at t = 1 and the line between.
func lerp(a, b, t float64) float64 { return a + float64((b-a)*t) }

// sincos returns the sine and cosine of an angle in degrees, within 1e-15.
// Multiples of 90 are exact.
func sincos(degrees float64) (sin, cos float64) {
	quarter := math.Floor(degrees/90 + 0.5)
	x := (degrees - float64(quarter*90)) * (math.Pi / 180)
	x2 := float64(x * x)
	s := float64(x * elementary.Poly(x2, 1, -1./6, 1./120, -1./5040, 1./362880, -1./39916800, 1./6227020800, -1./1307674368000))
	c := elementary.Poly(x2, 1, -1./2, 1./24, -1./720, 1./40320, -1./3628800, 1./479001600, -1./87178291200, 1./20922789888000)
	switch quarter - float64(4*math.Floor(quarter/4)) {
	case 1:
		return c, -s
	case 2:
		return -s, -c
	case 3:
		return -c, s
	}
	return s, c
}

// tan returns the tangent of an angle in degrees.
func tan(degrees float64) float64 {
	s, c := sincos(degrees)
	return s / c
}
