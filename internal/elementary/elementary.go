// Package elementary has functions whose results are the same bits on every
// processor. Those of package math differ in their last bits between
// architectures (assembly on some, fused multiply-add on others). These use only
// operations that IEEE 754 rounds exactly, and round every product explicitly so
// that no compiler may fuse it.
package elementary

import "math"

// Poly returns the sum of c[i] * x^i by Horner's rule.
func Poly(x float64, c ...float64) float64 {
	s := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		s = float64(s*x) + c[i]
	}
	return s
}

// Exp2 returns 2^x within a relative 1e-15, for |x| up to 1000.
func Exp2(x float64) float64 {
	n := math.Floor(x + 0.5)
	f := float64((x - n) * math.Ln2)
	p := Poly(f, 1, 1, 1./2, 1./6, 1./24, 1./120, 1./720, 1./5040, 1./40320, 1./362880, 1./3628800, 1./39916800, 1./479001600)
	return p * math.Float64frombits(uint64(int64(n)+1023)<<52)
}

// Log2 returns the base-2 logarithm of a positive normal x within 1e-15 of the
// larger of 1 and the result.
func Log2(x float64) float64 {
	bits := math.Float64bits(x)
	e := int64(bits>>52) - 1023
	m := math.Float64frombits(bits&(1<<52-1) | 1023<<52)
	if m > math.Sqrt2 {
		m, e = m/2, e+1
	}
	s := (m - 1) / (m + 1)
	s2 := float64(s * s)
	p := Poly(s2, 1, 1./3, 1./5, 1./7, 1./9, 1./11, 1./13, 1./15, 1./17, 1./19, 1./21)
	return float64(e) + float64(float64(s*p)*(2/math.Ln2))
}

// Pow returns x^y for x >= 0 and finite y > 0.
func Pow(x, y float64) float64 {
	if x < 1e-300 {
		return 0
	}
	return Exp2(max(-1000, min(1000, float64(y*Log2(x)))))
}
