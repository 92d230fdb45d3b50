package evaluate_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/evaluate"
)

func TestDecide(t *testing.T) {
	for name, c := range map[string]struct {
		rule evaluate.Rule
		p    []float32
		want evaluate.Decision
	}{
		"named":             {evaluate.Rule{Threshold: 0.4, HasNA: true}, []float32{0.25, 0.5, 0.75}, evaluate.Decision{Label: 2, Argmax: 2, Score: 0.75, Known: 2, KnownScore: 0.75}},
		"na column wins":    {evaluate.Rule{Threshold: 0.4, HasNA: true}, []float32{0.75, 0.25, 0.5}, evaluate.Decision{Score: 0.75, Known: 2, KnownScore: 0.5}},
		"below":             {evaluate.Rule{Threshold: 0.5, HasNA: true}, []float32{0, 0.25, 0}, evaluate.Decision{Argmax: 1, Score: 0.25, Known: 1, KnownScore: 0.25}},
		"equal to":          {evaluate.Rule{Threshold: 0.5, HasNA: true}, []float32{0, 0.5, 0}, evaluate.Decision{Label: 1, Argmax: 1, Score: 0.5, Known: 1, KnownScore: 0.5}},
		"tie":               {evaluate.Rule{Threshold: 0.5, HasNA: true}, []float32{0.5, 0.5, 0.5}, evaluate.Decision{Score: 0.5, Known: 1, KnownScore: 0.5}},
		"no na column":      {evaluate.Rule{Threshold: 0.5}, []float32{0.25, 0.75}, evaluate.Decision{Label: 2, Argmax: 2, Score: 0.75, Known: 2, KnownScore: 0.75}},
		"no na column, low": {evaluate.Rule{Threshold: 1}, []float32{0.75, 0.25}, evaluate.Decision{Argmax: 1, Score: 0.75, Known: 1, KnownScore: 0.75}},
		"all zero":          {evaluate.Rule{}, []float32{0, 0}, evaluate.Decision{Label: 1, Argmax: 1, Known: 1}},
	} {
		got, err := evaluate.Decide(c.rule, c.p)
		if err != nil || got != c.want {
			t.Errorf("%s: got %+v, %v; want %+v", name, got, err, c.want)
		}
	}
}

func TestBadInput(t *testing.T) {
	decide := func(threshold float64, hasNA bool, p ...float64) error {
		_, err := evaluate.Decide(evaluate.Rule{Threshold: threshold, HasNA: hasNA}, p)
		return err
	}
	measure := func(o ...evaluate.Outcome) error {
		_, err := evaluate.Measure(o, 2)
		return err
	}
	count := func(targets, predictions []int) error {
		_, err := evaluate.Count(targets, predictions, 2)
		return err
	}
	curve := func(s ...evaluate.Scored) error {
		_, err := evaluate.NewCurve(s)
		return err
	}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"threshold below":     {decide(-0.1, true, 0, 1), "threshold -0.1"},
		"threshold above":     {decide(1.1, true, 0, 1), "threshold 1.1"},
		"threshold NaN":       {decide(math.NaN(), true, 0, 1), "threshold NaN"},
		"no probabilities":    {decide(0.4, false), "0 outputs"},
		"na column alone":     {decide(0.4, true, 1), "at least one for a known category"},
		"NaN":                 {decide(0.4, true, 0, math.NaN()), "NaN of label 1"},
		"logits":              {decide(0.4, false, 0.5, -3), "-3 of label 2"},
		"above one":           {decide(0.4, false, math.Inf(1)), "+Inf of label 1"},
		"no outcomes":         {measure(), "no samples"},
		"label out of range":  {measure(evaluate.Outcome{Kind: evaluate.Known, Target: 3}), "sample 0: invalid input: label 3"},
		"known without label": {measure(evaluate.Outcome{Kind: evaluate.Known}), "target 0 of kind known"},
		"unseen with label":   {measure(evaluate.Outcome{Kind: evaluate.Unseen, Target: 1}), "target 1 of kind unseen"},
		"confidence":          {measure(evaluate.Outcome{Kind: evaluate.Known, Target: 1, Confidence: math.NaN()}), "confidence NaN"},
		"score":               {measure(evaluate.Outcome{Kind: evaluate.Known, Target: 1, Decision: evaluate.Decision{KnownScore: math.NaN()}}), "sample 0: invalid input: score NaN"},
		"decided by NaN":      {measure(evaluate.Outcome{Kind: evaluate.Unseen, Decision: evaluate.Decision{Score: math.NaN()}}), "sample 0: invalid input: score NaN"},
		"decided by Inf":      {measure(evaluate.Outcome{Kind: evaluate.Unseen, Decision: evaluate.Decision{Score: math.Inf(-1)}}), "sample 0: invalid input: score -Inf"},
		"infinite score":      {measure(evaluate.Outcome{Kind: evaluate.Unseen, Decision: evaluate.Decision{KnownScore: math.Inf(1)}}), "sample 0: invalid input: score +Inf"},
		"no kind":             {measure(evaluate.Outcome{}), `kind ""`},
		"no targets":          {count(nil, nil), "0 targets"},
		"uneven":              {count([]int{1}, []int{1, 2}), "1 targets and 2 predictions"},
		"prediction":          {count([]int{1}, []int{-1}), "prediction -1"},
		"empty curve":         {curve(), "no samples"},
		"score NaN":           {curve(evaluate.Scored{Score: math.NaN()}), "score of sample 0 is NaN"},
	} {
		if !errors.Is(c.err, evaluate.ErrInput) || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: got %v, want ErrInput with %q", name, c.err, c.want)
		}
	}
}

