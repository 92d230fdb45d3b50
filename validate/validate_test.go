package validate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/pipeline"
)

// sound returns a manifest with samples in every role and partition.
func sound() dataset.Manifest {
	var out []dataset.Sample
	for _, c := range []struct {
		category  string
		partition dataset.Partition
		label     int
	}{{"fist", dataset.Known, 1}, {"ok", dataset.Known, 2}, {"none", dataset.Unknown, 0}, {"wave", dataset.Unseen, 0}} {
		for _, g := range []struct {
			name string
			role dataset.Role
		}{{"ann", dataset.Train}, {"bob", dataset.Validation}, {"cy", dataset.Test}} {
			role := g.role
			if c.partition == dataset.Unseen && role != dataset.Test {
				role = dataset.Unused
			}
			for i := range 3 {
				id := fmt.Sprintf("%s-%s-%d", c.category, g.name, i)
				out = append(out, dataset.Sample{
					ID: id, Path: "ingest/" + id + ".png", Category: c.category, Group: g.name, Source: id, SHA256: id,
					Partition: c.partition, Role: role, Label: c.label,
				})
			}
		}
	}
	return dataset.New(out)
}

// always returns a predictor that gives every sample the same probabilities
// and counts what it is asked for by role.
func always(asked map[dataset.Role]int, hasNA bool, p ...float32) predictor {
	return func(_ context.Context, m dataset.Manifest, _ pipeline.Env) (predictions, error) {
		out := predictions{labels: []string{"na", "fist", "ok"}, rule: evaluate.Rule{Threshold: 0.4, HasNA: hasNA}, fixed: 0.4}
		for _, s := range m.Samples {
			asked[s.Role]++
			out.outputs = append(out.outputs, evaluate.Outputs{Probabilities: p, Logits: p, Energy: 1})
		}
		return out, nil
	}
}

func run(t *testing.T, o Options, p predictor, in dataset.Manifest) (string, error) {
	t.Helper()
	dir := t.TempDir()
	out, err := Stage{Options: o, predict: p}.Run(t.Context(), in, pipeline.Env{Name: "validate", Root: dir, Dir: dir, Workers: 1})
	if err == nil {
		if diff := cmp.Diff(in, out); diff != "" {
			t.Errorf("the manifest changed: %s", diff)
		}
	}
	return dir, err
}

func read(t *testing.T, dir string) (evaluate.Result, []evaluate.Prediction) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, evaluate.ResultFile))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := evaluate.ReadResult(f)
	if err != nil {
		t.Fatal(err)
	}
	g, err := os.Open(filepath.Join(dir, evaluate.PredictionsFile))
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	lines, err := evaluate.ReadPredictions(g, r.Labels, r.Rule())
	if err != nil {
		t.Fatal(err)
	}
	return r, lines
}

func TestStageMeasuresTestAndValidationApart(t *testing.T) {
	asked := map[dataset.Role]int{}
	dir, err := run(t, Default(), always(asked, true, 0.125, 0.75, 0.25), sound())
	if err != nil {
		t.Fatal(err)
	}
	if want := map[dataset.Role]int{dataset.Test: 12, dataset.Validation: 9}; !cmp.Equal(asked, want) {
		t.Errorf("predicted %v, want %v: train and unused samples are none of its business", asked, want)
	}
	r, lines := read(t, dir)
	p := func(count, of int) evaluate.Proportion { return evaluate.Proportion{Count: count, Of: of} }
	for name, c := range map[string][2]evaluate.Proportion{
		"overall":               {r.Test.OverallAccuracy, p(3, 12)},
		"known":                 {r.Test.KnownAccuracy, p(3, 6)},
		"unknown":               {r.Test.NARecallUnknown, p(0, 3)},
		"unseen":                {r.Test.NARecallUnseen, p(0, 3)},
		"validation overall":    {r.Validation.OverallAccuracy, p(3, 9)},
		"validation has unseen": {r.Validation.NARecallUnseen, p(0, 0)},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: got %v, want %v", name, c[0], c[1])
		}
	}
	if len(lines) != 21 || lines[0].ID != "fist-bob-0" || lines[0].Category != "fist" || lines[0].Label != 1 {
		t.Errorf("got %d lines, the first %+v", len(lines), lines[0])
	}
}

func TestThreshold(t *testing.T) {
	dir, err := run(t, Default(), always(map[dataset.Role]int{}, false, 0.75, 0.25), sound())
	if err != nil {
		t.Fatal(err)
	}
	if r, _ := read(t, dir); r.Threshold != 0.4 || r.Test.NARecall.Count != 0 {
		t.Errorf("the model's threshold: got %+v", r)
	}
	dir, err = run(t, Options{Threshold: 0.8}, always(map[dataset.Role]int{}, false, 0.75, 0.25), sound())
	if err != nil {
		t.Fatal(err)
	}
	r, _ := read(t, dir)
	if r.HasNA || r.Threshold != 0.8 || r.Test.NARecall.Count != 6 || r.Test.KnownAccuracy.Count != 0 || r.Test.KnownOnlyAccuracy.Count != 3 {
		t.Errorf("got %+v", r)
	}
}

