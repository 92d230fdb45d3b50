package gate_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/gate"
	"github.com/gesturekit/gesturekit/report"
)

// document is a report of a test with so many known images, of which some are
// named right, and so many unseen ones, of which some are rejected.
func document(t *testing.T, named, known, rejected, unseen int) report.Document {
	t.Helper()
	var outcomes []evaluate.Outcome
	add := func(n int, o evaluate.Outcome) {
		for range n {
			outcomes = append(outcomes, o)
		}
	}
	right := evaluate.Decision{Label: 1, Argmax: 1, Known: 1, Score: 0.75, KnownScore: 0.75}
	na := evaluate.Decision{Argmax: 1, Known: 1, Score: 0.25, KnownScore: 0.25}
	add(named, evaluate.Outcome{Kind: evaluate.Known, Target: 1, Confidence: 0.75, Decision: right})
	add(known-named, evaluate.Outcome{Kind: evaluate.Known, Target: 1, Confidence: 0.25, Decision: na})
	add(rejected, evaluate.Outcome{Kind: evaluate.Unseen, Confidence: 0.25, Decision: na})
	add(unseen-rejected, evaluate.Outcome{Kind: evaluate.Unseen, Confidence: 0.75, Decision: right})
	m, err := evaluate.Measure(outcomes, 1)
	if err != nil {
		t.Fatal(err)
	}
	return report.Document{
		Schema: report.Schema, Title: "A | b",
		Metrics: evaluate.Result{Schema: evaluate.ResultSchema, Threshold: 0.4, Labels: []string{"na", "fist"}, Test: m,
			Intervals: &evaluate.Intervals{Level: 0.95, Groups: 3, Figures: map[string]evaluate.Interval{"known_accuracy": {Low: 0.5, High: 1}}}},
		Categories: []report.Category{
			category("fist", dataset.Known, 40, 9), category("idle", dataset.Unknown, 30, 8), category("four", dataset.Unseen, 0, 7),
		},
		Groups: map[dataset.Role]int{dataset.Train: 5, dataset.Test: 3},
	}
}

func category(name string, p dataset.Partition, train, test int) report.Category {
	return report.Category{Category: name, Partition: p, Samples: map[dataset.Role]int{dataset.Train: train, dataset.Test: test}}
}

