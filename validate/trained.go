package validate

import (
	"context"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/trainer"
)

// trained predicts with the model of the train stage.
func trained(ctx context.Context, m dataset.Manifest, env pipeline.Env) (predictions, error) {
	model, err := trainer.Load(env.Output("train"))
	if err != nil {
		return predictions{}, err
	}
	rows, err := trainer.Predict(ctx, model, m, env.Root, env.Workers, func(done, total int) { env.Report(done, total, "images") })
	if err != nil {
		return predictions{}, err
	}
	out := predictions{labels: model.Labels, rule: model.Rule(), fixed: model.Fixed, calibrated: model.Calibrated}
	for _, r := range rows {
		out.outputs = append(out.outputs, r.Outputs)
	}
	return out, nil
}
