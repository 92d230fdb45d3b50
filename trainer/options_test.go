package trainer

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestDefaultIsValidAndDocumented(t *testing.T) {
	if err := Default().Validate(); err != nil {
		t.Error(err)
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Options]()) {
		if f.Tag.Get("yaml") == "" || f.Tag.Get("doc") == "" {
			t.Errorf("field %s has no yaml name or no doc", f.Name)
		}
	}
}

func TestValidateReportsAllFaultsAtOnce(t *testing.T) {
	bad := Options{
		Arch: "vgg", Loss: "mse", Epochs: 0, Batch: 1, LearningRate: 0, Warmup: 2, WeightDecay: -1,
		Smoothing: 1, Balance: "even", Score: "odds", EMA: 1, FeatureNorm: 0, FeaturePush: -1, Clip: math.Inf(1), Patience: -1, Threshold: math.NaN(), KnownRecall: 2,
	}
	err := bad.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Options]()) {
		if key := "train." + f.Tag.Get("yaml") + " is "; !strings.Contains(err.Error(), key) {
			t.Errorf("%q is not in: %v", key, err)
		}
	}
	nan := Default()
	nan.LearningRate, nan.Clip = math.NaN(), math.NaN()
	if err := nan.Validate(); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("NaN: %v", err)
	}
}

func TestScoresWithoutFixedThresholdNeedARecall(t *testing.T) {
	o := Default()
	o.Score, o.KnownRecall = "energy", 0
	if err := o.Validate(); err == nil || !strings.Contains(err.Error(), "train.score is energy") || !strings.Contains(err.Error(), "train.known_recall") {
		t.Errorf("error %v", err)
	}
	o.KnownRecall = 0.98
	if err := o.Validate(); err != nil {
		t.Error(err)
	}
}
