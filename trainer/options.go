package trainer

import (
	"errors"
	"fmt"
	"math"

	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/trainer/nn"
)

// Options steer the training.
type Options struct {
	Arch         string         `yaml:"arch" doc:"network: slim-resnet (0.7 million weights), tiny (0.3 million, no residuals) or xresnet18 (11 million)"`
	Loss         Loss           `yaml:"loss" doc:"bcena (sigmoid; unknown images aim at all zeros), bce-na (sigmoid; na is one more class), ce-na (softmax; na is one more class), eos (softmax over the known; unknown images aim at equal shares), objectosphere (eos, and features small for unknown, large for known images) or ce (softmax over the known alone, unknown images are left out)"`
	Epochs       int            `yaml:"epochs" doc:"how often every training image is seen, from 1"`
	Batch        int            `yaml:"batch" doc:"images a step, 2..1024; fewer when there are fewer training images"`
	LearningRate float64        `yaml:"learning_rate" doc:"the peak of the one-cycle schedule, above 0 and up to 1"`
	Warmup       float64        `yaml:"warmup" doc:"share of the steps in which the learning rate rises, 0..1"`
	WeightDecay  float64        `yaml:"weight_decay" doc:"decoupled decay of AdamW, on weights only (no biases, no normalisation), 0..1"`
	Smoothing    float64        `yaml:"smoothing" doc:"label smoothing, from 0 (off) to below 1"`
	Balance      Balance        `yaml:"balance" doc:"weight of an image in the loss by how many training images n its label has (all unknown share na): none, inverse (1/n) or effective ((1-b)/(1-b^n), b = 0.999, Cui et al. 2019), scaled to a mean of 1 over the training images"`
	FeatureNorm  float64        `yaml:"feature_norm" doc:"for objectosphere: norm that the features of known images should reach, above 0"`
	FeaturePush  float64        `yaml:"feature_push" doc:"for objectosphere: factor of the features' part of the loss, 0 or above"`
	Clip         float64        `yaml:"clip" doc:"upper bound of the gradient's norm; 0 sets none"`
	EMA          float64        `yaml:"ema" doc:"decay of a moving average of the weights, such as 0.999, which is validated and kept in place of the weights themselves; 0 keeps none"`
	Patience     int            `yaml:"patience" doc:"stop after so many epochs without a better one, which has more validation samples right at train.threshold or, among equals, a lower validation loss; 0 never stops early"`
	Threshold    float64        `yaml:"threshold" doc:"probability below which a prediction is na, 0..1; the best epoch is chosen at it"`
	Score        evaluate.Score `yaml:"score" doc:"what the threshold is compared with after training: max-probability, max-logit, energy (of the known outputs), mahalanobis (distance of the features to those of the training images) or combined (largest logit and distance); all but the first need train.known_recall"`
	KnownRecall  float64        `yaml:"known_recall" doc:"above 0, the threshold is calibrated after training: the highest at which, of the known validation samples that the network names right without one, this share still is; 0 decides by train.threshold, with train.score max-probability"`
}

// Default returns the settings of a run that sets none.
func Default() Options {
	return Options{
		Arch: "slim-resnet", Loss: BCENa, Epochs: 24, Batch: 32, LearningRate: 3e-3, Warmup: 0.25,
		WeightDecay: 0.01, Threshold: 0.4, Balance: NoBalance, Score: evaluate.Combined, KnownRecall: 0.97, FeatureNorm: 10, FeaturePush: 0.01,
	}
}

// Validate reports every setting out of its range.
func (o Options) Validate() error {
	var errs []error
	fault := func(key string, value, want any) {
		errs = append(errs, fmt.Errorf("train.%s is %v, want %v", key, value, want))
	}
	if o.Arch != nn.SlimResNet && o.Arch != nn.Tiny && o.Arch != nn.XResNet18 {
		fault("arch", fmt.Sprintf("%q", o.Arch), "slim-resnet, tiny or xresnet18")
	}
	if !o.Loss.valid() {
		fault("loss", fmt.Sprintf("%q", o.Loss), losses)
	}
	if o.Score == "" || o.Score.Validate() != nil {
		fault("score", fmt.Sprintf("%q", o.Score), evaluate.ScoreNames())
	} else if !o.Score.IsProbability() && o.KnownRecall == 0 {
		fault("score", o.Score, "max-probability, for no fixed threshold suits another score: or set train.known_recall, such as 0.97")
	}
	if !o.Balance.valid() {
		fault("balance", fmt.Sprintf("%q", o.Balance), "none, inverse or effective")
	}
	if o.Epochs < 1 {
		fault("epochs", o.Epochs, "1 or more")
	}
	if o.Batch < 2 || o.Batch > 1024 {
		fault("batch", o.Batch, "a number from 2 to 1024")
	}
	if o.Patience < 0 {
		fault("patience", o.Patience, "0 or more")
	}
	for _, s := range []struct {
		key   string
		value float64
		ok    bool
		want  string
	}{
		{"learning_rate", o.LearningRate, o.LearningRate > 0 && o.LearningRate <= 1, "a number above 0 and up to 1"},
		{"warmup", o.Warmup, o.Warmup >= 0 && o.Warmup <= 1, "a number from 0 to 1"},
		{"weight_decay", o.WeightDecay, o.WeightDecay >= 0 && o.WeightDecay <= 1, "a number from 0 to 1"},
		{"smoothing", o.Smoothing, o.Smoothing >= 0 && o.Smoothing < 1, "a number from 0 to below 1"},
		{"ema", o.EMA, o.EMA >= 0 && o.EMA < 1, "a number from 0 to below 1"},
		{"feature_norm", o.FeatureNorm, o.FeatureNorm > 0 && !math.IsInf(o.FeatureNorm, 0), "a number above 0"},
		{"feature_push", o.FeaturePush, o.FeaturePush >= 0 && !math.IsInf(o.FeaturePush, 0), "0 or a number above it"},
		{"clip", o.Clip, o.Clip >= 0 && !math.IsInf(o.Clip, 0), "0 or a number above it"},
		{"known_recall", o.KnownRecall, o.KnownRecall >= 0 && o.KnownRecall <= 1, "a number from 0 to 1"},
		{"threshold", o.Threshold, o.Threshold >= 0 && o.Threshold <= 1, "a number from 0 to 1"},
	} {
		if !s.ok {
			fault(s.key, s.value, s.want)
		}
	}
	return errors.Join(errs...)
}