func TestSameInputsSameBytes(t *testing.T) {
	var files [2][2][]byte
	for i := range files {
		dir, err := run(t, Default(), always(map[dataset.Role]int{}, true, 0.1, 1.0/3, 0.7), sound())
		if err != nil {
			t.Fatal(err)
		}
		for j, name := range []string{evaluate.PredictionsFile, evaluate.ResultFile} {
			if files[i][j], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for j := range files[0] {
		if !bytes.Equal(files[0][j], files[1][j]) {
			t.Errorf("file %d differs between two runs", j)
		}
	}
}

func TestRunWithoutValidationSamples(t *testing.T) {
	test := sound().InRole(dataset.Test)
	dir, err := run(t, Default(), always(map[dataset.Role]int{}, true, 0, 1, 0), test)
	if err != nil {
		t.Fatal(err)
	}
	if r, _ := read(t, dir); r.Validation != nil {
		t.Error("metrics of a validation without samples")
	}
}

func TestRunErrors(t *testing.T) {
	boom := errors.New("boom")
	fails := func(context.Context, dataset.Manifest, pipeline.Env) (predictions, error) { return predictions{}, boom }
	few := func(context.Context, dataset.Manifest, pipeline.Env) (predictions, error) {
		return predictions{labels: []string{"na", "fist", "ok"}}, nil
	}
	other := func(_ context.Context, m dataset.Manifest, _ pipeline.Env) (predictions, error) {
		return predictions{labels: []string{"na", "ok", "fist"}, outputs: make([]evaluate.Outputs, len(m.Samples))}, nil
	}
	good := always(map[dataset.Role]int{}, true, 0, 1, 0)
	for name, c := range map[string]struct {
		o    Options
		p    predictor
		in   dataset.Manifest
		want string
	}{
		"threshold":       {Options{Threshold: 1.5}, good, sound(), "validate.threshold is 1.5"},
		"threshold NaN":   {Options{Threshold: math.NaN()}, good, sound(), "validate.threshold is NaN"},
		"no test":         {Default(), good, sound().InRole(dataset.Validation), "no sample in role test"},
		"empty":           {Default(), good, dataset.Manifest{}, "no sample in role test"},
		"predictor fails": {Default(), fails, sound(), "boom"},
		"too few":         {Default(), few, sound(), "0 predictions for 21 samples"},
		"columns":         {Default(), always(map[dataset.Role]int{}, false, 0, 1, 0), sound(), "3 probabilities, want 2"},
		"NaN":             {Default(), always(map[dataset.Role]int{}, true, 0, float32(math.NaN()), 0), sound(), "sample fist-bob-0: invalid input: probability NaN"},
		"other labels":    {Default(), other, sound(), `no label 1 for "fist"`},
	} {
		dir, err := run(t, c.o, c.p, c.in)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: a failed run left %v", name, left[0].Name())
		}
	}
}

func TestStageIsAStage(t *testing.T) {
	var s pipeline.Stage = Stage{Options: Default()}
	if s.Name() != "validate" || s.Version() == "" || s.Inputs() != nil || s.Settings() != Default() {
		t.Errorf("got %v", s)
	}
	if err := Default().Validate(); err != nil {
		t.Error(err)
	}
}

func TestEveryScoreIsMeasured(t *testing.T) {
	p := func(score evaluate.Score) predictor {
		return func(_ context.Context, m dataset.Manifest, _ pipeline.Env) (predictions, error) {
			out := predictions{labels: []string{"na", "fist", "ok"}, fixed: 0.4, calibrated: map[evaluate.Score]float64{
				evaluate.MaxProbability: 0.9, evaluate.MaxLogit: 2, evaluate.Energy: 5,
			}}
			out.rule = evaluate.Rule{Score: score, Threshold: out.calibrated[score]}
			for range m.Samples {
				out.outputs = append(out.outputs, evaluate.Outputs{Probabilities: []float32{0.75, 0.25}, Logits: []float32{1, 0}, Energy: 6})
			}
			return out, nil
		}
	}
	dir, err := run(t, Default(), p(evaluate.Energy), sound())
	if err != nil {
		t.Fatal(err)
	}
	r, lines := read(t, dir)
	if r.Score != evaluate.Energy || r.Threshold != 5 || r.Test.NARecall.Count != 0 || lines[0].Score != 6 {
		t.Errorf("%s at %v: %+v", r.Score, r.Threshold, r.Test.NARecall)
	}
	var got []string
	for _, s := range r.Scores {
		got = append(got, fmt.Sprintf("%s %v %v %d", s.Score, s.Threshold, s.Calibrated, s.NARecallUnseen.Count))
	}
	want := []string{"max-probability 0.4 false 0", "max-probability 0.9 true 3", "max-logit 2 true 3", "energy 5 true 0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := run(t, Options{Threshold: 0.4}, p(evaluate.Energy), sound()); err == nil || !strings.Contains(err.Error(), "the model decides by energy") {
		t.Errorf("a probability as threshold of the energy: %v", err)
	}
}
