package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// passes runs every per-channel function at a level and returns their results.
func passes(lv level, r *rand.Rand, pixels, channels int) map[string][]float32 {
	x, g, skip := noise(r, pixels*channels), noise(r, pixels*channels), noise(r, pixels*channels)
	mean, a, b, d := noise(r, channels), noise(r, channels), noise(r, channels), noise(r, channels)
	if len(x) > 2 {
		g[0], skip[1] = float32(math.Copysign(0, -1)), float32(math.NaN())
	}
	out := map[string][]float32{}
	result := func(name string, n int) []float32 {
		out[name] = make([]float32, n)
		return out[name]
	}
	channelSum(lv, result("Sum", channels), x)
	channelSumSquares(lv, result("SumSquares", channels), x, mean)
	channelSumProducts(lv, result("SumProducts", channels), g, x, mean)
	channelAffine(lv, result("Affine", len(x)), x, a, b, false)
	channelAffine(lv, result("Affine relu", len(x)), x, a, b, true)
	channelAffineAdd(lv, result("AffineAdd", len(x)), x, skip, a, b)
	channelCombine(lv, result("Combine", len(x)), g, x, mean, a, b, d)
	add(lv, result("Add", len(x)), x, g)
	gate(lv, result("Gate", len(x)), x, g)
	passesOfMaxima(lv, result, x, g, skip, channels)
	return out
}

// passesOfMaxima adds the results of MaxPixels and, where x is its maximum, RouteMax.
func passesOfMaxima(lv level, result func(string, int) []float32, x, g, y []float32, channels int) {
	step := 2 * channels
	pixels := (len(x)/channels + 1) / 2
	larger := result("MaxPixels", pixels*channels)
	copy(larger, y)
	maxPixels(lv, larger, x, channels, step)
	left, dx := result("RouteMax left", len(larger)), result("RouteMax", len(x))
	copy(left, g)
	copy(dx, y)
	routeMax(lv, dx, left, x, larger, channels, step)
}

func TestChannelPassesAgreeBitForBit(t *testing.T) {
	seed := rand.New(rand.NewPCG(9, 9))
	for _, channels := range []int{1, 3, 15, 16, 17, 32, 50} {
		for pixels := range 11 {
			s := seed.Uint64()
			want := passes(portable, rand.New(rand.NewPCG(s, 1)), pixels, channels)
			for lv := portable + 1; lv <= best(); lv++ {
				for name, got := range passes(lv, rand.New(rand.NewPCG(s, 1)), pixels, channels) {
					for i, w := range want[name] {
						if math.Float32bits(got[i]) != math.Float32bits(w) {
							t.Fatalf("%s of %d pixels, %d channels, level %d: [%d] = %v, portable %v", name, pixels, channels, lv, i, got[i], w)
						}
					}
				}
			}
		}
	}
}

func TestChannelPassesComputeWhatTheySay(t *testing.T) {
	x, g, skip := []float32{1, -2, 3, 4, 5, -6}, []float32{2, 1, 0, -1, 3, 1}, []float32{0, 8, -9, 1, 0, 20}
	mean, a, b, d := []float32{1, 2}, []float32{2, -1}, []float32{3, 0.5}, []float32{-1, 4}
	for name, c := range map[string]struct {
		want []float32
		call func(out []float32)
	}{
		"Sum":         {[]float32{9, -4}, func(o []float32) { Sum(o, x) }},
		"SumSquares":  {[]float32{20, 84}, func(o []float32) { SumSquares(o, x, mean) }},
		"SumProducts": {[]float32{12, -14}, func(o []float32) { SumProducts(o, g, x, mean) }},
		"Affine":      {[]float32{5, 2.5, 9, -3.5, 13, 6.5}, func(o []float32) { Affine(o, x, a, b, false) }},
		"rectified":   {[]float32{5, 2.5, 9, 0, 13, 6.5}, func(o []float32) { Affine(o, x, a, b, true) }},
		"AffineAdd":   {[]float32{5, 10.5, 0, 0, 13, 26.5}, func(o []float32) { AffineAdd(o, x, skip, a, b) }},
		"Combine":     {[]float32{3, 1, 5, 6, 17, -1}, func(o []float32) { Combine(o, g, x, mean, a, b, d) }},
		"Add":         {[]float32{3, -1, 3, 3, 8, -5}, func(o []float32) { Add(o, x, g) }},
		"MaxPixels": {[]float32{1, -8, 5, 20}, func(o []float32) {
			copy(o, []float32{0, -8, 0, 20})
			MaxPixels(o, []float32{1, -9, 3, 4, 5, -6}, 2, 4)
		}},
		"RouteMax": {[]float32{12, 0, 0, 0, 4, 5}, func(o []float32) {
			o[0] = 10
			RouteMax(o, []float32{2, 3, 4, 5}, []float32{1, -9, 3, 4, 5, -6}, []float32{1, -8, 5, -6}, 2, 4)
		}},
		"Gate": {[]float32{2, 0, 0, -1, 3, 0}, func(o []float32) { Gate(o, g, x) }},
	} {
		out := make([]float32, len(c.want))
		c.call(out)
		for i, w := range c.want {
			if out[i] != w {
				t.Errorf("%s = %v, want %v", name, out, c.want)
				break
			}
		}
	}
}
