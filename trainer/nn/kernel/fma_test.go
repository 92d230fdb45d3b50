package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestFMARoundsOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	random := func() float32 {
		for {
			if v := math.Float32frombits(r.Uint32()); v-v == 0 {
				return v
			}
		}
	}
	near := func(v float32) float32 { return math.Float32frombits(math.Float32bits(v) &^ uint32(1<<(r.IntN(20))-1)) }
	for range 300_000 {
		x, y, z := random(), random(), random()
		switch r.IntN(3) {
		case 0: // comparable magnitudes, where double rounding bites
			x, y = near(1+r.Float32()), near(1+r.Float32())
			z = near((r.Float32() - 0.5) * float32(math.Ldexp(1, r.IntN(60)-30)))
		case 1: // subnormal results
			x, y = near(r.Float32()*0x1p-70), near(r.Float32()*0x1p-60)
			z = math.Float32frombits(r.Uint32() & 0x807fffff)
		}
		exact := new(big.Float).SetPrec(800).Mul(big.NewFloat(float64(x)), big.NewFloat(float64(y)))
		want, _ := exact.Add(exact, big.NewFloat(float64(z))).Float32()
		if got := FMA(x, y, z); got != want {
			t.Fatalf("FMA(%b, %b, %b) = %b, want %b", x, y, z, got, want)
		}
		acc := [3]float32{z, z, z}
		if addRow(acc[:], x, []float32{y, y}); acc != [3]float32{want, want, z} {
			t.Fatalf("addRow makes %b of %b + %b * %b, want %b", acc, z, x, y, want)
		}
	}
}

func TestFMASpecialValues(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range []struct{ x, y, z, want float32 }{
		{inf, 1, 2, inf}, {inf, 0, 1, nan}, {inf, 1, -inf, nan}, {1, 1, -inf, -inf}, {nan, 1, 1, nan},
		{math.MaxFloat32, math.MaxFloat32, 0, inf}, {0, 1, 0, 0}, {1 + 0x1p-12, 1 + 0x1p-12, 0x1p-80, 1 + 0x1p-11 + 0x1p-23},
	} {
		got := FMA(c.x, c.y, c.z)
		if got != c.want && !(got != got && c.want != c.want) {
			t.Errorf("FMA(%v, %v, %v) = %v, want %v", c.x, c.y, c.z, got, c.want)
		}
	}
}
