package compare

import (
	"math"
	"testing"
)

// The p-values are those of SciPy 1.16: ttest_1samp, and wilcoxon by exhaustive
// permutation, which counts ties exactly.
func TestPairedTests(t *testing.T) {
	for _, c := range []struct {
		d           []float64
		t, wilcoxon float64 // NaN for none
	}{
		{[]float64{0.02, 0.05, -0.01, 0.03, 0.04, 0.00, 0.07, -0.02}, 0.07960201245519759, 0.09375},
		{[]float64{0.1, 0.1, -0.1, 0.2, 0.3, 0.4, -0.2, 0.2, 0.5}, 0.05576652890099618, 0.08203125},
		{[]float64{0.01, 0.02, 0.03}, 0.07417990022744854, 0.25},
		{[]float64{0, 0, 0}, math.NaN(), math.NaN()},
		{[]float64{0.1}, math.NaN(), 1},
		{nil, math.NaN(), math.NaN()},
	} {
		for _, test := range []struct {
			name string
			got  *float64
			want float64
		}{{"t", tTest(c.d), c.t}, {"wilcoxon", wilcoxon(c.d), c.wilcoxon}} {
			if test.got == nil != math.IsNaN(test.want) || test.got != nil && math.Abs(*test.got-test.want) > 1e-10 {
				t.Errorf("%s of %v: %v, want %v", test.name, c.d, test.got, test.want)
			}
		}
	}
}
