package gate

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/report"
)

// ErrFailed marks a report that does not pass.
var ErrFailed = errors.New("quality gates failed")

// ErrBaseline marks a baseline that a report cannot be compared with.
var ErrBaseline = errors.New("baseline")

// Outcome is one gate with what it found.
type Outcome struct {
	Figure   string             `json:"gate"`
	Value    *float64           `json:"value"` // nil where the samples that it needs are missing
	Interval *evaluate.Interval `json:"interval,omitempty"`
	Level    float64            `json:"level,omitempty"` // of the interval
	Bound    Bound              `json:"bound"`
	Compared bool               `json:"compared,omitempty"` // with a baseline
	Baseline *float64           `json:"baseline,omitempty"` // nil where the baseline has no such figure, too
	Passed   bool               `json:"passed"`
}

// Name returns the figure, and of a comparison that it is one.
func (o Outcome) Name() string {
	if o.Compared {
		return o.Figure + " against the baseline"
	}
	return o.Figure
}

// String says what was found and what was wanted.
func (o Outcome) String() string {
	s := o.Figure + " is " + number(o.Value)
	if i := o.interval(); i != "" {
		s += fmt.Sprintf(" (%v %% interval %s)", 100*o.Level, i)
	}
	s += ", want " + o.want()
	switch {
	case o.Baseline != nil:
		s += ": the baseline has " + number(o.Baseline)
	case o.Compared:
		s += fmt.Sprintf(": the baseline has none: leave %s out of gates.compare, or make a report that has it the baseline", o.Figure)
	}
	if o.Value == nil && !(o.Compared && o.Baseline == nil) {
		s += ": the test has too few samples for it"
	}
	return s
}

// want writes the bound with six digits.
func (o Outcome) want() string {
	if o.Bound.Operator == "" {
		return "no worse than the baseline's"
	}
	return o.Bound.Operator + " " + number(&o.Bound.Limit)
}

func (o Outcome) interval() string {
	if o.Interval == nil {
		return ""
	}
	return number(&o.Interval.Low) + " to " + number(&o.Interval.High)
}

// number writes six digits: enough to tell a value from a bound that it just
// misses.
func number(v *float64) string {
	if v == nil {
		return "n/a"
	}
	return strconv.FormatFloat(*v, 'g', 6, 64)
}

// Figures returns the figures of the report's test and the counts of its
// dataset, by name.
func Figures(d report.Document) []evaluate.Figure {
	out := d.Metrics.Test.Figures()
	for _, r := range dataset.Roles() {
		fewest := -1
		for _, c := range d.Categories {
			if c.Partition == dataset.Unseen && r != dataset.Test {
				continue
			}
			if n := c.Samples[r]; fewest < 0 || n < fewest {
				fewest = n
			}
		}
		samples, groups := float64(max(fewest, 0)), float64(d.Groups[r])
		out = append(out,
			evaluate.Figure{Name: string(r) + "_samples", Value: &samples},
			evaluate.Figure{Name: string(r) + "_groups", Value: &groups})
	}
	return out
}

// Comparable fails with ErrBaseline unless the labels of the baseline and its
// unknown and unseen categories are those of d: with others to tell apart or to
// reject, the figures mean something else.
func Comparable(d, baseline report.Document) error {
	differ := func(what string, was, is []string) error {
		if slices.Equal(was, is) {
			return nil
		}
		return fmt.Errorf("%w has the %s %s, the run has %s: make this run's report.json the new baseline", ErrBaseline, what, names(was), names(is))
	}
	if err := differ("labels", baseline.Metrics.Labels, d.Metrics.Labels); err != nil {
		return err
	}
	for _, p := range []dataset.Partition{dataset.Unknown, dataset.Unseen} {
		if err := differ(string(p)+" categories", categories(baseline, p), categories(d, p)); err != nil {
			return err
		}
	}
	return nil
}

func names(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

// categories returns the names of those in the partition, sorted.
func categories(d report.Document, p dataset.Partition) (out []string) {
	for _, c := range d.Categories {
		if c.Partition == p {
			out = append(out, c.Category)
		}
	}
	slices.Sort(out)
	return out
}

// Check holds the report to the bounds of o and, if there is a baseline, to what
// that reached, less the tolerance. The outcomes come in the order of Options,
// comparisons last. A figure that is undefined fails its bound, and one that the
// baseline has not fails the comparison.
func Check(o Options, d report.Document, baseline *report.Document) ([]Outcome, error) {
	figures := map[string]evaluate.Figure{}
	for _, f := range Figures(d) {
		figures[f.Name] = f
	}
	var out []Outcome
	add := func(g Outcome) {
		g.Value = figures[g.Figure].Value
		g.Passed = g.Value != nil && g.Bound.Operator != "" && g.Bound.Holds(*g.Value)
		if all := d.Metrics.Intervals; all != nil {
			if i, ok := all.Figures[g.Figure]; ok {
				g.Interval, g.Level = &i, all.Level
			}
		}
		out = append(out, g)
	}
	for _, b := range o.bounds() {
		if b.bound.Operator != "" {
			add(Outcome{Figure: b.name, Bound: b.bound})
		}
	}
	if baseline == nil {
		return out, nil
	}
	if err := Comparable(d, *baseline); err != nil {
		return nil, err
	}
	for _, f := range Figures(*baseline) {
		if slices.Contains(o.Compare, f.Name) {
			add(Outcome{Figure: f.Name, Compared: true, Baseline: f.Value, Bound: floor(f, o.Tolerance)})
		}
	}
	return out, nil
}

// floor returns the bound that a baseline's figure sets: 0.9 less 0.01 is 0.89,
// whatever the last bits of a subtraction say. An undefined figure sets none.
func floor(f evaluate.Figure, tolerance float64) Bound {
	if f.Value == nil {
		return Bound{}
	}
	op, limit := ">=", *f.Value-tolerance
	if f.Lower {
		op, limit = "<=", *f.Value+tolerance
	}
	if round := math.Round(limit*1e9) / 1e9; math.Abs(round-limit) < 1e-12 {
		limit = round
	}
	return Bound{op, min(max(limit, 0), 1)}
}

// Failures returns ErrFailed with every gate that failed, or nil.
func Failures(outcomes []Outcome) error {
	var lines []string
	for _, o := range outcomes {
		if !o.Passed {
			lines = append(lines, "\n"+o.String())
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %d of %d%s", ErrFailed, len(lines), len(outcomes), strings.Join(lines, ""))
}
