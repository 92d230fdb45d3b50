package report

import (
	"fmt"
	"strconv"

	"github.com/gesturekit/gesturekit/evaluate"
)

// lead says in two or three sentences what the numbers amount to.
func (d Document) lead() []string {
	m := d.Metrics.Test
	out := []string{fmt.Sprintf("Of %d test images, %d come out right (%s).",
		m.OverallAccuracy.Of, m.OverallAccuracy.Count, percent(m.OverallAccuracy))}
	if m.KnownAccuracy.Of > 0 {
		out = append(out, fmt.Sprintf("Known gestures are named correctly in %s of %d images.", percent(m.KnownAccuracy), m.KnownAccuracy.Of))
	}
	if u := m.NARecallUnseen; u.Of > 0 {
		accepted := evaluate.Proportion{Count: u.Of - u.Count, Of: u.Of}
		out = append(out, fmt.Sprintf("Gestures never trained are rejected in %s; %s are taken for a known one.", percent(u), percent(accepted)))
	}
	return out
}

// tiles are the headline numbers.
func (d Document) tiles() []tile {
	m := d.Metrics.Test
	at := number(d.Metrics.Threshold)
	if s := d.Metrics.Score; !s.IsProbability() {
		at += " of " + string(s)
	}
	return []tile{
		newTile("Overall accuracy", m.OverallAccuracy, "all test images, threshold "+at, "overall"),
		newTile("Known accuracy", m.KnownAccuracy, "known gestures named, threshold "+at, "known"),
		newTile("na recall, unknown", m.NARecallUnknown, "rejected; trained as na", "unknown"),
		newTile("na recall, unseen", m.NARecallUnseen, "rejected; never trained", "unseen"),
	}
}

// contrast sets the number that deceives beside the one that does not.
func (d Document) contrast() []tile {
	m := d.Metrics.Test
	return []tile{
		newTile("Known-only accuracy", m.KnownOnlyAccuracy, "known gestures alone, no threshold", "known"),
		newTile("Overall accuracy", m.OverallAccuracy, "known, unknown and unseen, with the threshold", "overall"),
	}
}

func newTile(name string, p evaluate.Proportion, note, class string) tile {
	t := tile{Name: name, Value: percent(p), Note: note, Class: class, Width: "0"}
	if v, ok := p.Value(); ok {
		t.Counts = counts(p)
		t.Width = strconv.FormatFloat(100*v, 'f', 1, 64)
	}
	return t
}

// headline is a number of the test with its confidence interval.
type headline struct{ Name, Value, Interval, Counts string }

// headlines are the numbers of the test that stand for the rest.
func (d Document) headlines() []headline {
	m := d.Metrics.Test
	rate := func(name, figure string, p evaluate.Proportion) headline {
		return headline{name, percent(p), d.interval(figure), counts(p)}
	}
	scalar := func(name, figure string, v *float64) headline {
		return headline{Name: name, Value: area(v), Interval: d.interval(figure)}
	}
	return []headline{
		rate("overall accuracy", "overall_accuracy", m.OverallAccuracy),
		rate("known accuracy", "known_accuracy", m.KnownAccuracy),
		rate("na recall, unknown", "unknown_recall", m.NARecallUnknown),
		rate("na recall, unseen", "unseen_recall", m.NARecallUnseen),
		rate("known-only accuracy, no threshold", "known_only_accuracy", m.KnownOnlyAccuracy),
		scalar("open macro-F1", "open_macro_f1", m.OpenMacroF1),
		scalar("AUROC, unseen", "auroc_unseen", m.OpenSet[string(evaluate.Unseen)].AUROC),
		scalar("ECE, all", "ece", m.Calibration[evaluate.AllSamples].ECE),
		scalar("ECE, known", "ece_known", m.Calibration[string(evaluate.Known)].ECE),
	}
}

// interval writes the confidence interval of a figure as "0.912 to 0.957".
func (d Document) interval(figure string) string {
	if d.Metrics.Intervals == nil {
		return none
	}
	i, ok := d.Metrics.Intervals.Figures[figure]
	if !ok {
		return none
	}
	return score(i.Low) + " to " + score(i.High)
}
