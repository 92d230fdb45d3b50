package evaluate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// sortedSet is what a curve is made of, by falling score: sorted once, it gives
// the curve for any weights.
type sortedSet struct {
	ranks    []rank
	distinct int // scores
}

type rank struct {
	score          float64
	index          int32 // of the outcome
	known, correct bool
}

// sortedSets returns the sets of known samples against others, by keys of
// Metrics.OpenSet.
func sortedSets(outcomes []Outcome, keys ...string) (map[string]sortedSet, error) {
	sets := map[string]sortedSet{}
	for _, against := range keys {
		set, err := sortedSetOf(outcomes, against)
		if err != nil {
			return nil, err
		}
		sets[against] = set
	}
	return sets, nil
}

// against returns the keys of Metrics.OpenSet.
func against() []string { return []string{AllOthers, string(Unknown), string(Unseen)} }

func sortedSetOf(outcomes []Outcome, against string) (set sortedSet, err error) {
	for i := range outcomes {
		o := &outcomes[i]
		if o.Kind == Known || against == AllOthers || string(o.Kind) == against {
			if err := set.add(o.scored(), i); err != nil {
				return set, err
			}
		}
	}
	set.sort()
	return set, nil
}

func (s *sortedSet) add(x Scored, index int) error {
	if math.IsNaN(x.Score) || math.IsInf(x.Score, 0) {
		return fmt.Errorf("%w: score of sample %d is %v: want a finite number", ErrInput, index, x.Score)
	}
	s.ranks = append(s.ranks, rank{x.Score, int32(index), x.Known, x.Correct})
	return nil
}

func (s *sortedSet) sort() {
	slices.SortFunc(s.ranks, func(a, b rank) int { return cmp.Compare(b.score, a.score) })
	for i := range s.ranks {
		if s.last(i) {
			s.distinct++
		}
	}
}

// last tells whether rank i is the last of its score.
func (s *sortedSet) last(i int) bool {
	return i+1 == len(s.ranks) || s.ranks[i+1].score != s.ranks[i].score
}

// curve sweeps the threshold. An empty set gives an empty curve.
func (s *sortedSet) curve(times weight) Curve {
	if len(s.ranks) == 0 {
		return Curve{}
	}
	at := CurvePoint{Threshold: math.Inf(1)}
	points := append(make([]CurvePoint, 0, 1+s.distinct), at)
	for i, r := range s.ranks {
		n := times(int(r.index))
		at.Threshold = r.score
		switch {
		case !r.known:
			at.Others += n
		case r.correct:
			at.Known, at.Correct = at.Known+n, at.Correct+n
		default:
			at.Known += n
		}
		if s.last(i) {
			points = append(points, at)
		}
	}
	return Curve{Points: points, Known: at.Known, Others: at.Others}
}
