package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// updated runs the functions of the optimiser at a level.
func updated(lv level, r *rand.Rand, n int) map[string][]float32 {
	w, m, v, g := noise(r, n), noise(r, n), noise(r, n), noise(r, n)
	for i := range v {
		v[i] = v[i] * v[i]
	}
	if n > 2 {
		v[1], g[1] = 0, 0
		g[2] = float32(math.NaN())
	}
	a := AdamW{Beta1: 0.9, Beta2: 0.999, OneLess1: 0.1, OneLess2: 0.001, Keep: 0.99, Size: 0.01, Unbias: 1.5, Epsilon: 1e-8}
	a.step(lv, w, m, v, g)
	scaled := noise(r, n)
	var chains [Lanes]float64
	squareSum(lv, &chains, scaled)
	var sums []float32
	for _, c := range chains {
		sums = append(sums, math.Float32frombits(uint32(math.Float64bits(c))), math.Float32frombits(uint32(math.Float64bits(c)>>32)))
	}
	scale(lv, scaled, 0.3)
	return map[string][]float32{"w": w, "m": m, "v": v, "scaled": scaled, "sums": sums}
}

func TestUpdatesAgreeBitForBit(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 16, 33, 100} {
		want := updated(portable, rand.New(rand.NewPCG(51, uint64(n))), n)
		for lv := portable + 1; lv <= best(); lv++ {
			for name, got := range updated(lv, rand.New(rand.NewPCG(51, uint64(n))), n) {
				for i, w := range want[name] {
					if math.Float32bits(got[i]) != math.Float32bits(w) && !(got[i] != got[i] && w != w) {
						t.Fatalf("%s of %d elements, level %d: [%d] = %v, portable %v", name, n, lv, i, got[i], w)
					}
				}
			}
		}
	}
}

func TestSquareSum(t *testing.T) {
	x, want := make([]float32, 101), 0.0
	for i := range x {
		x[i] = float32(i)
		want += float64(i * i)
	}
	if got := SquareSum(x); got != want {
		t.Errorf("sum of squares is %v, want %v", got, want)
	}
}
