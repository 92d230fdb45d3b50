// Package evaluate turns the probabilities of a classifier into decisions, and
// decisions into the numbers of open-set recognition.
//
// Everything here is a pure function. Proportions are kept as two whole
// numbers and areas are computed from counts, so no result depends on the order
// of the samples, on batches or on workers, not even in its last bit. Labels
// are indices: 0 is na ("no known gesture"), 1..K are the known categories.
package evaluate

import (
	"errors"
	"fmt"
	"math"
)

// NA is the label "no known gesture".
const NA = 0

// ErrInput marks every fault of what the functions of this package are given.
var ErrInput = errors.New("invalid input")

// Rule decides between the known categories and na.
type Rule struct {
	// Threshold: a sample whose score is below it becomes na. Equal is not
	// below. For MaxProbability it lies in [0, 1].
	Threshold float64
	// Score is what Threshold is compared with; empty means MaxProbability.
	Score Score
	// HasNA tells that column 0 of the probabilities belongs to na. Otherwise
	// column 0 belongs to label 1, and na comes from the threshold alone.
	HasNA bool
}

// Validate fails on an unknown score, and when the threshold is not a finite
// number or, of probabilities, outside [0, 1].
func (r Rule) Validate() error {
	if err := r.Score.Validate(); err != nil {
		return err
	}
	if !r.Score.IsProbability() {
		if math.IsNaN(r.Threshold) || math.IsInf(r.Threshold, 0) {
			return fmt.Errorf("%w: threshold %v: want a finite number", ErrInput, r.Threshold)
		}
		return nil
	}
	if !(r.Threshold >= 0 && r.Threshold <= 1) {
		return fmt.Errorf("%w: threshold %v: want a number in [0, 1]", ErrInput, r.Threshold)
	}
	return nil
}

// Decision is what becomes of one sample's probabilities. Of equal
// probabilities the first counts.
type Decision struct {
	Label      int     // the prediction: na if Score < threshold, else Argmax
	Argmax     int     // the label of the largest probability, whatever the threshold
	Score      float64 // by default the largest probability; see Rule.Score
	Known      int     // the known label of the largest probability
	KnownScore float64 // the score of the known labels alone
}

// Decide applies the rule, by MaxProbability, to one sample's probabilities, one a column. It
// fails when the rule is invalid, when there is no known column, or when a
// probability is outside [0, 1] or not a number.
func Decide[F float32 | float64](r Rule, probabilities []F) (Decision, error) {
	if err := r.Validate(); err != nil {
		return Decision{}, err
	}
	d, err := largest(probabilities, r.HasNA)
	if err != nil {
		return Decision{}, err
	}
	for i, v := range probabilities {
		if !(v >= 0 && v <= 1) {
			label := i + 1
			if r.HasNA {
				label = i
			}
			return Decision{}, fmt.Errorf("%w: probability %v of label %d: want a number in [0, 1]", ErrInput, v, label)
		}
	}
	return r.reject(d), nil
}
