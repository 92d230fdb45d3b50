package trainer

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/evaluate"
)

// density.json is made by density.py with scikit-learn 1.9.
func TestDistancesAreThoseOfScikitLearn(t *testing.T) {
	data, err := os.ReadFile("testdata/density.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Rows       [][]float32 `json:"rows"`
		Categories []string    `json:"categories"`
		Labels     []int       `json:"labels"`
		Probes     [][]float32 `json:"probes"`
		Distances  [][]float64 `json:"distances"`
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		d := newDensity(3, len(c.Rows[0]))
		if err := d.fit(c.Rows, c.Categories, c.Labels); err != nil {
			t.Fatal(err)
		}
		for i, probe := range c.Probes {
			for label := 1; label <= 3; label++ {
				want := c.Distances[i][label-1]
				if got := float64(d.distance(probe, label)); math.Abs(got-want) > 2e-5*max(1, math.Abs(want)) {
					t.Errorf("%d rows, probe %d, label %d: %v, want %v", len(c.Rows), i, label, got, want)
				}
			}
		}
	}
}

func TestDensityOfEqualFeatures(t *testing.T) {
	d := newDensity(1, 2)
	err := d.fit([][]float32{{1, 2}, {1, 2}}, []string{"x", "x"}, []int{1, 1})
	if err == nil || !strings.Contains(err.Error(), "same features") {
		t.Errorf("got %v", err)
	}
	if got := newDensity(1, 2).distance([]float32{5, 7}, 1); got != 0 {
		t.Errorf("distance %v before fit, want 0", got)
	}
}

func TestScaleMakesDistancesSpreadAsLogits(t *testing.T) {
	outputs := []evaluate.Outputs{
		{Logits: []float32{90, 1, -3}, Distance: 10},
		{Logits: []float32{-9, 3, 5}, Distance: 40},
		{Logits: []float32{-9, 3, -3}, Distance: 25},
	}
	// The deviation of 1, 5, 3 is 2/15 of that of 10, 40, 25.
	if got := float64(scaleOf(outputs, true)); math.Abs(got-2./15) > 1e-7 {
		t.Errorf("got %v, want %v", got, 2./15)
	}
	if got := scaleOf(outputs[:1], true); got != 1 {
		t.Errorf("%v for one sample, want 1", got)
	}
}
