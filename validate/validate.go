// Package validate measures a trained model: it predicts the samples of the
// test, and those that the model was chosen by, and writes the predictions and
// their metrics.
//
// Unseen samples come in here for the first time. Nothing that is found here
// flows back to the training.
package validate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/pixel"
)

// Options steer the validate stage.
type Options struct {
	Threshold float64 `yaml:"threshold" doc:"probability below which a prediction is na, 0..1; -1 takes the model's own score and threshold"`
	Bootstrap int     `yaml:"bootstrap" doc:"replicates behind the 95 % confidence intervals of the test, each of as many people or sessions as there are, drawn with replacement; 0 for no intervals, up to 100000"`
}

// modelThreshold stands for the threshold in the model's card.
const modelThreshold = -1

// level is that of the confidence intervals.
const level = 0.95

const maxReplicates = 100_000

// Default returns the settings of a run that sets none.
func Default() Options { return Options{Threshold: modelThreshold, Bootstrap: 1000} }

// Validate reports every setting out of its range.
func (o Options) Validate() error {
	var errs []error
	if o.Threshold != modelThreshold && !(o.Threshold >= 0 && o.Threshold <= 1) {
		errs = append(errs, fmt.Errorf("validate.threshold is %v, want a number from 0 to 1, or -1 for the model's", o.Threshold))
	}
	if o.Bootstrap < 0 || o.Bootstrap > maxReplicates {
		errs = append(errs, fmt.Errorf("validate.bootstrap is %d, want a number of replicates from 0 to %d", o.Bootstrap, maxReplicates))
	}
	return errors.Join(errs...)
}

// Stage measures the model of the train stage. It writes evaluate.PredictionsFile
// and evaluate.ResultFile and leaves the manifest as it is.
type Stage struct {
	Options Options
	predict predictor // nil for the model of the train stage
}

// Name returns "validate".
func (Stage) Name() string { return "validate" }

// Version identifies the form of the files and the metrics.
func (Stage) Version() string { return "validate/5 " + pixel.Codec{}.Identity() }

// Settings returns the options.
func (s Stage) Settings() any { return s.Options }

// Inputs returns nothing: the model comes from the train stage.
func (Stage) Inputs() []string { return nil }

// Run predicts the samples of in with role test or validation. It fails when
// there is no sample in test or when the model has other labels than in.
func (s Stage) Run(ctx context.Context, in dataset.Manifest, env pipeline.Env) (dataset.Manifest, error) {
	if err := s.Options.Validate(); err != nil {
		return in, err
	}
	asked := in.Select(func(s *dataset.Sample) bool { return s.Role == dataset.Test || s.Role == dataset.Validation })
	if len(asked.InRole(dataset.Test).Samples) == 0 {
		return in, fmt.Errorf("%w: no sample in role test: add captures or raise split.test", dataset.ErrInvalid)
	}
	predict := s.predict
	if predict == nil {
		predict = trained
	}
	p, err := predict(ctx, asked, env)
	if err != nil {
		return in, err
	}
	if s.Options.Threshold != modelThreshold && !p.rule.Score.IsProbability() {
		return in, fmt.Errorf("validate.threshold is %v, a probability, but the model decides by %s: set train.known_recall for another threshold, or train.score to max-probability",
			s.Options.Threshold, p.rule.Score)
	}
	if t := s.Options.Threshold; t != modelThreshold && t != p.rule.Threshold {
		env.Warn(fmt.Sprintf("measured at threshold %v, while the model's own, which model.json keeps, is %v", t, p.rule.Threshold))
	}
	if s.Options.Threshold != modelThreshold {
		p.rule.Threshold = s.Options.Threshold
	}
	lines, err := decide(asked, p)
	if err != nil {
		return in, err
	}
	result, err := measure(lines, p)
	if err != nil {
		return in, err
	}
	if s.Options.Bootstrap > 0 {
		if result.Intervals, err = s.intervals(ctx, lines, &result, env); err != nil {
			return in, err
		}
	}
	return in, errors.Join(
		atomicfile.Write(filepath.Join(env.Dir, evaluate.PredictionsFile), func(w io.Writer) error {
			return evaluate.WritePredictions(w, p.labels, p.rule.HasNA, lines)
		}),
		atomicfile.Write(filepath.Join(env.Dir, evaluate.ResultFile), result.Write),
	)
}

