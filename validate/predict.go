package validate

import (
	"context"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
)

// predictions are what a model makes of samples.
type predictions struct {
	labels        []string    // names by label, "na" first
	hasNA         bool        // the first column belongs to na, else to label 1
	probabilities [][]float32 // in the order of the samples
}

// predictor predicts samples, in order.
type predictor func(ctx context.Context, m dataset.Manifest, env pipeline.Env) (predictions, error)
