package validate

import (
	"context"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/pipeline"
)

// predictions are what a model makes of samples.
type predictions struct {
	labels     []string      // names by label, "na" first
	rule       evaluate.Rule // how the model's outputs become predictions
	fixed      float64       // threshold of max-probability, as set
	calibrated map[evaluate.Score]float64
	outputs    []evaluate.Outputs // in the order of the samples
}

// predictor predicts samples, in order.
type predictor func(ctx context.Context, m dataset.Manifest, env pipeline.Env) (predictions, error)
