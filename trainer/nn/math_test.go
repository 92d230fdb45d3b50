package nn

import (
	"math"
	"math/rand/v2"
	"testing"
)

// ulps returns the distance of got from want in units of want's last place.
func ulps(got, want float64) float64 {
	if got == want {
		return 0
	}
	return math.Abs(got-want) / (math.Nextafter(math.Abs(want), math.Inf(1)) - math.Abs(want))
}

func TestExpAndLogAreWithinTwoUlpOfMath(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 200_000 {
		x := (r.Float64() - 0.5) * math.Ldexp(1, r.IntN(11))
		if d := ulps(exp(x), math.Exp(x)); d > 2 {
			t.Fatalf("exp(%v) = %v, %v ulp from %v", x, exp(x), d, math.Exp(x))
		}
		y := math.Exp(x / 2)
		if d := ulps(log(y), math.Log(y)); d > 2 {
			t.Fatalf("log(%v) = %v, %v ulp from %v", y, log(y), d, math.Log(y))
		}
		z := math.Ldexp(r.Float64(), -r.IntN(70))
		if d := ulps(log1p(z), math.Log1p(z)); d > 4 {
			t.Fatalf("log1p(%v) = %v, %v ulp from %v", z, log1p(z), d, math.Log1p(z))
		}
	}
}

func TestExpEdges(t *testing.T) {
	for _, c := range []struct{ x, want float64 }{
		{0, 1}, {math.Inf(-1), 0}, {-746, 0}, {710, math.Inf(1)}, {math.Inf(1), math.Inf(1)},
	} {
		if got := exp(c.x); got != c.want {
			t.Errorf("exp(%v) = %v, want %v", c.x, got, c.want)
		}
	}
	if got := exp(math.NaN()); got == got {
		t.Errorf("exp(NaN) = %v", got)
	}
	if log(1) != 0 || log1p(0) != 0 {
		t.Errorf("log(1) = %v, log1p(0) = %v, want 0", log(1), log1p(0))
	}
}

func TestSigmoidAndSoftmax(t *testing.T) {
	for _, c := range []struct{ x, want float32 }{
		{0, 0.5}, {200, 1}, {-200, 0}, {1, 0.7310585786300049}, {-30, 9.357622968839299e-14},
	} {
		if got := Sigmoid(c.x); got != c.want {
			t.Errorf("Sigmoid(%v) = %v, want %v", c.x, got, c.want)
		}
	}
	dst := make([]float32, 3)
	Softmax(dst, []float32{1000, 1001, 998})
	for i, want := range []float64{0.25949646034242, 0.70538451269824, 0.03511902695934} {
		if d := math.Abs(float64(dst[i]) - want); d > 6e-8 {
			t.Errorf("Softmax[%d] = %v, want %v", i, dst[i], want)
		}
	}
	Softmax(nil, nil)
}
