package elementary_test

import (
	"math"
	"testing"

	"github.com/gesturekit/gesturekit/internal/elementary"
)

func TestCloseToMath(t *testing.T) {
	worst := map[string]float64{}
	note := func(name string, got, want, scale float64) {
		worst[name] = max(worst[name], math.Abs(got-want)/scale)
	}
	for i := -3000; i <= 3000; i++ {
		x := float64(i) / 7
		note("Exp2", elementary.Exp2(x), math.Exp2(x), math.Exp2(x))
		if i > 0 {
			note("Log2", elementary.Log2(x), math.Log2(x), max(1, math.Abs(math.Log2(x))))
			note("Pow", elementary.Pow(x/429, 2.4), math.Pow(x/429, 2.4), math.Pow(x/429, 2.4))
		}
	}
	for name, w := range worst {
		if w > 2e-14 {
			t.Errorf("%s is off by %g", name, w)
		}
	}
}
