package trainer

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/pixel"
)

// Stage trains a model on a labelled manifest and leaves in its folder the
// model (model.safetensors, model.json) and its epochs.jsonl. The manifest goes
// through unchanged.
type Stage struct {
	Options Options
	Augment Augmentation // of the training images, anew in every epoch
}

// Name returns "train".
func (s Stage) Name() string { return "train" }

// Version changes whenever the same settings and inputs would give other weights.
func (s Stage) Version() string { return "train/10 " + pixel.Codec{}.Identity() }

// Settings returns the options and the settings of the augmentation.
func (s Stage) Settings() any {
	return struct {
		Options `yaml:",inline"`
		Augment any `yaml:"augment"`
	}{s.Options, s.Augment.Settings}
}

// Inputs returns nothing: the stage reads what earlier stages wrote.
func (s Stage) Inputs() []string { return nil }

// Run trains, or goes on with an interrupted training, and saves the model with
// the weights of the best epoch.
func (s Stage) Run(ctx context.Context, in dataset.Manifest, env pipeline.Env) (dataset.Manifest, error) {
	set, err := in.Training()
	if err != nil {
		return in, err
	}
	labels, err := in.LabelNames()
	if err != nil {
		return in, err
	}
	if s.Options.Loss.uses(dataset.NALabel) && len(set.Train().Select(isUnknown).Samples) == 0 {
		env.Warn("train has no unknown category: the network never learns what is no known gesture")
	}
	data, err := ReadData(ctx, set, labels, s.Options.Loss, env)
	if err != nil {
		return in, err
	}
	defer data.Close()
	m, err := New(data, s.Options, env.Key)
	if err != nil {
		return in, err
	}
	m.Seed = env.Seed
	if m.Manifest, err = manifestDigest(in); err != nil {
		return in, err
	}
	history, err := s.fit(ctx, m, data, env)
	if err != nil {
		return in, err
	}
	if err := m.FitDensity(ctx, data, env.Workers); errors.Is(err, errAlike) {
		env.Warn(fmt.Sprintf("%v: every distance is 0", err))
	} else if err != nil {
		return in, err
	}
	if r := s.Options.KnownRecall; r > 0 {
		err := m.Calibrate(ctx, data, s.Options.Score, r, env.Workers)
		if errors.Is(err, evaluate.ErrInput) {
			env.Warn(fmt.Sprintf("%v; predictions are decided by %s at %v", err, m.Score, m.Threshold))
		} else if err != nil {
			return in, err
		}
	}
	if err := m.Save(env.Dir); err != nil {
		return in, err
	}
	if err := writeHistory(env.Dir, history); err != nil {
		return in, err
	}
	return in, removeState(env.Dir)
}

// fit trains the model. If the training diverges, it leaves the best epoch's
// model in the stage's folder and says so.
func (s Stage) fit(ctx context.Context, m *Model, d *Data, env pipeline.Env) (history []Epoch, err error) {
	for e, fault := range Fit(ctx, m, d, s.Options, s.Augment, env) {
		if err = fault; err == nil {
			history = append(history, e)
		}
	}
	if len(history) == 0 || !errors.Is(err, ErrDiverged) {
		return history, err
	}
	if fault := errors.Join(m.Save(env.Dir), writeHistory(env.Dir, history)); fault != nil {
		return nil, errors.Join(err, fault)
	}
	return nil, fmt.Errorf("%w; the model of epoch %d, the best before, is in %s", err, m.Epoch, env.Dir)
}

func isUnknown(s *dataset.Sample) bool { return s.Partition == dataset.Unknown }

// manifestDigest returns the SHA-256 of the manifest as its file has it.
func manifestDigest(m dataset.Manifest) (string, error) {
	var b bytes.Buffer
	if err := m.WriteCSV(&b); err != nil {
		return "", err
	}
	return digest(b.Bytes()), nil
}
