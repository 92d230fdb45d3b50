package serve

import (
	"fmt"

	"github.com/gesturekit/gesturekit/evaluate"
)

// Smoothing is against flicker: a gesture is shown while it is the decision on at
// least Need of the last Of frames.
type Smoothing struct {
	Need int `json:"need"` // 1 to Of
	Of   int `json:"of"`   // 1 to 60; 1 shows each frame's own decision
}

// maxOf is the most frames that are remembered: two seconds of fast video.
const maxOf = 60

// Validate fails outside these ranges.
func (s Smoothing) Validate() error {
	if s.Of < 1 || s.Of > maxOf || s.Need < 1 || s.Need > s.Of {
		return fmt.Errorf("smoothing by %d of %d frames: want 1 to %d frames, and 1 to all of them", s.Need, s.Of, maxOf)
	}
	return nil
}

// steady returns the label that at least s.Need of the last s.Of decide for, na
// if none does. labels are oldest first. Of several the one with the most votes
// counts, and of equals the one decided for last.
func (s Smoothing) steady(labels []int) int {
	labels = labels[max(0, len(labels)-s.Of):]
	votes := map[int]int{}
	best := evaluate.NA
	for _, l := range labels {
		votes[l]++
		if l != evaluate.NA && votes[l] >= s.Need && (best == evaluate.NA || votes[l] >= votes[best]) {
			best = l
		}
	}
	return best
}