// decide applies the rule to the outputs for every sample of m.
func decide(m dataset.Manifest, p predictions) ([]evaluate.Prediction, error) {
	if len(p.outputs) != len(m.Samples) {
		return nil, fmt.Errorf("the model gave %d predictions for %d samples", len(p.outputs), len(m.Samples))
	}
	columns := len(p.labels)
	if !p.rule.HasNA {
		columns--
	}
	lines := make([]evaluate.Prediction, len(m.Samples))
	for i := range m.Samples {
		s := &m.Samples[i]
		if s.Partition == dataset.Known && (s.Label < 1 || s.Label >= len(p.labels) || p.labels[s.Label] != s.Category) {
			return nil, fmt.Errorf("%w: sample %s: the model has no label %d for %q: its labels are %q; run the train stage again",
				dataset.ErrInvalid, s.ID, s.Label, s.Category, p.labels)
		}
		if n := len(p.outputs[i].Probabilities); n != columns {
			return nil, fmt.Errorf("sample %s: the model gave %d probabilities, want %d", s.ID, n, columns)
		}
		d, err := p.rule.Decide(p.outputs[i])
		if err != nil {
			return nil, fmt.Errorf("sample %s: %w", s.ID, err)
		}
		lines[i] = evaluate.Prediction{
			ID: s.ID, Role: string(s.Role), Category: s.Category,
			Outcome: evaluate.Outcome{Kind: evaluate.Kind(s.Partition), Target: max(s.Label, dataset.NALabel), Group: s.Group, Confidence: p.outputs[i].TopProbability(), Decision: d},
			Outputs: p.outputs[i],
		}
	}
	return lines, nil
}

// measure returns the metrics of test and validation apart.
func measure(lines []evaluate.Prediction, p predictions) (evaluate.Result, error) {
	result := evaluate.Result{
		Schema: evaluate.ResultSchema, Score: p.rule.Score, Threshold: p.rule.Threshold, HasNA: p.rule.HasNA, Labels: p.labels,
	}
	byRole := map[string][]evaluate.Outcome{}
	for _, l := range lines {
		byRole[l.Role] = append(byRole[l.Role], l.Outcome)
	}
	known := len(p.labels) - 1
	var err error
	if result.Test, err = evaluate.Measure(byRole[string(dataset.Test)], known); err != nil {
		return result, fmt.Errorf("test: %w", err)
	}
	if seen := byRole[string(dataset.Validation)]; len(seen) > 0 {
		m, err := evaluate.Measure(seen, known)
		if err != nil {
			return result, fmt.Errorf("validation: %w", err)
		}
		result.Validation = &m
	}
	result.Scores, err = scores(lines, p)
	return result, err
}

// scores measures the test by every score that has a threshold.
func scores(lines []evaluate.Prediction, p predictions) ([]evaluate.ScoreResult, error) {
	test := slices.DeleteFunc(slices.Clone(lines), func(l evaluate.Prediction) bool { return l.Role != string(dataset.Test) })
	rules := []evaluate.Rule{{Score: evaluate.MaxProbability, Threshold: p.fixed, HasNA: p.rule.HasNA}}
	for _, s := range evaluate.Scores() {
		if t, ok := p.calibrated[s]; ok {
			rules = append(rules, evaluate.Rule{Score: s, Threshold: t, HasNA: p.rule.HasNA})
		}
	}
	var out []evaluate.ScoreResult
	for i, r := range rules {
		m, err := evaluate.MeasureScore(test, r, len(p.labels)-1)
		if err != nil {
			return nil, err
		}
		m.Calibrated = i > 0
		out = append(out, m)
	}
	return out, nil
}
