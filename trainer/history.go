package trainer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
)

// HistoryFile holds an Epoch as JSON in each line.
const HistoryFile = "epochs.jsonl"

// Epoch is what came of one pass over the training images.
type Epoch struct {
	N            int        `json:"epoch"`         // counted from 1
	Loss         float64    `json:"loss"`          // mean over the epoch's steps, as the steps were made
	LearningRate float64    `json:"learning_rate"` // of the epoch's last step
	Validation   Validation `json:"validation"`
	// Best tells that the epoch was better than all before it: more validation
	// samples predicted right at the threshold or, among equals, a lower
	// validation loss.
	Best bool `json:"best"`
}

// Validation is how a network does on the validation samples, none of them
// unseen.
type Validation struct {
	// Loss is the mean without label smoothing.
	Loss          float64             `json:"loss"`
	Accuracy      evaluate.Proportion `json:"accuracy"`       // right at the threshold, of all; for ce, of the known
	KnownAccuracy evaluate.Proportion `json:"known_accuracy"` // right at the threshold, of the known
	UnknownRecall evaluate.Proportion `json:"unknown_recall"` // predicted as na, of the unknown
}

// better reports whether v is better than w; see Epoch.Best.
func (v Validation) better(w Validation) bool {
	if v.Accuracy.Count != w.Accuracy.Count {
		return v.Accuracy.Count > w.Accuracy.Count
	}
	return v.Loss < w.Loss
}

// best returns the last of the epochs marked best, or nil.
func best(history []Epoch) *Epoch {
	for i := len(history) - 1; i >= 0; i-- {
		if history[i].Best {
			return &history[i]
		}
	}
	return nil
}

// writeHistory writes dir/epochs.jsonl, whole or not at all.
func writeHistory(dir string, history []Epoch) error {
	return atomicfile.Write(filepath.Join(dir, HistoryFile), func(w io.Writer) error {
		e := json.NewEncoder(w)
		for _, epoch := range history {
			if err := e.Encode(epoch); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReadHistory reads the epochs of the training that wrote to dir.
func ReadHistory(dir string) ([]Epoch, error) {
	name := filepath.Join(dir, HistoryFile)
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var out []Epoch
	d := json.NewDecoder(bytes.NewReader(data))
	for {
		var e Epoch
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: epoch %d: %w", name, len(out)+1, err)
		}
		out = append(out, e)
	}
}
