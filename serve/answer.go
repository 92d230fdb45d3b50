package serve

import (
	"fmt"
	"time"

	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/trainer"
)

// Prediction is what the model says about a picture.
type Prediction struct {
	Label        string   `json:"label"`     // a known gesture, or na: no known gesture
	Best         string   `json:"best"`      // the label of the highest output, whatever the threshold
	Score        float64  `json:"score"`     // what the threshold is compared with
	Threshold    float64  `json:"threshold"` // below it the label is na
	Labels       []Output `json:"labels"`    // in the model's order
	Milliseconds Timing   `json:"milliseconds"`
}

// Output is what the network gives one of its labels.
type Output struct {
	Label       string  `json:"label"`
	Probability float32 `json:"probability"`
	Logit       float32 `json:"logit"`
}

// Timing says where the time of an answer went, in milliseconds.
type Timing struct {
	Wait    float64 `json:"wait"` // for a core
	Decode  float64 `json:"decode"`
	Predict float64 `json:"predict"`
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// decide makes the prediction of a network's outputs by a rule.
func decide(m *trainer.Model, rule evaluate.Rule, o evaluate.Outputs) (Prediction, error) {
	d, err := rule.Decide(o)
	if err != nil {
		return Prediction{}, err
	}
	p := Prediction{Label: m.Labels[d.Label], Best: m.Labels[d.Argmax], Score: d.Score, Threshold: rule.Threshold}
	first := len(m.Labels) - len(o.Probabilities)
	for i, v := range o.Probabilities {
		p.Labels = append(p.Labels, Output{m.Labels[i+first], v, o.Logits[i]})
	}
	return p, nil
}

// Model says what serves.
type Model struct {
	Labels    []string       `json:"labels"` // na, then the known gestures
	Size      int            `json:"size"`   // side of the network's input in pixels
	Arch      string         `json:"arch"`
	Loss      string         `json:"loss"`
	Score     evaluate.Score `json:"score"`
	Threshold float64        `json:"threshold"`
	Fit       string         `json:"fit"` // how a picture becomes square
	Weights   string         `json:"weights_sha256"`
	Smooth    Smoothing      `json:"smooth"`   // of a new stream
	Captures  bool           `json:"captures"` // frames can be saved
}

func describe(m *trainer.Model, o Options) Model {
	score := m.Score
	if score == "" {
		score = evaluate.MaxProbability
	}
	return Model{
		Labels: m.Labels, Size: m.Size, Arch: m.Arch, Loss: fmt.Sprint(m.Loss), Score: score, Threshold: m.Threshold,
		Fit: string(o.Fit), Weights: m.Weights, Smooth: o.Smooth, Captures: o.Captures != nil,
	}
}