func labels() []string { return []string{"na", "one", "two, \"quoted\"", "three"} }

// some returns n random predictions for three known labels, with many ties.
func some(n int, hasNA bool) []evaluate.Prediction {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	rule, columns := evaluate.Rule{Threshold: 0.4, HasNA: hasNA}, 3
	if hasNA {
		columns++
	}
	out := make([]evaluate.Prediction, n)
	for i := range out {
		p := &out[i]
		p.ID, p.Role, p.Category = strings.Repeat("s", i%5+1), "test", "a, \"b\""
		p.Kind = evaluate.Kinds()[r.IntN(3)]
		if p.Kind == evaluate.Known {
			p.Target = 1 + r.IntN(3)
			p.Category = labels()[p.Target]
		}
		for range columns {
			p.Probabilities = append(p.Probabilities, float32(r.IntN(12))/11)
		}
		p.Logits, p.Energy = slices.Clone(p.Probabilities), float32(r.IntN(9))
		p.Group, p.Confidence = "g"+strconv.Itoa(r.IntN(7)), p.TopProbability()
		p.Decision, _ = evaluate.Decide(rule, p.Probabilities)
	}
	return out
}

func outcomes(lines []evaluate.Prediction) []evaluate.Outcome {
	var out []evaluate.Outcome
	for _, p := range lines {
		out = append(out, p.Outcome)
	}
	return out
}

