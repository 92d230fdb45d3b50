package kernel

import "math"

// FMA returns x*y+z rounded once to float32, as the VFMADD instructions do
// (round to nearest even, gradual underflow).
//
// The product of two float32 is exact in float64, so only the sum is inexact
// there, and rounding that sum to float32 can differ from rounding once only if
// it lies exactly half-way between two float32: see Boldo and Melquiond,
// "Emulation of FMA and correctly rounded sums: proved algorithms using rounding
// to odd", IEEE Transactions on Computers 57 (2008).
func FMA(x, y, z float32) float32 {
	sum := float64(x)*float64(y) + float64(z) // fused or not, the product is exact
	if settled(sum) {
		return float32(sum)
	}
	return roundOnce(x, y, z)
}

// settled reports whether rounding sum to float32 surely equals rounding the
// exact value once: sum is zero, which is then exact, or else no float32 midpoint
// and not subnormal as a float32.
func settled(sum float64) bool {
	const smallest = 0x3810000000000000 // the bits of 2^-126
	bits := math.Float64bits(sum)
	return bits<<35 != 1<<63 && bits<<1-1 >= smallest<<1-1
}

// roundOnce is FMA by rounding to odd: it takes the error of the float64 sum
// from Knuth's two-sum, moves an inexact sum with an even last bit towards the
// error, and from there the step to float32 is a single correct rounding.
//
//go:noinline
func roundOnce(x, y, z float32) float32 {
	p := float64(x) * float64(y)
	sum := p + float64(z)
	v := sum - p
	e := (p - (sum - v)) + (float64(z) - v)
	bits := math.Float64bits(sum)
	if e == 0 || e-e != 0 || bits&1 == 1 {
		return float32(sum)
	}
	if (e > 0) == (sum > 0) {
		return float32(math.Float64frombits(bits + 1))
	}
	return float32(math.Float64frombits(bits - 1))
}
