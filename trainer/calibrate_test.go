package trainer

import (
	"context"
	"math"
	"testing"

	"github.com/gesturekit/gesturekit/evaluate"
)

func TestCalibrate(t *testing.T) {
	m, env := shapes(t, 3)
	d := readShapes(t, m, BCENa, env)
	model, _ := run(t, d, quick(), Augmentation{}, env, 0)
	right, _ := named(t, model, evaluate.Rule{}, d)
	for _, recall := range []float64{0.3, 0.6} {
		if err := model.Calibrate(context.Background(), d, evaluate.MaxProbability, recall, 2); err != nil {
			t.Fatal(err)
		}
		f := fitting{model: model, data: d}
		var err error
		if f.predictor, err = model.NewPredictor(4, 1); err != nil {
			t.Fatal(err)
		}
		v, err := f.validate(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if got := v.KnownAccuracy.Count; float64(got) < recall*float64(right) {
			t.Errorf("threshold %v names %v of the known, want at least %v of %d", model.Threshold, got, recall, right)
		}
		if got := model.Rule(); got != (evaluate.Rule{Threshold: model.Threshold, Score: evaluate.MaxProbability, HasNA: true}) {
			t.Errorf("rule %+v", got)
		}
		f.predictor.Close()
	}
	high := model.Threshold
	if err := model.Calibrate(context.Background(), d, evaluate.MaxProbability, 0.3, 1); err != nil || model.Threshold < high {
		t.Errorf("less recall gives threshold %v after %v, %v", model.Threshold, high, err)
	}
	if err := model.Calibrate(context.Background(), d, evaluate.MaxProbability, 2, 1); err == nil {
		t.Error("a recall of 2 gives no error")
	}
}

func TestCalibrateEveryScore(t *testing.T) {
	m, env := shapes(t, 3)
	for _, loss := range []Loss{BCENa, EOS} {
		o, env := quick(), env
		o.Loss, env.Dir = loss, t.TempDir()
		d := readShapes(t, m, loss, env)
		model, _ := run(t, d, o, Augmentation{}, env, 0)
		for _, s := range evaluate.Scores() {
			const recall = 0.5
			if err := model.Calibrate(context.Background(), d, s, recall, 1); err != nil {
				t.Fatal(err)
			}
			if err := model.Save(env.Dir); err != nil {
				t.Fatal(err)
			}
			loaded, err := Load(env.Dir)
			if err != nil {
				t.Fatal(err)
			}
			want := evaluate.Rule{Score: s, Threshold: model.Calibrated[s], HasNA: loss.HasNA()}
			if loaded.Rule() != want || len(loaded.Calibrated) != len(evaluate.Scores()) || loaded.Fixed != 0.4 {
				t.Errorf("%s: card %+v, want rule %+v", loss, loaded.Card, want)
			}
			accepting := evaluate.Rule{Score: s, HasNA: loss.HasNA()}
			if !s.IsProbability() {
				accepting.Threshold = -math.MaxFloat64
			}
			all, _ := named(t, loaded, accepting, d)
			kept, of := named(t, loaded, loaded.Rule(), d)
			if share := float64(kept) / float64(all); share < recall || s != evaluate.Mahalanobis && share > recall+0.2 { // equal distances are accepted together
				t.Errorf("%s, %s: %d of %d known are named, %d without a threshold, at a recall of %v", loss, s, kept, of, all, recall)
			}
		}
	}
}

// named counts the known validation samples that m names right by rule, and all.
func named(t *testing.T, m *Model, rule evaluate.Rule, d *Data) (right, of int) {
	t.Helper()
	outputs, labels, err := m.knownOutputs(context.Background(), d, 2)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range outputs {
		decision, err := rule.Decide(o)
		if err != nil {
			t.Fatal(err)
		}
		if decision.Label == labels[i] {
			right++
		}
	}
	return right, len(outputs)
}
