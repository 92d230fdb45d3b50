package evaluate_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/gesturekit/gesturekit/evaluate"
)

// golden decodes a file of independent results, computed outside the project.
func golden(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "golden", name))
	if err != nil {
		t.Skip("the golden files are not here:", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

type accuracyCase struct {
	Name        string      `json:"name"`
	Input       [][]float64 `json:"input"`
	Activation  string      `json:"activation"`
	HasNA       bool        `json:"has_na_column"`
	Target      []int       `json:"target"`
	Threshold   float64     `json:"thresh"`
	Argmax      []int       `json:"argmax"`
	Predictions []int       `json:"pred_with_na"`
	Accuracy    *float64    `json:"accuracy"`
	WithNA      *float64    `json:"accuracy_with_na"`
	WithoutNA   *float64    `json:"accuracy_without_na"`
	ByArgmax    [][]int     `json:"confusion_argmax"`
	All         [][]int     `json:"confusion_with_na"`
	NATP        int         `json:"na_tp"`
	NAFN        int         `json:"na_fn"`
	NAFP        int         `json:"na_fp"`
	KnownTP     int         `json:"known_tp"`
	NARecall    *float64    `json:"na_recall"`
	NAPrecision *float64    `json:"na_precision"`
}

func TestGoldenAccuracy(t *testing.T) {
	var file struct {
		Cases []accuracyCase `json:"cases"`
	}
	golden(t, "metrics_accuracy.json", &file)
	if len(file.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) { checkAccuracy(t, c) })
	}
}

func checkAccuracy(t *testing.T, c accuracyCase) {
	rule := evaluate.Rule{Threshold: c.Threshold, HasNA: c.HasNA}
	known := len(c.All) - 1
	var argmax, label []int
	var outcomes []evaluate.Outcome
	for i, logits := range c.Input {
		d, err := evaluate.Decide(rule, activate(t, c.Activation, logits))
		if err != nil {
			t.Fatal(err)
		}
		argmax, label = append(argmax, d.Argmax), append(label, d.Label)
		outcomes = append(outcomes, evaluate.Outcome{Kind: kindOf(c.Target[i], i), Target: c.Target[i], Decision: d})
	}
	if !slices.Equal(argmax, c.Argmax) || !slices.Equal(label, c.Predictions) {
		t.Errorf("got argmax %v and predictions %v, want %v and %v", argmax, label, c.Argmax, c.Predictions)
	}
	byArgmax, err := evaluate.Count(c.Target, argmax, known)
	if err != nil {
		t.Fatal(err)
	}
	m, err := evaluate.Measure(outcomes, known)
	if err != nil {
		t.Fatal(err)
	}
	sameMatrix(t, "by argmax", byArgmax, c.ByArgmax)
	sameMatrix(t, "all", m.ConfusionAll, c.All)
	known0 := slices.Clone(c.ByArgmax)
	known0[evaluate.NA] = make([]int, known+1)
	sameMatrix(t, "known only", m.ConfusionKnown, known0)
	for name, p := range map[string]struct {
		got  evaluate.Proportion
		want *float64
	}{
		"accuracy":            {byArgmax.Accuracy(), c.Accuracy},
		"accuracy with na":    {m.OverallAccuracy, c.WithNA},
		"accuracy without na": {m.KnownOnlyAccuracy, c.WithoutNA},
		"na recall":           {m.NARecall, c.NARecall},
		"na precision":        {m.NAPrecision, c.NAPrecision},
	} {
		v, ok := p.got.Value()
		if ok != (p.want != nil) || ok && v != *p.want {
			t.Errorf("%s: got %v of %v, want %v", name, p.got.Count, p.got.Of, text(p.want))
		}
	}
	na := m.Labels[evaluate.NA]
	got := []int{na.Recall.Count, na.Recall.Of - na.Recall.Count, na.Precision.Of - na.Precision.Count, m.KnownAccuracy.Count}
	if want := []int{c.NATP, c.NAFN, c.NAFP, c.KnownTP}; !slices.Equal(got, want) {
		t.Errorf("na TP, FN, FP and known TP: got %v, want %v", got, want)
	}
}