func bound(t *testing.T, s string) gate.Bound {
	t.Helper()
	var b gate.Bound
	if err := b.UnmarshalText([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBound(t *testing.T) {
	for text, holds := range map[string][3]bool{ // of 0.89, 0.9 and 0.91
		">= 0.9": {false, true, true}, "> 0.9": {false, false, true}, "<= 0.9": {true, true, false}, "<0.9": {true, false, false},
		"": {true, true, true},
	} {
		b := bound(t, text)
		for i, v := range []float64{0.89, 0.9, 0.91} {
			if b.Holds(v) != holds[i] {
				t.Errorf("%v %s: got %v", v, text, b.Holds(v))
			}
		}
		if again := bound(t, b.String()); again != b {
			t.Errorf("%q reads as %v, written and read %v", text, b, again)
		}
	}
	for _, text := range []string{"0.9", "= 0.9", ">=", ">= x", ">= NaN", "< Inf", "=> 0.9", ">= 90%", "!= 1"} {
		var b gate.Bound
		if err := b.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), `such as ">= 0.9"`) {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

// TestEveryFigureHasAGate sets every bound, and finds an outcome for each figure.
func TestEveryFigureHasAGate(t *testing.T) {
	d := document(t, 8, 10, 3, 4)
	var want []string
	for _, f := range gate.Figures(d) {
		want = append(want, f.Name)
	}
	outcomes, err := gate.Check(allBounds(t), d, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range outcomes {
		got = append(got, o.Figure)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("gates %v\nfigures %v", got, want)
	}
}

func TestCheck(t *testing.T) {
	d := document(t, 8, 10, 3, 4)
	o := gate.Default()
	o.KnownAccuracy, o.UnseenRecall, o.UnknownRecall = bound(t, ">= 0.8"), bound(t, ">= 0.9"), bound(t, ">= 0")
	o.TrainSamples, o.TestSamples, o.TestGroups = bound(t, ">= 31"), bound(t, ">= 7"), bound(t, ">= 3")
	outcomes, err := gate.Check(o, d, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range outcomes {
		got = append(got, x.String())
	}
	want := []string{
		"known_accuracy is 0.8 (95 % interval 0.5 to 1), want >= 0.8",
		"unknown_recall is n/a, want >= 0: the test has too few samples for it",
		"unseen_recall is 0.75, want >= 0.9",
		"train_samples is 30, want >= 31", // unseen categories have none in train, and need none
		"test_samples is 7, want >= 7",
		"test_groups is 3, want >= 3",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	err = gate.Failures(outcomes)
	if !errors.Is(err, gate.ErrFailed) || err.Error() != "quality gates failed: 3 of 6\n"+want[1]+"\n"+want[2]+"\n"+want[3] {
		t.Errorf("got %v", err)
	}
	if err := gate.Failures(outcomes[:1]); err != nil {
		t.Errorf("a gate that passed: %v", err)
	}
}

func TestBaseline(t *testing.T) {
	for name, c := range map[string]struct {
		now, before int // of 100 known samples named right
		tolerance   float64
		passed      bool
	}{
		"same": {67, 67, 0, true}, "worse": {66, 67, 0, false}, "better": {68, 67, 0, true},
		"within": {89, 90, 0.01, true}, "just beyond": {88, 90, 0.01, false}, "thirds": {2, 2, 0, true},
	} {
		o := gate.Default()
		o.Compare, o.Tolerance = []string{"known_accuracy"}, c.tolerance
		all := 100
		if name == "thirds" {
			all = 3
		}
		base := document(t, c.before, all, 1, 1)
		outcomes, err := gate.Check(o, document(t, c.now, all, 1, 1), &base)
		if err != nil || len(outcomes) != 1 {
			t.Fatalf("%s: %v, %v", name, outcomes, err)
		}
		if outcomes[0].Passed != c.passed {
			t.Errorf("%s: %s", name, outcomes[0])
		}
	}
	o := gate.Default()
	o.Compare, o.Tolerance = []string{"ece_known"}, 0 // lower is better
	worse, better := document(t, 1, 100, 1, 1), document(t, 75, 100, 1, 1)
	for _, c := range []struct {
		now, base *report.Document
		passed    bool
	}{{&worse, &better, false}, {&better, &worse, true}} {
		outcomes, err := gate.Check(o, *c.now, c.base)
		if err != nil || outcomes[0].Passed != c.passed {
			t.Errorf("%v, %v", outcomes, err)
		}
	}
}

// TestBaselineOfOtherCategories refuses what was measured on something else.
func TestBaselineOfOtherCategories(t *testing.T) {
	d := document(t, 8, 10, 3, 4)
	for want, change := range map[string]func(*report.Document){
		"the labels na, palm, the run has na, fist":    func(b *report.Document) { b.Metrics.Labels = []string{"na", "palm"} },
		"the unseen categories five, the run has four": func(b *report.Document) { b.Categories[2].Category = "five" },
		"the unseen categories none, the run has four": func(b *report.Document) { b.Categories = b.Categories[:2] },
		"the unknown categories idle, other, the run has idle": func(b *report.Document) {
			b.Categories = append(b.Categories, category("other", dataset.Unknown, 1, 1))
		},
		"the unknown categories four, idle, the run has idle": func(b *report.Document) { b.Categories[2].Partition = dataset.Unknown },
	} {
		base := document(t, 8, 10, 3, 4)
		change(&base)
		_, err := gate.Check(gate.Default(), d, &base)
		if !errors.Is(err, gate.ErrBaseline) || !strings.Contains(err.Error(), want+": make this run's report.json the new baseline") {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	base := document(t, 8, 10, 3, 4)
	slices.Reverse(base.Categories)
	if err := gate.Comparable(d, base); err != nil {
		t.Errorf("the same in another order: %v", err)
	}
}

// TestBaselineWithoutAFigure compares a figure that the baseline lacks, which
// must not pass by default.
func TestBaselineWithoutAFigure(t *testing.T) {
	o := gate.Default()
	o.Compare = []string{"known_accuracy", "unseen_recall"}
	now, none := document(t, 8, 10, 3, 4), document(t, 8, 10, 0, 0)
	for name, d := range map[string]report.Document{"the run has it": now, "neither has it": none} {
		outcomes, err := gate.Check(o, d, &none)
		if err != nil || len(outcomes) != 2 {
			t.Fatalf("%s: %v, %v", name, outcomes, err)
		}
		x := outcomes[1]
		if x.Passed || x.Name() != "unseen_recall against the baseline" {
			t.Errorf("%s: %q passed %v", name, x.Name(), x.Passed)
		}
		err = gate.Failures(outcomes)
		if want := "the baseline has none: leave unseen_recall out of gates.compare, or make a report that has it the baseline"; !errors.Is(err, gate.ErrFailed) || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
}

func TestOptions(t *testing.T) {
	if o := gate.Default(); o.Validate() != nil || o.Set() {
		t.Errorf("default: %v, set %v", o.Validate(), o.Set())
	}
	o := gate.Options{UnseenRecall: bound(t, ">= 90"), TestGroups: bound(t, ">= -1"), Tolerance: 2, Compare: []string{"accuracy"}}
	err := o.Validate()
	for _, want := range []string{`gates.unseen_recall is ">= 90", want a bound from 0 to 1`, `gates.test_groups is ">= -1"`, "gates.tolerance is 2", `gates.compare has "accuracy"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if err := (gate.Options{Baseline: "x"}).Validate(); err == nil || !strings.Contains(err.Error(), "gates.compare is empty") {
		t.Errorf("got %v", err)
	}
	if !(gate.Options{ECE: bound(t, "<= 0.1")}).Set() || !(gate.Options{Baseline: "x"}).Set() {
		t.Error("a gate that is set does not count")
	}
}

func TestJUnit(t *testing.T) {
	outcomes := []gate.Outcome{{Figure: "a<b", Bound: bound(t, ">= 0.9")}, {Figure: "ece", Bound: bound(t, "<= 1"), Passed: true}}
	stages := []gate.Case{{Name: "ingest", Seconds: 1.5}, {Name: "train", Error: "no\nmemory"}, {Name: "old", Skipped: true}}
	var b bytes.Buffer
	if err := gate.WriteJUnit(&b, stages, outcomes, [][2]string{{"go", "1 & 2"}}); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Suites   []struct {
			Name       string `xml:"name,attr"`
			Skipped    int    `xml:"skipped,attr"`
			Properties []struct {
				Value string `xml:"value,attr"`
			} `xml:"properties>property"`
			Cases []struct {
				Name    string `xml:"name,attr"`
				Failure string `xml:"failure"`
				Error   struct {
					Message string `xml:"message,attr"`
					Text    string `xml:",chardata"`
				} `xml:"error"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Tests != 5 || got.Failures != 1 || got.Errors != 1 || len(got.Suites) != 2 || got.Suites[0].Skipped != 1 {
		t.Fatalf("got %+v", got)
	}
	if e := got.Suites[0].Cases[1].Error; e.Message != "no" || e.Text != "no\nmemory" || got.Suites[0].Properties[0].Value != "1 & 2" {
		t.Errorf("got %+v", got.Suites[0])
	}
	if c := got.Suites[1].Cases[0]; c.Name != "a<b" || !strings.Contains(c.Failure, "want >= 0.9") {
		t.Errorf("got %+v", c)
	}
}

func TestSummary(t *testing.T) {
	d, base := document(t, 8, 10, 3, 4), document(t, 9, 10, 3, 4)
	o := gate.Default()
	o.KnownAccuracy, o.Compare = bound(t, ">= 0.9"), []string{"overall_accuracy", "known_accuracy", "unseen_recall"}
	outcomes, err := gate.Check(o, d, &base)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		s    gate.Summary
		want []string
	}{
		{gate.Summary{Report: &d, Baseline: &base, Outcomes: outcomes, Notes: []string{"split: <b> | x"}}, []string{
			"## gesturekit: 3 of 4 gates failed\n", "| known_accuracy | 0.8 | 0.5 to 1 | &gt;= 0.9 | ❌ **failed** |\n",
			"| known_accuracy against the baseline | 0.8 | 0.5 to 1 | &gt;= 0.89 | ❌ **failed** |\n",
			"<summary>A \\| b</summary>", "| known_accuracy | 0.8 | 0.5 to 1 | 0.9 |\n", "- ⚠️ split: &lt;b&gt; \\| x\n",
		}},
		{gate.Summary{Failed: errors.New("another baseline"), Report: &d}, []string{"## gesturekit: the gates could not be checked\n", "another baseline", "| known_accuracy | 0.8 |"}},
		{gate.Summary{Failed: errors.New("no ``` captures")}, []string{"## gesturekit: the run failed\n", "no ''' captures"}},
		{gate.Summary{Report: &d, Outcomes: outcomes[:0]}, []string{"## gesturekit: done\n"}},
	} {
		var b bytes.Buffer
		if err := c.s.WriteMarkdown(&b); err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("no %q in\n%s", want, b.String())
			}
		}
	}
}

func TestAnnotate(t *testing.T) {
	var b bytes.Buffer
	if err := gate.Annotate(&b, "error", "gate a:b,c", "100 %\nnew"); err != nil {
		t.Fatal(err)
	}
	if want := "::error title=gate a%3Ab%2Cc::100 %25%0Anew\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