func TestMeasureDoesNotDependOnOrder(t *testing.T) {
	all := outcomes(some(500, true))
	want, err := evaluate.Measure(all, 3)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(2, 3))
	for range 20 {
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		got, err := evaluate.Measure(all, 3)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestMeasureIsTheSumOfItsBatches(t *testing.T) {
	all := outcomes(some(500, true))
	whole, _ := evaluate.Measure(all, 3)
	for _, size := range []int{1, 7, 64, 499} {
		sum := evaluate.NewConfusion(3)
		var accuracy evaluate.Proportion
		for at := 0; at < len(all); at += size {
			m, err := evaluate.Measure(all[at:min(at+size, len(all))], 3)
			if err != nil {
				t.Fatal(err)
			}
			accuracy.Count, accuracy.Of = accuracy.Count+m.OverallAccuracy.Count, accuracy.Of+m.OverallAccuracy.Of
			for i, row := range m.ConfusionAll {
				for j, n := range row {
					sum[i][j] += n
				}
			}
		}
		if diff := cmp.Diff(whole.ConfusionAll, sum); diff != "" || accuracy != whole.OverallAccuracy {
			t.Errorf("batches of %d: %s, accuracy %v, want %v", size, diff, accuracy, whole.OverallAccuracy)
		}
	}
}

func TestCountsAddUp(t *testing.T) {
	for _, hasNA := range []bool{true, false} {
		all := outcomes(some(300, hasNA))
		m, err := evaluate.Measure(all, 3)
		if err != nil {
			t.Fatal(err)
		}
		others := m.Samples[evaluate.Unknown] + m.Samples[evaluate.Unseen]
		for name, c := range map[string][2]int{
			"all":             {m.ConfusionAll.Accuracy().Of, len(all)},
			"kinds":           {m.Samples[evaluate.Known] + others, len(all)},
			"known matrix":    {m.ConfusionKnown.Accuracy().Of, m.Samples[evaluate.Known]},
			"known rows":      {m.KnownAccuracy.Of, m.Samples[evaluate.Known]},
			"na row":          {m.NARecall.Of, others},
			"na recalls":      {m.NARecallUnknown.Count + m.NARecallUnseen.Count, m.NARecall.Count},
			"overall":         {m.KnownAccuracy.Count + m.NARecall.Count, m.OverallAccuracy.Count},
			"negatives":       {m.OpenSet[evaluate.AllOthers].Negatives, others},
			"unseen negative": {m.OpenSet[string(evaluate.Unseen)].Negatives, m.Samples[evaluate.Unseen]},
		} {
			if c[0] != c[1] {
				t.Errorf("%s (na column %v): %d, want %d", name, hasNA, c[0], c[1])
			}
		}
	}
}

func TestSweepIsTheRuleAtEveryThreshold(t *testing.T) {
	for _, hasNA := range []bool{true, false} {
		lines := some(200, hasNA)
		for _, p := range evaluate.Sweep(outcomes(lines), 11) {
			again := make([]evaluate.Outcome, len(lines))
			for i, l := range lines {
				again[i] = l.Outcome
				again[i].Decision, _ = evaluate.Decide(evaluate.Rule{Threshold: p.Threshold, HasNA: hasNA}, l.Probabilities)
			}
			m, err := evaluate.Measure(again, 3)
			if err != nil {
				t.Fatal(err)
			}
			want := evaluate.SweepPoint{
				Threshold: p.Threshold, OverallAccuracy: m.OverallAccuracy, KnownAccuracy: m.KnownAccuracy,
				NARecallUnknown: m.NARecallUnknown, NARecallUnseen: m.NARecallUnseen,
			}
			if p != want {
				t.Errorf("threshold %v: got %+v, want %+v", p.Threshold, p, want)
			}
		}
	}
	if p := evaluate.Sweep(nil, 0); p != nil {
		t.Errorf("no steps: got %v", p)
	}
}

func TestMissingKindsAreUndefined(t *testing.T) {
	d, _ := evaluate.Decide(evaluate.Rule{Threshold: 0.4}, []float32{0.9, 0.1})
	m, err := evaluate.Measure([]evaluate.Outcome{{Kind: evaluate.Known, Target: 1, Decision: d}}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := m.NARecallUnseen.Value(); ok {
		t.Error("na recall without unseen samples has a value")
	}
	if s := m.OpenSet[evaluate.AllOthers]; s.AUROC != nil || s.OSCRArea != nil || s.CCRAtFPR[2].CCR != nil {
		t.Errorf("open-set numbers without negatives: %+v", s)
	}
	m, err = evaluate.Measure([]evaluate.Outcome{{Kind: evaluate.Unseen, Decision: d}}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := m.KnownOnlyAccuracy.Value(); ok || m.OpenSet[evaluate.AllOthers].AUROC != nil || *m.OpenMacroF1 != 0 {
		t.Errorf("without known samples: %+v", m)
	}
	if m.OpenSet[string(evaluate.Unknown)].Negatives != 0 {
		t.Error("an empty curve counts samples")
	}
}

func TestCCRNeedsEnoughNegatives(t *testing.T) {
	c := evaluate.Curve{Others: 100}
	if !c.Resolves(0.01) || c.Resolves(0.001) {
		t.Error("100 negatives resolve an FPR of 0.01 and none below")
	}
	if _, ok := c.CCRAtFPR(math.NaN()).Value(); ok {
		t.Error("CCR at FPR NaN has a value")
	}
}

func TestPerLabel(t *testing.T) {
	c := evaluate.Confusion{{5, 1, 0}, {2, 6, 0}, {0, 3, 0}}
	want := []evaluate.LabelMetrics{
		{Label: 0, Precision: evaluate.Proportion{Count: 5, Of: 7}, Recall: evaluate.Proportion{Count: 5, Of: 6}, F1: evaluate.Proportion{Count: 10, Of: 13}},
		{Label: 1, Precision: evaluate.Proportion{Count: 6, Of: 10}, Recall: evaluate.Proportion{Count: 6, Of: 8}, F1: evaluate.Proportion{Count: 12, Of: 18}},
		{Label: 2, Precision: evaluate.Proportion{}, Recall: evaluate.Proportion{Of: 3}, F1: evaluate.Proportion{Of: 3}},
	}
	if diff := cmp.Diff(want, c.Labels()); diff != "" {
		t.Error(diff)
	}
	if got := *c.OpenMacroF1(); math.Abs(got-1.0/3) > 1e-15 {
		t.Errorf("open macro F1: got %v, want 1/3", got)
	}
	if got := evaluate.NewConfusion(2).OpenMacroF1(); got != nil {
		t.Errorf("open macro F1 of nothing: got %v, want none", *got)
	}
}

func BenchmarkMeasure(b *testing.B) {
	all := outcomes(some(100_000, true))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := evaluate.Measure(all, 3); err != nil {
			b.Fatal(err)
		}
	}
}