// kindOf spreads the samples with target na over unknown and unseen.
func kindOf(target, i int) evaluate.Kind {
	switch {
	case target != evaluate.NA:
		return evaluate.Known
	case i%2 == 0:
		return evaluate.Unknown
	}
	return evaluate.Unseen
}

func activate(t *testing.T, name string, logits []float64) []float64 {
	out := slices.Clone(logits)
	switch name {
	case "none":
	case "sigmoid":
		for i, v := range out {
			out[i] = 1 / (1 + math.Exp(-v))
		}
	case "softmax":
		top, sum := slices.Max(out), 0.0
		for i, v := range out {
			out[i] = math.Exp(v - top)
			sum += out[i]
		}
		for i := range out {
			out[i] /= sum
		}
	default:
		t.Fatalf("activation %q", name)
	}
	return out
}

func sameMatrix(t *testing.T, name string, got evaluate.Confusion, want [][]int) {
	t.Helper()
	if !slices.EqualFunc(got, want, func(a, b []int) bool { return slices.Equal(a, b) }) {
		t.Errorf("confusion %s: got %v, want %v", name, got, want)
	}
}

func text(v *float64) string {
	if v == nil {
		return "undefined"
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}

type openSetCase struct {
	Name          string      `json:"name"`
	KnownScores   [][]float64 `json:"known_scores"`
	KnownTarget   []int       `json:"known_target"` // from 0
	UnknownScores [][]float64 `json:"unknown_scores"`
	AUROC         float64     `json:"auroc"`
	Curve         []struct {
		FPR       float64  `json:"fpr"`
		CCR       float64  `json:"ccr"`
		Threshold *float64 `json:"threshold"`
	} `json:"oscr_curve"`
	Area           float64            `json:"oscr_area"`
	CCRAtFPR       map[string]float64 `json:"ccr_at_fpr"`
	ClosedAccuracy float64            `json:"closed_accuracy"`
}

func TestGoldenOpenSet(t *testing.T) {
	var file struct {
		Cases []openSetCase `json:"cases"`
	}
	golden(t, "metrics_openset.json", &file)
	if len(file.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) { checkOpenSet(t, c) })
	}
}

func checkOpenSet(t *testing.T, c openSetCase) {
	var scored []evaluate.Scored
	for i, row := range append(slices.Clone(c.KnownScores), c.UnknownScores...) {
		d, err := evaluate.Decide(evaluate.Rule{}, row)
		if err != nil {
			t.Fatal(err)
		}
		known := i < len(c.KnownScores)
		scored = append(scored, evaluate.Scored{
			Score: d.KnownScore, Known: known, Correct: known && d.Known == c.KnownTarget[i]+1,
		})
	}
	curve, err := evaluate.NewCurve(scored)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "auroc", *curve.AUROC(), c.AUROC)
	near(t, "oscr area", *curve.OSCRArea(), c.Area)
	if len(curve.Points) != len(c.Curve) {
		t.Fatalf("got %d points, want %d", len(curve.Points), len(c.Curve))
	}
	for i, want := range c.Curve {
		p := curve.Points[i]
		fpr, _ := curve.FPR(p).Value()
		ccr, _ := curve.CCR(p).Value()
		if fpr != want.FPR || ccr != want.CCR || (want.Threshold == nil) != math.IsInf(p.Threshold, 1) ||
			want.Threshold != nil && p.Threshold != *want.Threshold {
			t.Errorf("point %d: got %v, %v at %v, want %v, %v at %v", i, fpr, ccr, p.Threshold, want.FPR, want.CCR, text(want.Threshold))
		}
	}
	for at, want := range c.CCRAtFPR {
		fpr, err := strconv.ParseFloat(at, 64)
		if err != nil {
			t.Fatal(err)
		}
		if v, ok := curve.CCRAtFPR(fpr).Value(); !ok || v != want {
			t.Errorf("ccr at fpr %s: got %v, want %v", at, v, want)
		}
	}
	last := curve.Points[len(curve.Points)-1]
	if v, _ := curve.CCR(last).Value(); v != c.ClosedAccuracy {
		t.Errorf("closed accuracy: got %v, want %v", v, c.ClosedAccuracy)
	}
}

func near(t *testing.T, name string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-13 {
		t.Errorf("%s: got %v, want %v", name, got, want)
	}
}
