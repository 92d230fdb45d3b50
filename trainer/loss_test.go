package trainer

import (
	"math"
	"slices"
	"testing"
)

func TestRows(t *testing.T) {
	for _, c := range []struct {
		loss      Loss
		label     int
		smoothing float64
		want      []float32
	}{
		{CE, 1, 0, []float32{1, 0, 0}},
		{CE, 3, 0.3, []float32{0.1, 0.1, 0.8}},
		{CENA, 0, 0, []float32{1, 0, 0, 0}},
		{CENA, 2, 0.4, []float32{0.1, 0.1, 0.7, 0.1}},
		{EOS, 0, 0, []float32{1. / 3, 1. / 3, 1. / 3}},
		{EOS, 0, 0.3, []float32{1. / 3, 1. / 3, 1. / 3}},
		{EOS, 2, 0.3, []float32{0.1, 0.8, 0.1}},
		{Objectosphere, 0, 0, []float32{1. / 3, 1. / 3, 1. / 3}},
		{Objectosphere, 1, 0, []float32{1, 0, 0}},
		{BCEWithNA, 0, 0, []float32{1, 0, 0, 0}},
		{BCEWithNA, 2, 0, []float32{0, 0, 1, 0}},
		{BCEWithNA, 0, 0.1, []float32{0.95, 0.05, 0.05, 0.05}},
		{BCENa, 0, 0, []float32{0, 0, 0, 0}},
		{BCENa, 3, 0, []float32{0, 0, 0, 1}},
		{BCENa, 0, 0.1, []float32{0, 0.05, 0.05, 0.05}},
		{BCENa, 1, 0.1, []float32{0, 0.95, 0.05, 0.05}},
	} {
		got := make([]float32, c.loss.outputs(4))
		for i := range got {
			got[i] = 9 // what lay there before must not matter
		}
		c.loss.row(got, c.label, c.smoothing)
		if !slices.EqualFunc(got, c.want, func(a, b float32) bool { return math.Abs(float64(a-b)) < 1e-7 }) {
			t.Errorf("%s, label %d, smoothing %v: %v, want %v", c.loss, c.label, c.smoothing, got, c.want)
		}
	}
	if CE.uses(0) || !CE.uses(1) || !BCENa.uses(0) {
		t.Error("unknown images are for all losses but ce")
	}
}

func TestLossValues(t *testing.T) {
	var file struct {
		Cases []struct {
			Name, Loss string
			Logits     [][]float32
			Target     []int
			TargetRows [][]float32 `json:"target_rows"`
			PerSample  []float64   `json:"per_sample"`
			Value      float64
		}
	}
	golden(t, "losses.json", &file)
	losses := map[string]Loss{"ce": CENA, "eos": EOS, "bce": BCEWithNA, "bcena": BCENa, "soft_ce": CE, "soft_bce": BCEWithNA}
	seen := 0
	for _, c := range file.Cases {
		loss, ok := losses[c.Loss]
		if !ok {
			continue
		}
		seen++
		sum := 0.0
		for i, x := range c.Logits {
			row, p := make([]float32, len(x)), make([]float32, len(x))
			if c.TargetRows != nil {
				row = c.TargetRows[i]
			} else if loss == EOS { // the file's eos has -1 for unknown, 0 for label 1
				loss.row(row, c.Target[i]+1, 0)
			} else {
				loss.row(row, c.Target[i], 0)
			}
			loss.probabilities(p, x)
			v := loss.value(x, row, p)
			if c.PerSample != nil && !near(v, c.PerSample[i], 2e-6) {
				t.Errorf("%s: sample %d has loss %v, want %v", c.Name, i, v, c.PerSample[i])
			}
			sum += v
		}
		if mean := sum / float64(len(c.Logits)); !near(mean, c.Value, 2e-6) {
			t.Errorf("%s: loss %v, want %v", c.Name, mean, c.Value)
		}
	}
	if seen < 45 {
		t.Errorf("%d cases of the file are tested, want 45 or more", seen)
	}
}

// near reports whether got is want within a relative tolerance, or 1e-6.
func near(got, want, relative float64) bool {
	return math.Abs(got-want) <= max(1e-6, relative*math.Abs(want))
}

func TestEnergy(t *testing.T) {
	for _, c := range []struct {
		loss   Loss
		logits []float32
		want   float64
	}{
		{CE, []float32{1, 2, 0}, math.Log(math.E + math.E*math.E + 1)},
		{EOS, []float32{300, 300}, 300 + math.Ln2},
		{CENA, []float32{50, 1, 1}, 1 + math.Ln2}, // na has no part
		{BCENa, []float32{50, 0, 0}, 2 * math.Ln2},
		{BCEWithNA, []float32{50, 200, -200}, 200},
	} {
		if got := float64(c.loss.energy(c.logits)); math.Abs(got-c.want) > 1e-6*math.Abs(c.want) {
			t.Errorf("%s of %v is %v, want %v", c.loss, c.logits, got, c.want)
		}
	}
}

func TestFirstOfEqualsWins(t *testing.T) {
	if got := first([]float32{0, 2, 1, 2}); got != 1 {
		t.Errorf("first is %d, want 1", got)
	}
}
