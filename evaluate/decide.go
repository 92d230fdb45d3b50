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
)

// NA is the label "no known gesture".
const NA = 0

// ErrInput marks every fault of what the functions of this package are given.
var ErrInput = errors.New("invalid input")

// Rule decides between the known categories and na.
type Rule struct {
	// Threshold in [0, 1]: a sample whose largest probability is below it
	// becomes na. Equal is not below.
	Threshold float64
	// HasNA tells that column 0 of the probabilities belongs to na. Otherwise
	// column 0 belongs to label 1, and na comes from the threshold alone.
	HasNA bool
}

// Validate fails when the threshold is outside [0, 1] or not a number.
func (r Rule) Validate() error {
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
	Score      float64 // the largest probability
	Known      int     // the known label of the largest probability
	KnownScore float64 // the largest probability of a known label
}

// Decide applies the rule to one sample's probabilities, one a column. It
// fails when the rule is invalid, when there is no known column, or when a
// probability is outside [0, 1] or not a number.
func Decide[F float32 | float64](r Rule, probabilities []F) (Decision, error) {
	if err := r.Validate(); err != nil {
		return Decision{}, err
	}
	first := 1 // the label of column 0
	if r.HasNA {
		first = NA
	}
	if len(probabilities)+first < 2 {
		return Decision{}, fmt.Errorf("%w: %d probabilities: want at least one for a known category", ErrInput, len(probabilities))
	}
	d := Decision{Score: -1, KnownScore: -1}
	for i, v := range probabilities {
		p, label := float64(v), i+first
		if !(p >= 0 && p <= 1) {
			return Decision{}, fmt.Errorf("%w: probability %v of label %d: want a number in [0, 1]", ErrInput, p, label)
		}
		if p > d.Score {
			d.Argmax, d.Score = label, p
		}
		if label != NA && p > d.KnownScore {
			d.Known, d.KnownScore = label, p
		}
	}
	d.Label = d.Argmax
	if d.Score < r.Threshold {
		d.Label = NA
	}
	return d, nil
}
