package evaluate

import (
	"fmt"
	"math"
	"slices"
)

// ThresholdAtRecall returns the highest threshold at which at least the share
// recall, above 0 and up to 1, of the known outcomes are still named right: the
// operating point "known recall". Outcomes of other kinds play no part, so
// nothing need be known of what must be rejected. The threshold is the score of
// an outcome, and equal scores are accepted together.
//
// It fails when recall is out of range or when the classifier names too few of
// the known right at any threshold.
func ThresholdAtRecall(outcomes []Outcome, recall float64) (float64, error) {
	if !(recall > 0 && recall <= 1) {
		return 0, fmt.Errorf("%w: known recall %v: want a number above 0 and up to 1", ErrInput, recall)
	}
	known := 0
	var right []float64
	for _, o := range outcomes {
		if o.Kind != Known {
			continue
		}
		known++
		if o.Argmax == o.Target {
			right = append(right, o.Score)
		}
	}
	need := int(math.Ceil(float64(recall*float64(known)) - 1e-9))
	if known == 0 || need > len(right) {
		return 0, fmt.Errorf("%w: %d of %d known samples are named right at threshold 0: known recall %v cannot be had", ErrInput, len(right), known, recall)
	}
	slices.Sort(right)
	return right[len(right)-need], nil
}

// ThresholdKeeping returns the highest threshold at which at least the share
// keep, above 0 and up to 1, of the known outcomes that are named right without a
// threshold are still named right. Unlike a known recall, that can be had of
// every classifier, however many of the known it confuses with each other.
//
// It fails when keep is out of range or no known outcome is named right.
func ThresholdKeeping(outcomes []Outcome, keep float64) (float64, error) {
	if !(keep > 0 && keep <= 1) {
		return 0, fmt.Errorf("%w: known recall %v: want a number above 0 and up to 1", ErrInput, keep)
	}
	known, right := 0, 0
	for _, o := range outcomes {
		if o.Kind == Known {
			known++
			if o.Argmax == o.Target {
				right++
			}
		}
	}
	if right == 0 {
		return 0, fmt.Errorf("%w: none of %d known samples is named right, so no threshold can be calibrated", ErrInput, known)
	}
	return ThresholdAtRecall(outcomes, float64(keep*float64(right))/float64(known))
}
