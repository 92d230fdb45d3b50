package report

import (
	"fmt"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
)

// fact is a line of a card.
type fact struct{ Name, Text string }

// dataCard says what the captures are, as far as the run knows.
func (d Document) dataCard(t totals) []fact {
	captures := 0
	for _, n := range t.Samples {
		captures += n
	}
	out := []fact{
		{"captures", fmt.Sprintf("%d of %d people or sessions", captures, t.Groups)},
		{"categories", fmt.Sprintf("%d known, %d unknown (trained as na), %d unseen (never trained)",
			len(d.inPartitions(dataset.Known)), len(d.inPartitions(dataset.Unknown)), len(d.inPartitions(dataset.Unseen)))},
	}
	for _, r := range dataset.Roles() {
		out = append(out, fact{string(r), fmt.Sprintf("%d captures of %d people or sessions", t.Samples[r], d.Groups[r])})
	}
	out = append(out, fact{"augmented", fmt.Sprintf("%d images written, all in train", t.Augmented)})
	if t.Aside > 0 {
		out = append(out, fact{"set aside", fmt.Sprintf("%d captures; quarantine.csv says why of each", t.Aside)})
	}
	return append(out,
		fact{"checked", "no person or session, and no capture, is in two roles; no unseen category is in train or validation."},
		fact{"audited", d.Audit.text()},
		fact{"not known", "where, when and with whose consent the captures were made: say so where you publish this report."},
	)
}

// modelCard says what the model was made from and is worth.
func (d Document) modelCard(t totals) []fact {
	of := func(r dataset.Role) string {
		return fmt.Sprintf("%d captures of %d people or sessions", t.Samples[r], d.Groups[r])
	}
	m := d.Metrics.Test
	return []fact{
		{"trained on", fmt.Sprintf("%s; epoch %d of %d, chosen on validation", of(dataset.Train), d.Training.Best, len(d.Training.Epochs))},
		{"tested on", fmt.Sprintf("%s: overall %s, known %s, unseen rejected %s", of(dataset.Test), share(m.OverallAccuracy), share(m.KnownAccuracy), share(m.NARecallUnseen))},
	}
}

// fewGroups is how many people or sessions a test needs before its intervals are
// about right.
const fewGroups = 10

// limits says what the test does not show.
func (d Document) limits() (out []string) {
	m := d.Metrics.Test
	if n := len(m.Groups); n < fewGroups {
		text := fmt.Sprintf("The test has %d people or sessions: what it says of others is uncertain, and intervals over so few are too narrow.", n)
		if n == 1 {
			text = "The test has one person or session: it says nothing of others."
		}
		out = append(out, text)
	}
	for _, k := range []evaluate.Kind{evaluate.Unknown, evaluate.Unseen} {
		if m.Samples[k] == 0 {
			out = append(out, fmt.Sprintf("The test has no %s category: nothing is measured of how such gestures are rejected.", k))
		}
	}
	if n := len(d.inPartitions(dataset.Unseen)); n > 0 && n < 3 {
		out = append(out, fmt.Sprintf("Unseen gestures are %d: others may be rejected more or less often.", n))
	}
	for _, c := range d.inPartitions(dataset.Known) {
		if c.Correct.Of == 0 {
			out = append(out, fmt.Sprintf("The test has no image of %s.", c.Category))
		}
	}
	return append(out, "Other cameras, rooms, lighting and distances than those of the captures were not tested.")
}

// figures lists all figures of the test, none without intervals.
func (d Document) figures() (out []headline) {
	if d.Metrics.Intervals == nil {
		return nil
	}
	for _, f := range d.Metrics.Test.Figures() {
		out = append(out, headline{Name: f.Name, Value: area(f.Value), Interval: d.interval(f.Name)})
	}
	return out
}
