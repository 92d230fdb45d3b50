package augment

import "math"

// The functions of package math differ in their last bits between
// architectures (assembly on some, fused multiply-add on others). These use
// only operations that IEEE 754 rounds exactly, and round every product
// explicitly so that no compiler may fuse it.

// poly returns the sum of c[i] * x^i by Horner's rule.
func poly(x float64, c ...float64) float64 {
	s := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		s = float64(s*x) + c[i]
	}
	return s
}

// lerp returns a at t = 0, b at t = 1 and the line between.
func lerp(a, b, t float64) float64 { return a + float64((b-a)*t) }

// sincos returns the sine and cosine of an angle in degrees, within 1e-15.
// Multiples of 90 are exact.
func sincos(degrees float64) (sin, cos float64) {
	quarter := math.Floor(degrees/90 + 0.5)
	x := (degrees - float64(quarter*90)) * (math.Pi / 180)
	x2 := float64(x * x)
	s := float64(x * poly(x2, 1, -1./6, 1./120, -1./5040, 1./362880, -1./39916800, 1./6227020800, -1./1307674368000))
	c := poly(x2, 1, -1./2, 1./24, -1./720, 1./40320, -1./3628800, 1./479001600, -1./87178291200, 1./20922789888000)
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

// exp2 returns 2^x within a relative 1e-15, for |x| up to 1000.
func exp2(x float64) float64 {
	n := math.Floor(x + 0.5)
	f := float64((x - n) * math.Ln2)
	p := poly(f, 1, 1, 1./2, 1./6, 1./24, 1./120, 1./720, 1./5040, 1./40320, 1./362880, 1./3628800, 1./39916800, 1./479001600)
	return p * math.Float64frombits(uint64(int64(n)+1023)<<52)
}

// log2 returns the base-2 logarithm of a positive normal x within 1e-15 of the
// larger of 1 and the result.
func log2(x float64) float64 {
	bits := math.Float64bits(x)
	e := int64(bits>>52) - 1023
	m := math.Float64frombits(bits&(1<<52-1) | 1023<<52)
	if m > math.Sqrt2 {
		m, e = m/2, e+1
	}
	s := (m - 1) / (m + 1)
	s2 := float64(s * s)
	p := poly(s2, 1, 1./3, 1./5, 1./7, 1./9, 1./11, 1./13, 1./15, 1./17, 1./19, 1./21)
	return float64(e) + float64(float64(s*p)*(2/math.Ln2))
}

// pow returns x^y for x >= 0 and finite y > 0.
func pow(x, y float64) float64 {
	if x < 1e-300 {
		return 0
	}
	return exp2(max(-1000, min(1000, float64(y*log2(x)))))
}
