package evaluate_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gesturekit/gesturekit/evaluate"
)

type scikitCase struct {
	Name          string
	Threshold     float64
	Probabilities [][]float64
	Target        []int
	Kind          []evaluate.Kind
	Confusion     [][]int
	Precision     []*float64
	Recall        []*float64
	F1            []*float64
	OpenMacroF1   float64 `json:"open_macro_f1"`
	Accuracy      float64
	OpenSet       map[string]struct {
		AUROC   float64 `json:"auroc"`
		AUPRIn  float64 `json:"aupr_in"`
		AUPROut float64 `json:"aupr_out"`
		FPRAt95 float64 `json:"fpr_at_95"`
	} `json:"open_set"`
	ECE map[string]struct {
		ECE        float64 `json:"ece"`
		Count      []int
		Accuracy   []float64 // of the bins with samples
		Confidence []float64
	}
}

// TestScikitLearn compares with results of scikit-learn, testdata/scikit.py.
func TestScikitLearn(t *testing.T) {
	data, err := os.ReadFile("testdata/scikit.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []scikitCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 4 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) { checkScikit(t, c) })
	}
}

func (c scikitCase) outcomes(t *testing.T) []evaluate.Outcome {
	t.Helper()
	var out []evaluate.Outcome
	for i, row := range c.Probabilities {
		o := evaluate.Outputs{}
		for _, v := range row {
			o.Probabilities = append(o.Probabilities, float32(v))
		}
		d, err := evaluate.Rule{Threshold: c.Threshold, HasNA: true}.Decide(o)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, evaluate.Outcome{Kind: c.Kind[i], Target: c.Target[i], Group: fmt.Sprint(i % 9), Confidence: o.TopProbability(), Decision: d})
	}
	return out
}

func checkScikit(t *testing.T, c scikitCase) {
	m, err := evaluate.Measure(c.outcomes(t), len(c.Confusion)-1)
	if err != nil {
		t.Fatal(err)
	}
	sameMatrix(t, "all", m.ConfusionAll, c.Confusion)
	accuracy, _ := m.OverallAccuracy.Value()
	near(t, "accuracy", accuracy, c.Accuracy)
	near(t, "open macro F1", *m.OpenMacroF1, c.OpenMacroF1)
	for i, l := range m.Labels {
		for name, p := range map[string]struct {
			got  evaluate.Proportion
			want *float64
		}{"precision": {l.Precision, c.Precision[i]}, "recall": {l.Recall, c.Recall[i]}, "F1": {l.F1, c.F1[i]}} {
			v, ok := p.got.Value()
			if ok != (p.want != nil) {
				t.Errorf("%s of label %d: got %v, want %v", name, i, p.got, text(p.want))
			} else if ok {
				near(t, fmt.Sprint(name, i), v, *p.want)
			}
		}
	}
	for against, want := range c.OpenSet {
		got := m.OpenSet[against]
		near(t, against+" AUROC", *got.AUROC, want.AUROC)
		near(t, against+" AUPR in", *got.AUPRIn, want.AUPRIn)
		near(t, against+" AUPR out", *got.AUPROut, want.AUPROut)
		fpr, _ := got.FPRAt95.Value()
		near(t, against+" FPR at 95", fpr, want.FPRAt95)
	}
	for of, want := range c.ECE {
		got := m.Calibration[of]
		near(t, of+" ECE", *got.ECE, want.ECE)
		filled := 0
		for i, b := range got.Bins {
			if b.Accuracy.Of != want.Count[i] {
				t.Errorf("%s bin %d: %d samples, want %d", of, i, b.Accuracy.Of, want.Count[i])
			}
			if v, ok := b.Accuracy.Value(); ok {
				near(t, of+" bin accuracy", v, want.Accuracy[filled])
				near(t, of+" bin confidence", *b.Confidence, want.Confidence[filled])
				filled++
			}
		}
	}
}

