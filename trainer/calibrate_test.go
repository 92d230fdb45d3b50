package trainer

import (
	"context"
	"testing"

	"github.com/gesturekit/gesturekit/evaluate"
)

func TestCalibrate(t *testing.T) {
	m, env := shapes(t, 3)
	d := readShapes(t, m, BCENa, env)
	model, _ := run(t, d, quick(), Augmentation{}, env, 0)
	for _, recall := range []float64{0.3, 0.6} {
		if err := model.Calibrate(context.Background(), d, recall, 2); err != nil {
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
		if got, _ := v.KnownAccuracy.Value(); got < recall {
			t.Errorf("threshold %v names %v of the known, want at least %v", model.Threshold, got, recall)
		}
		if got := model.Rule(); got != (evaluate.Rule{Threshold: model.Threshold, HasNA: true}) {
			t.Errorf("rule %+v", got)
		}
		f.predictor.Close()
	}
	high := model.Threshold
	if err := model.Calibrate(context.Background(), d, 0.3, 1); err != nil || model.Threshold < high {
		t.Errorf("less recall gives threshold %v after %v, %v", model.Threshold, high, err)
	}
	if err := model.Calibrate(context.Background(), d, 2, 1); err == nil {
		t.Error("a recall of 2 gives no error")
	}
}
