package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/evaluate"
)

func TestPercent(t *testing.T) {
	for want, p := range map[string]evaluate.Proportion{
		"n/a": {}, "0\u00a0%": {Count: 0, Of: 3}, "100\u00a0%": {Count: 3, Of: 3}, "66.7\u00a0%": {Count: 2, Of: 3},
		"99.9\u00a0%": {Count: 99999, Of: 100000}, "0.1\u00a0%": {Count: 1, Of: 100000},
	} {
		if got := percent(p); got != want {
			t.Errorf("%v: got %q, want %q", p, got, want)
		}
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		lo, hi      float64
		first, last string
		n           int
	}{
		{0, 1, "0.0", "1.0", 6}, {0, 0.003, "0.000", "0.003", 4}, {0, 8, "0", "8", 5}, {-0.2, 0.2, "-0.2", "0.2", 5},
		{0, 2e-6, "0e+00", "2e-06", 5}, {3, 3, "3", "3", 1},
	} {
		got := axis{c.lo, c.hi, 0, 100}.ticks(5)
		if len(got) != c.n || got[0].Label != c.first || got[len(got)-1].Label != c.last {
			t.Errorf("ticks of %v to %v: %v, want %d from %s to %s", c.lo, c.hi, got, c.n, c.first, c.last)
		}
	}
}

func TestCeilingLeavesRoom(t *testing.T) {
	for _, high := range []float64{0, 0.003, 1, 7.3, 40, 1e6} {
		if top := ceiling(high); top < high || top > 2*high+1 {
			t.Errorf("ceiling of %v: %v", high, top)
		}
	}
}

func TestCurveBreaksWhereThereIsNoValue(t *testing.T) {
	c := NewLineChart("t", 100, 100, 0, 4, 0, 1)
	c.Add("n", "known", 5, func(i int) (x, y float64, ok bool) { return float64(i), 0, i != 2 })
	if want := "M44 62L52.5 62M69.5 62L78 62"; len(c.Lines) != 1 || c.Lines[0].Path != want {
		t.Errorf("got %v, want one line %s", c.Lines, want)
	}
	c.Add("n", "known", 3, func(int) (x, y float64, ok bool) { return 0, 0, false })
	if len(c.Lines) != 1 {
		t.Error("a curve without a value is drawn")
	}
}

func TestMatrixCounts(t *testing.T) {
	labels := []string{"na", "five", "two"}
	got := rowOf("five", 1, []int{1, 9, 0}, labels, 0)
	want := matrixRow{"five", []cell{
		{1, "0.100", "wrong", "five predicted as na: 1 of 10"}, {9, "0.900", "right", "five predicted as five: 9 of 10"},
		{0, "", "zero", "five predicted as two: 0 of 10"},
	}, evaluate.Proportion{Count: 9, Of: 10}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if r := rowOf("never shown", 2, []int{0, 0, 0}, labels, 1); percent(r.Right) != none || len(r.Cells) != 2 {
		t.Errorf("got %+v", r)
	}
}

func TestHistogramCountsEverySample(t *testing.T) {
	outcomes := []evaluate.Outcome{
		{Kind: evaluate.Unseen, Decision: evaluate.Decision{KnownScore: 1, Label: 2}},
		{Kind: evaluate.Unseen, Decision: evaluate.Decision{KnownScore: 0}},
		{Kind: evaluate.Unseen, Decision: evaluate.Decision{KnownScore: 0}},
	}
	h := histograms(outcomes, 0.4)
	if len(h) != 1 || h[0].Right0 != 2 || h[0].Miss != 1 || len(h[0].Bars) != 2 {
		t.Errorf("got %+v", h)
	}
}
