package validate

import (
	"context"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/pipeline"
)

// intervals returns the confidence intervals of the test. Each replicate draws
// from a stream of its own.
func (s Stage) intervals(ctx context.Context, lines []evaluate.Prediction, r *evaluate.Result, env pipeline.Env) (*evaluate.Intervals, error) {
	var test []evaluate.Outcome
	for i := range lines {
		if lines[i].Role == string(dataset.Test) {
			test = append(test, lines[i].Outcome)
		}
	}
	b, err := evaluate.NewBootstrap(test, len(r.Labels)-1)
	if err != nil {
		return nil, err
	}
	numbers := make([]int, s.Options.Bootstrap)
	for i := range numbers {
		numbers[i] = i
	}
	key := env.Key.With("bootstrap")
	replicates, err := pipeline.Each(ctx, env.Workers, numbers, func(_ context.Context, i int) ([]evaluate.Figure, error) {
		return b.Draw(key.WithInt(i).Rand()), nil
	})
	if err != nil {
		return nil, err
	}
	return b.Intervals(&r.Test, replicates, level)
}
