package evaluate

import "slices"

// sweepSteps is the resolution of Metrics.ThresholdSweep.
const sweepSteps = 20

// SweepPoint is what a threshold would do to the same probabilities.
type SweepPoint struct {
	Threshold       float64    `json:"threshold"`
	OverallAccuracy Proportion `json:"overall_accuracy"`
	KnownAccuracy   Proportion `json:"known_accuracy"`
	NARecallUnknown Proportion `json:"na_recall_unknown"`
	NARecallUnseen  Proportion `json:"na_recall_unseen"`
}

// Sweep returns what steps+1 thresholds at equal distances over ScoreRange
// would do, such as 0, 1/steps, ... 1; none for steps < 1.
func Sweep(outcomes []Outcome, steps int) []SweepPoint {
	// A sample keeps its name up to a threshold of its score and is na above
	// it: sorted scores and a search for each threshold give the counts.
	named := map[Kind][]float64{} // scores that name the known sample rightly, or accept another one
	total := map[Kind]int{}
	for _, o := range outcomes {
		total[o.Kind]++
		if o.Argmax != NA && (o.Kind != Known || o.Argmax == o.Target) {
			named[o.Kind] = append(named[o.Kind], o.Score)
		}
	}
	for _, scores := range named {
		slices.Sort(scores)
	}
	from := func(k Kind, threshold float64) int { // how many stay named
		i, _ := slices.BinarySearch(named[k], threshold)
		return len(named[k]) - i
	}
	lo, hi := ScoreRange(outcomes)
	var points []SweepPoint
	for i := 0; i <= steps && steps > 0; i++ {
		t := lo + float64(float64(hi-lo)*float64(i)/float64(steps))
		p := SweepPoint{
			Threshold:       t,
			KnownAccuracy:   Proportion{from(Known, t), total[Known]},
			NARecallUnknown: Proportion{total[Unknown] - from(Unknown, t), total[Unknown]},
			NARecallUnseen:  Proportion{total[Unseen] - from(Unseen, t), total[Unseen]},
		}
		p.OverallAccuracy = Proportion{
			p.KnownAccuracy.Count + p.NARecallUnknown.Count + p.NARecallUnseen.Count, len(outcomes),
		}
		points = append(points, p)
	}
	return points
}
