package config

import (
	"context"
	"os"

	"github.com/gesturekit/gesturekit/audit"
	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/trainer"
)

// OutOfFold returns what audit.Labels trains with: the network and recipe of the
// train stage, a softmax over all categories, and audit.epochs. It works in
// folders of its own below env.Dir.
func (c Config) OutOfFold() audit.Predict {
	o := c.Train
	o.Loss, o.Score, o.KnownRecall, o.Epochs = trainer.CE, evaluate.MaxProbability, 0, c.Audit.Epochs
	stage := trainer.Stage{Options: o, Augment: online(c.Augment)}
	return func(ctx context.Context, m dataset.Manifest, env pipeline.Env) (rows [][]float32, err error) {
		if env.Dir, err = os.MkdirTemp(env.Dir, "fold-*"); err != nil {
			return nil, err
		}
		defer os.RemoveAll(env.Dir)
		env.Progress = nil
		if _, err := stage.Run(ctx, m, env); err != nil {
			return nil, err
		}
		model, err := trainer.Load(env.Dir)
		if err != nil {
			return nil, err
		}
		predictions, err := trainer.Predict(ctx, model, m.InRole(dataset.Test), env.Root, env.Workers, nil)
		for _, p := range predictions {
			rows = append(rows, p.Probabilities)
		}
		return rows, err
	}
}
