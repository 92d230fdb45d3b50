// Package explain says why a model takes an image for what it does: all scores
// and the decision, the training images that look most alike to it, and the
// parts of the image that it rests on.
//
// The same model and image give the same bytes, for any number of workers.
package explain

import (
	"context"
	"fmt"
	"image"
	"os"
	"path/filepath"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/trainer"
)

// Explanation is what a model says about an image, and why.
type Explanation struct {
	Prediction string         `json:"prediction"` // a label's name, "na" when the score is below the threshold
	Score      evaluate.Score `json:"score"`      // what the decision is by
	Value      float64        `json:"value"`
	Threshold  float64        `json:"threshold"`
	Reason     string         `json:"reason"`
	Labels     []Label        `json:"labels"`
	Scores     []ScoreValue   `json:"scores"`
	Neighbours []Neighbour    `json:"neighbours"`
	Occlusion  Occlusion      `json:"occlusion"`
}

// Label is what the network gives one of its labels.
type Label struct {
	Label       string  `json:"label"`
	Probability float32 `json:"probability"`
	Logit       float32 `json:"logit"`
}

// ScoreValue is one score, and what the decision by it would be.
type ScoreValue struct {
	Score     evaluate.Score `json:"score"`
	Value     float64        `json:"value"`
	Threshold *float64       `json:"threshold"` // nil when none was calibrated
	Decision  string         `json:"decision"`  // "" without a threshold
}

// Image explains what the model makes of an opaque square of Card.Size pixels at
// (0, 0). The neighbours, at most so many, are from the training samples of m,
// whose paths are relative to root.
func Image(ctx context.Context, model *trainer.Model, img *image.RGBA, m dataset.Manifest, root string, neighbours, workers int) (Explanation, error) {
	p, err := model.NewPredictor(predictBatch, workers)
	if err != nil {
		return Explanation{}, err
	}
	defer p.Close()
	rows, err := p.Outputs([]*image.RGBA{img})
	if err != nil {
		return Explanation{}, err
	}
	e, label, err := decide(model, rows[0])
	if err != nil {
		return e, err
	}
	if e.Occlusion, err = occlude(ctx, p, model, img, label); err != nil {
		return e, err
	}
	features, err := p.Features([]*image.RGBA{img})
	if err != nil {
		return e, err
	}
	train := m.Select(func(s *dataset.Sample) bool { return s.Role == dataset.Train && s.Parent == "" })
	e.Neighbours, err = nearest(ctx, model, features[0], train, root, neighbours, workers)
	return e, err
}

// predictBatch is how many occluded images are evaluated at a time.
const predictBatch = 32

// decide fills in the decision, and returns the label of the highest output.
func decide(model *trainer.Model, o evaluate.Outputs) (e Explanation, argmax int, err error) {
	rule := model.Rule()
	d, err := rule.Decide(o)
	if err != nil {
		return e, 0, err
	}
	name := func(label int) string { return model.Labels[label] }
	e = Explanation{Prediction: name(d.Label), Score: model.Score, Value: d.Score, Threshold: rule.Threshold}
	switch {
	case d.Score < rule.Threshold:
		e.Reason = fmt.Sprintf("%s %.4g is below the threshold %.4g; the highest output is that of %s", rule.Score, d.Score, rule.Threshold, name(d.Argmax))
	case d.Argmax == evaluate.NA:
		e.Reason = fmt.Sprintf("the highest output is that of %s", name(d.Argmax))
	default:
		e.Reason = fmt.Sprintf("the highest output is that of %s, and %s %.4g is not below the threshold %.4g", name(d.Argmax), rule.Score, d.Score, rule.Threshold)
	}
	first := len(model.Labels) - len(o.Probabilities)
	for i, p := range o.Probabilities {
		e.Labels = append(e.Labels, Label{name(i + first), p, o.Logits[i]})
	}
	for _, s := range evaluate.Scores() {
		v := ScoreValue{Score: s}
		threshold, ok := model.Calibrated[s]
		if s == model.Score {
			threshold, ok = rule.Threshold, true
		} else if s == evaluate.MaxProbability && !ok {
			threshold, ok = model.Fixed, true
		}
		by, err := evaluate.Rule{Score: s, Threshold: threshold, HasNA: rule.HasNA}.Decide(o)
		if err != nil {
			return e, 0, err
		}
		if v.Value = by.Score; ok {
			v.Threshold, v.Decision = &threshold, name(by.Label)
		}
		e.Scores = append(e.Scores, v)
	}
	return e, d.Argmax, nil
}

// Manifest reads the manifest beside a model of a run, and returns it with the
// run's folder. A model without one, copied out of its run, gives an empty one.
func Manifest(modelDir string) (dataset.Manifest, string, error) {
	root := filepath.Dir(filepath.Clean(modelDir))
	m, err := dataset.Read(modelDir)
	if os.IsNotExist(err) {
		return dataset.Manifest{}, root, nil
	}
	return m, root, err
}
