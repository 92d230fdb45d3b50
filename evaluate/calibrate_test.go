package evaluate_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gesturekit/gesturekit/evaluate"
)

func known(target, argmax int, score float64) evaluate.Outcome {
	return evaluate.Outcome{Kind: evaluate.Known, Target: target, Decision: evaluate.Decision{Argmax: argmax, Score: score}}
}

func TestThresholdAtRecall(t *testing.T) {
	outcomes := []evaluate.Outcome{
		known(1, 1, 0.9), known(1, 1, 0.8), known(2, 2, 0.8), known(2, 2, 0.6), known(2, 1, 0.99),
		{Kind: evaluate.Unknown, Decision: evaluate.Decision{Argmax: 1, Score: 0.95}},
	}
	for recall, want := range map[float64]float64{0.2: 0.9, 0.4: 0.8, 0.6: 0.8, 0.7: 0.6, 0.8: 0.6, 0.001: 0.9} {
		if got, err := evaluate.ThresholdAtRecall(outcomes, recall); err != nil || got != want {
			t.Errorf("recall %v: threshold %v, %v; want %v", recall, got, err, want)
		}
	}
	for _, recall := range []float64{0.81, 1, 0, -1, 1.1, math.NaN()} {
		if got, err := evaluate.ThresholdAtRecall(outcomes, recall); !errors.Is(err, evaluate.ErrInput) {
			t.Errorf("recall %v: threshold %v, %v; want ErrInput", recall, got, err)
		}
	}
	if _, err := evaluate.ThresholdAtRecall(outcomes[5:], 0.5); !errors.Is(err, evaluate.ErrInput) {
		t.Errorf("no known sample: got %v, want ErrInput", err)
	}
}

func TestThresholdAtRecallKeepsItsPromise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		outcomes := make([]evaluate.Outcome, 1+r.IntN(40))
		for i := range outcomes {
			outcomes[i] = known(1, 1+r.IntN(10)/9, float64(r.IntN(12))/11)
		}
		recall := 0.05 + 0.9*r.Float64()
		threshold, err := evaluate.ThresholdAtRecall(outcomes, recall)
		if err != nil {
			continue
		}
		named := func(threshold float64) float64 {
			n := 0
			for _, o := range outcomes {
				if o.Argmax == o.Target && o.Score >= threshold {
					n++
				}
			}
			return float64(n) / float64(len(outcomes))
		}
		if named(threshold) < recall-1e-9 || named(math.Nextafter(threshold, 2)) >= recall {
			t.Fatalf("recall %v at %v, %v just above; want %v", named(threshold), threshold, named(math.Nextafter(threshold, 2)), recall)
		}
	}
}

func TestThresholdKeeping(t *testing.T) {
	outcomes := []evaluate.Outcome{
		known(1, 1, 0.9), known(1, 1, 0.8), known(2, 2, 0.7), known(2, 2, 0.6), known(2, 1, 0.99), known(1, evaluate.NA, 0.95),
		{Kind: evaluate.Unknown, Decision: evaluate.Decision{Argmax: 1, Score: 0.95}},
	}
	for keep, want := range map[float64]float64{0.01: 0.9, 0.25: 0.9, 0.26: 0.8, 0.5: 0.8, 0.75: 0.7, 0.76: 0.6, 1: 0.6} {
		if got, err := evaluate.ThresholdKeeping(outcomes, keep); err != nil || got != want {
			t.Errorf("keep %v: threshold %v, %v; want %v", keep, got, err, want)
		}
	}
	for _, keep := range []float64{0, -1, 1.1, math.NaN()} {
		if got, err := evaluate.ThresholdKeeping(outcomes, keep); !errors.Is(err, evaluate.ErrInput) {
			t.Errorf("keep %v: threshold %v, %v; want ErrInput", keep, got, err)
		}
	}
	for _, none := range [][]evaluate.Outcome{outcomes[4:], nil} {
		if _, err := evaluate.ThresholdKeeping(none, 0.5); !errors.Is(err, evaluate.ErrInput) {
			t.Errorf("none of %d named right: got %v, want ErrInput", len(none), err)
		}
	}
}

// TestThresholdKeepingAlwaysKeeps draws outcomes of which few are named right.
func TestThresholdKeepingAlwaysKeeps(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		outcomes := make([]evaluate.Outcome, 2+r.IntN(300))
		for i := range outcomes {
			outcomes[i] = known(1, 1+r.IntN(4), float64(r.IntN(40)))
		}
		outcomes[0].Argmax = 1
		keep := 0.01 + 0.99*r.Float64()
		threshold, err := evaluate.ThresholdKeeping(outcomes, keep)
		if err != nil {
			t.Fatal(err)
		}
		named := func(threshold float64) (n float64) {
			for _, o := range outcomes {
				if o.Argmax == o.Target && o.Score >= threshold {
					n++
				}
			}
			return n
		}
		all := named(0)
		if named(threshold) < keep*all-1e-6 || named(math.Nextafter(threshold, 99)) >= keep*all {
			t.Fatalf("%v of %v at %v, %v just above; want to keep %v", named(threshold), all, threshold, named(math.Nextafter(threshold, 99)), keep)
		}
	}
}
