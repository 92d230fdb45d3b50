package evaluate

import (
	"cmp"
	"slices"
)

// GroupMetrics are the numbers of one person or session.
type GroupMetrics struct {
	Group           string     `json:"group"`
	OverallAccuracy Proportion `json:"overall_accuracy"`
	KnownAccuracy   Proportion `json:"known_accuracy"`
	NARecallUnknown Proportion `json:"na_recall_unknown"`
	NARecallUnseen  Proportion `json:"na_recall_unseen"`
}

// groups returns the metrics of each group, sorted by its name.
func groups(outcomes []Outcome) []GroupMetrics {
	at := map[string]*GroupMetrics{}
	for i := range outcomes {
		o := &outcomes[i]
		g := at[o.Group]
		if g == nil {
			g = &GroupMetrics{Group: o.Group}
			at[o.Group] = g
		}
		g.OverallAccuracy.add(o.Correct(), 1)
		switch o.Kind {
		case Known:
			g.KnownAccuracy.add(o.Correct(), 1)
		case Unknown:
			g.NARecallUnknown.add(o.Correct(), 1)
		case Unseen:
			g.NARecallUnseen.add(o.Correct(), 1)
		}
	}
	out := make([]GroupMetrics, 0, len(at))
	for _, g := range at {
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b GroupMetrics) int { return cmp.Compare(a.Group, b.Group) })
	return out
}
