package evaluate_test

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/evaluate"
)

func TestRuleDecidesByItsScore(t *testing.T) {
	o := evaluate.Outputs{Probabilities: []float32{0.25, 0.5, 0.5}, Logits: []float32{-1, 2, 3}, Energy: 7, Distance: 1.5}
	for _, c := range []struct {
		rule evaluate.Rule
		want evaluate.Decision
	}{
		{evaluate.Rule{Threshold: 0.4, HasNA: true}, evaluate.Decision{Label: 1, Argmax: 1, Score: 0.5, Known: 1, KnownScore: 0.5}},
		{evaluate.Rule{Threshold: 3, Score: evaluate.MaxLogit, HasNA: true}, evaluate.Decision{Label: 2, Argmax: 2, Score: 3, Known: 2, KnownScore: 3}},
		{evaluate.Rule{Threshold: 3.5, Score: evaluate.MaxLogit}, evaluate.Decision{Argmax: 3, Score: 3, Known: 3, KnownScore: 3}},
		{evaluate.Rule{Threshold: -5, Score: evaluate.Energy}, evaluate.Decision{Label: 3, Argmax: 3, Score: 7, Known: 3, KnownScore: 7}},
		{evaluate.Rule{Threshold: 8, Score: evaluate.Energy, HasNA: true}, evaluate.Decision{Argmax: 2, Score: 7, Known: 2, KnownScore: 7}},
		{evaluate.Rule{Threshold: -1.5, Score: evaluate.Mahalanobis, HasNA: true}, evaluate.Decision{Label: 2, Argmax: 2, Score: -1.5, Known: 2, KnownScore: -1.5}},
		{evaluate.Rule{Threshold: 1.6, Score: evaluate.Combined}, evaluate.Decision{Argmax: 3, Score: 1.5, Known: 3, KnownScore: 1.5}},
	} {
		got, err := c.rule.Decide(o)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%+v: %v %s", c.rule, err, diff)
		}
	}
	// na's own output wins at any threshold
	got, err := (evaluate.Rule{Threshold: -9, Score: evaluate.Energy, HasNA: true}).Decide(evaluate.Outputs{Logits: []float32{4, 1}, Energy: 2})
	if err != nil || got.Label != evaluate.NA || got.Known != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRuleDecideErrors(t *testing.T) {
	good := evaluate.Outputs{Probabilities: []float32{1}, Logits: []float32{1}}
	nan := float32(math.NaN())
	for want, c := range map[string]struct {
		rule evaluate.Rule
		o    evaluate.Outputs
	}{
		`score "odds"`:  {evaluate.Rule{Score: "odds"}, good},
		"threshold NaN": {evaluate.Rule{Score: evaluate.Energy, Threshold: math.NaN()}, good},
		"0 of energy":   {evaluate.Rule{Score: evaluate.Energy}, evaluate.Outputs{Logits: []float32{1}, Energy: nan}},
		"3 of energy":   {evaluate.Rule{Score: evaluate.MaxLogit}, evaluate.Outputs{Logits: []float32{1, nan}}},
		"1 outputs":     {evaluate.Rule{Score: evaluate.MaxLogit, HasNA: true}, good},
	} {
		if _, err := c.rule.Decide(c.o); !errors.Is(err, evaluate.ErrInput) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestPredictionsOfEveryScoreRoundTrip(t *testing.T) {
	labels := labels()
	for _, s := range evaluate.Scores() {
		rule := evaluate.Rule{Threshold: 0.5, Score: s, HasNA: true}
		want := some(40, true)
		for i := range want {
			var err error
			if want[i].Decision, err = rule.Decide(want[i].Outputs); err != nil {
				t.Fatal(err)
			}
		}
		var b bytes.Buffer
		if err := evaluate.WritePredictions(&b, labels, true, want); err != nil {
			t.Fatal(err)
		}
		got, err := evaluate.ReadPredictions(&b, labels, rule)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", s, err, diff)
		}
		r, err := evaluate.MeasureScore(got, rule, 3)
		if err != nil {
			t.Fatal(err)
		}
		m, err := evaluate.Measure(outcomes(got), 3)
		if err != nil {
			t.Fatal(err)
		}
		if r.OverallAccuracy != m.OverallAccuracy || r.NARecallUnseen != m.NARecallUnseen || *r.AUROCUnseen != *m.OpenSet["unseen"].AUROC {
			t.Errorf("%s: %+v, want %+v", s, r, m)
		}
	}
}

func TestScoreRangeAndSweep(t *testing.T) {
	at := func(scores ...float64) []evaluate.Outcome {
		var out []evaluate.Outcome
		for _, s := range scores {
			out = append(out, evaluate.Outcome{Kind: evaluate.Known, Target: 1, Decision: evaluate.Decision{Label: 1, Argmax: 1, Score: s, KnownScore: s}})
		}
		return out
	}
	if lo, hi := evaluate.ScoreRange(at(0.2, 1)); lo != 0 || hi != 1 {
		t.Errorf("probabilities span %v to %v", lo, hi)
	}
	if lo, hi := evaluate.ScoreRange(nil); lo != 0 || hi != 1 {
		t.Errorf("nothing spans %v to %v", lo, hi)
	}
	p := evaluate.Sweep(at(-4, 0, 6), 2)
	if len(p) != 3 || p[0].Threshold != -4 || p[1].Threshold != 1 || p[2].Threshold != 6 || p[1].KnownAccuracy.Count != 1 || p[2].KnownAccuracy.Count != 1 {
		t.Errorf("%+v", p)
	}
}