// TestDrawIsTheMetricsOfTheGroupsDrawn draws the groups by hand, with the same
// random numbers, and measures the samples that many times.
func TestDrawIsTheMetricsOfTheGroupsDrawn(t *testing.T) {
	all := outcomes(some(300, true))
	b, err := evaluate.NewBootstrap(all, 3)
	if err != nil {
		t.Fatal(err)
	}
	if b.Groups() != 7 {
		t.Fatalf("%d groups, want 7", b.Groups())
	}
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		var drawn []evaluate.Outcome
		for range 7 {
			g := fmt.Sprint("g", r.IntN(7))
			for _, o := range all {
				if o.Group == g {
					drawn = append(drawn, o)
				}
			}
		}
		m, err := evaluate.Measure(drawn, 3)
		if err != nil {
			t.Fatal(err)
		}
		notWorst := cmpopts.IgnoreSliceElements(func(f evaluate.Figure) bool { return f.Name == "worst_group_accuracy" }) // is of other groups
		if diff := cmp.Diff(m.Figures(), b.Draw(rand.New(rand.NewPCG(seed, 1))), notWorst); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestIntervals(t *testing.T) {
	all := outcomes(some(400, true))
	m, err := evaluate.Measure(all, 3)
	if err != nil {
		t.Fatal(err)
	}
	b, err := evaluate.NewBootstrap(all, 3)
	if err != nil {
		t.Fatal(err)
	}
	var replicates [][]evaluate.Figure
	for i := range uint64(200) {
		replicates = append(replicates, b.Draw(rand.New(rand.NewPCG(i, 2))))
	}
	wide, err := b.Intervals(&m, replicates, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	narrow, err := b.Intervals(&m, replicates, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	figures := slices.DeleteFunc(m.Figures(), func(f evaluate.Figure) bool { return f.Value == nil }) // CCR at 1 in 1000
	if len(wide.Figures) != len(figures) || wide.Groups != 7 || wide.Replicates != 200 {
		t.Errorf("%d intervals of %d figures: %+v", len(wide.Figures), len(figures), wide)
	}
	for name, w := range wide.Figures {
		if strings.HasPrefix(name, "ccr_") {
			continue // 0 in this data, or of too few others in a draw; see TestCCRIsAFigure
		}
		if n := narrow.Figures[name]; !(w.Low <= n.Low && n.Low < n.High && n.High <= w.High) || w.Undefined != 0 {
			t.Errorf("%s: 50 %% %+v, 95 %% %+v", name, n, w)
		}
	}
	// Of 200 values, 2.5 % lie below the fifth and 97.5 % up to the 195th.
	var values []float64
	for _, r := range replicates {
		values = append(values, *r[0].Value)
	}
	below, above := 0, 0
	for _, v := range values {
		if v < wide.Figures["overall_accuracy"].Low {
			below++
		}
		if v > wide.Figures["overall_accuracy"].High {
			above++
		}
	}
	if below > 4 || above > 5 {
		t.Errorf("%d replicates below the interval and %d above, want at most 4 and 5", below, above)
	}
	if _, err := b.Intervals(&m, replicates, 95); err == nil {
		t.Error("level 95 gives no error")
	}
}

func TestIntervalsNeedGroupsAndSamples(t *testing.T) {
	all := outcomes(some(50, true))
	for i := range all {
		all[i].Group = "ann"
	}
	m, _ := evaluate.Measure(all, 3)
	b, err := evaluate.NewBootstrap(all, 3)
	if err != nil {
		t.Fatal(err)
	}
	one, err := b.Intervals(&m, [][]evaluate.Figure{b.Draw(rand.New(rand.NewPCG(1, 2)))}, 0.95)
	if err != nil || len(one.Figures) != 0 || one.Groups != 1 {
		t.Errorf("one group: got %+v, %v", one, err)
	}
	var known []evaluate.Outcome
	for i, o := range outcomes(some(90, true)) {
		if o.Kind == evaluate.Known {
			o.Group = fmt.Sprint(i % 3)
			known = append(known, o)
		}
	}
	m, _ = evaluate.Measure(known, 3)
	if b, err = evaluate.NewBootstrap(known, 3); err != nil {
		t.Fatal(err)
	}
	got, err := b.Intervals(&m, [][]evaluate.Figure{b.Draw(rand.New(rand.NewPCG(1, 2)))}, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := got.Figures["unseen_recall"]; ok {
		t.Error("an interval of what has no sample")
	}
	if _, ok := got.Figures["known_accuracy"]; !ok {
		t.Error("no interval of the known accuracy")
	}
}

// TestCCRIsAFigure gives the known accuracy by what others cost a figure, and an
// interval where the test and most of what is drawn from it have enough others.
func TestCCRIsAFigure(t *testing.T) {
	all := outcomes(some(400, true))
	r := rand.New(rand.NewPCG(3, 4))
	for i := range all {
		all[i].KnownScore = 0.7 * r.Float64()
		if all[i].Kind == evaluate.Known {
			all[i].KnownScore += 0.3
		}
	}
	m, err := evaluate.Measure(all, 3)
	if err != nil {
		t.Fatal(err)
	}
	b, err := evaluate.NewBootstrap(all, 3)
	if err != nil {
		t.Fatal(err)
	}
	var replicates [][]evaluate.Figure
	for i := range uint64(100) {
		replicates = append(replicates, b.Draw(rand.New(rand.NewPCG(i, 2))))
	}
	got, err := b.Intervals(&m, replicates, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	figures := map[string]*float64{}
	for _, f := range m.Figures() {
		figures[f.Name] = f.Value
	}
	for _, against := range []string{"unknown", "unseen", "all"} {
		if figures["auroc_"+against] != m.OpenSet[against].AUROC {
			t.Errorf("no AUROC against %s", against)
		}
		for i, name := range []string{"ccr_at_1_in_1000_", "ccr_at_1_in_100_", "ccr_at_1_in_10_"} {
			v, ok := figures[name+against]
			want := m.OpenSet[against].CCRAtFPR[i]
			if !ok || v != want.CCR {
				t.Errorf("%s%s is %v, want that at FPR %v, %v", name, against, text(v), want.FPR, text(want.CCR))
			}
			x, ok := got.Figures[name+against]
			if ok != (want.CCR != nil) || ok && !(x.Value == *want.CCR && x.Low <= x.High && x.Low < x.High) {
				t.Errorf("%s%s: interval %+v of %v", name, against, x, text(want.CCR))
			}
		}
	}
	if figures["ccr_at_1_in_1000_all"] != nil || figures["ccr_at_1_in_100_all"] == nil {
		t.Error("about 260 others allow one in 100, and not one in 1000")
	}
}

func TestCalibrationBinsHoldTheirUpperEdge(t *testing.T) {
	var all []evaluate.Outcome
	for i := range 16 {
		all = append(all, evaluate.Outcome{Kind: evaluate.Known, Target: 1, Confidence: float64(i) / 15, Decision: evaluate.Decision{Argmax: i % 2}})
	}
	m, err := evaluate.Measure(all, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range m.Calibration[string(evaluate.Known)].Bins {
		want := 1
		if i == 0 { // 0 itself and the first edge
			want = 2
		}
		if b.Accuracy.Of != want {
			t.Errorf("bin %d (%v to %v): %d samples, want %d", i, b.Low, b.High, b.Accuracy.Of, want)
		}
	}
}

func TestWorstFigures(t *testing.T) {
	all := outcomes(some(200, true))
	m, err := evaluate.Measure(all, 3)
	if err != nil {
		t.Fatal(err)
	}
	figures := map[string]*float64{}
	for _, f := range m.Figures() {
		if _, twice := figures[f.Name]; twice {
			t.Errorf("%s twice", f.Name)
		}
		figures[f.Name] = f.Value
	}
	label, group, samples := 1.0, 1.0, 0
	for _, l := range m.Labels[1:] {
		v, _ := l.Recall.Value()
		label = min(label, v)
	}
	for i, g := range m.Groups {
		v, _ := g.OverallAccuracy.Value()
		group = min(group, v)
		samples += g.KnownAccuracy.Of + g.NARecallUnknown.Of + g.NARecallUnseen.Of
		if i > 0 && m.Groups[i-1].Group >= g.Group {
			t.Errorf("group %q behind %q", g.Group, m.Groups[i-1].Group)
		}
	}
	if *figures["worst_label_recall"] != label || *figures["worst_group_accuracy"] != group || samples != 200 {
		t.Errorf("worst label %v, want %v; worst group %v, want %v; %d samples", *figures["worst_label_recall"], label, *figures["worst_group_accuracy"], group, samples)
	}
}
