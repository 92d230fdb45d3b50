package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/report"
)

// run makes the report of a fixture and returns its files by name.
func run(t *testing.T, f *fixture, o report.Options, workers int) map[string][]byte {
	t.Helper()
	env := f.build(t)
	env.Workers = workers
	out, err := (report.Stage{Options: o}).Run(t.Context(), f.manifest, env)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f.manifest, out); diff != "" {
		t.Errorf("the manifest changed: %s", diff)
	}
	files := map[string][]byte{}
	for _, name := range []string{report.JSONFile, report.MarkdownFile, report.HTMLFile} {
		data, err := os.ReadFile(filepath.Join(env.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = data
	}
	return files
}

func document(t *testing.T, files map[string][]byte) report.Document {
	t.Helper()
	var d report.Document
	if err := json.Unmarshal(files[report.JSONFile], &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestSameRunSameBytes(t *testing.T) {
	want := run(t, standard(), report.Default(), 1)
	for name, data := range run(t, standard(), report.Default(), 9) {
		if !bytes.Equal(data, want[name]) {
			t.Errorf("%s differs between 1 and 9 workers", name)
		}
	}
}

func TestDocumentSaysWhatTheStagesSaid(t *testing.T) {
	f := standard()
	d := document(t, run(t, f, report.Default(), 2))
	if d.Schema != report.Schema || d.Model.Arch != "slim-resnet" || d.Model.Loss != "bcena" || d.Training.Best != 14 || len(d.Training.Epochs) != 16 {
		t.Errorf("got schema %d, model %+v, best epoch %d of %d", d.Schema, d.Model, d.Training.Best, len(d.Training.Epochs))
	}
	if e := d.Training.Epochs[15]; e.N != 16 || e.Validation.Accuracy.Of != 56 || e.Validation.Loss == 0 || e.Loss == 0 {
		t.Errorf("last epoch: %+v", e)
	}
	var names []string
	var total evaluate.Proportion
	for _, c := range d.Categories {
		names = append(names, c.Category)
		total.Count, total.Of = total.Count+c.Correct.Count, total.Of+c.Correct.Of
		if c.Correct.Of != c.Samples[dataset.Test] {
			t.Errorf("%s: %d predictions of %d test samples", c.Category, c.Correct.Of, c.Samples[dataset.Test])
		}
	}
	if want := slices.Concat(f.known, f.unknown, f.unseen); !slices.Equal(names, want) {
		t.Errorf("categories %q, want %q", names, want)
	}
	if total != d.Metrics.Test.OverallAccuracy {
		t.Errorf("categories sum up to %v, overall is %v", total, d.Metrics.Test.OverallAccuracy)
	}
	var stages []string
	for _, s := range d.Run.Stages {
		stages = append(stages, s.Stage)
	}
	if want := []string{"ingest", "split", "labels", "augment", "train", "validate"}; !slices.Equal(stages, want) || *d.Run.Seed != 7 {
		t.Errorf("stages %q, seed %d: want %q, 7", stages, *d.Run.Seed, want)
	}
	if c := d.Categories[0]; c.Augmented != 14 || c.Groups != 5 || d.Groups[dataset.Test] != 2 {
		t.Errorf("got %+v, groups %v", c, d.Groups)
	}
}

func TestExamples(t *testing.T) {
	d := document(t, run(t, standard(), report.Options{Title: "t", Examples: 4}, 2))
	for name, g := range map[string]struct {
		examples []report.Example
		kind     evaluate.Kind
		correct  bool
	}{
		"typical":  {d.Examples.Typical, "", true},
		"mistakes": {d.Examples.Mistakes, evaluate.Known, false},
		"unseen":   {d.Examples.FalseAcceptsUnseen, evaluate.Unseen, false},
		"unknown":  {d.Examples.FalseAcceptsUnknown, evaluate.Unknown, false},
	} {
		if len(g.examples) == 0 || len(g.examples) > 4 {
			t.Errorf("%s: %d examples, want 1 to 4", name, len(g.examples))
		}
		for i, e := range g.examples {
			if (e.Prediction == e.Target) != g.correct || g.kind != "" && e.Partition != g.kind {
				t.Errorf("%s: %+v does not belong there", name, e)
			}
			if name == "unseen" && i > 0 && e.Score > g.examples[i-1].Score {
				t.Errorf("%s: %v stands behind %v", name, e.Score, g.examples[i-1].Score)
			}
		}
	}
	if d := document(t, run(t, standard(), report.Options{Title: "t"}, 2)); len(d.Examples.Typical) != 0 {
		t.Error("examples although none are asked for")
	}
}

func TestWithoutLockAndSheet(t *testing.T) {
	f := standard()
	env := f.build(t)
	for _, name := range []string{pipeline.LockName, "augment/preview.png"} {
		f.must(t, os.Remove(filepath.Join(f.root, name)))
	}
	if _, err := (report.Stage{Options: report.Default()}).Run(t.Context(), f.manifest, env); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(env.Dir, report.HTMLFile))
	f.must(t, err)
	checkPage(t, page)
	if bytes.Contains(page, []byte("Contact sheet")) || bytes.Contains(page, []byte("<dt>seed</dt>")) {
		t.Error("the page shows what is not there")
	}
}

func TestOptions(t *testing.T) {
	if err := report.Default().Validate(); err != nil {
		t.Error(err)
	}
	err := report.Options{Examples: 201}.Validate()
	if err == nil || !strings.Contains(err.Error(), "report.title") || !strings.Contains(err.Error(), "report.examples is 201") {
		t.Errorf("got %v, want both faults", err)
	}
	var s pipeline.Stage = report.Stage{Options: report.Default()}
	if s.Name() != "report" || s.Version() == "" || s.Inputs() != nil {
		t.Errorf("got %v", s)
	}
	if other := (report.Stage{Options: report.Default(), Provenance: "x"}); other.Settings() == s.Settings() {
		t.Error("what the stages before were made with does not count")
	}
}

func TestErrors(t *testing.T) {
	replace := func(old, new string) func([]byte) []byte {
		return func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(new), 1) }
	}
	text := func(s string) func([]byte) []byte { return func([]byte) []byte { return []byte(s) } }
	f := standard()
	env := f.build(t)
	for name, c := range map[string]struct {
		file  string
		spoil func([]byte) []byte // nil removes the file
		want  string
	}{
		"no metrics":        {"validate/metrics.json", nil, "metrics.json"},
		"other schema":      {"validate/metrics.json", replace(`"schema": 3`, `"schema": 9`), "schema 9, want 3"},
		"no predictions":    {"validate/predictions.csv", nil, "predictions.csv"},
		"other predictions": {"validate/predictions.csv", replace(",five,dan,five,five,", ",five,dan,five,two,"), `line 30: invalid input: prediction is "two"`},
		"other target":      {"validate/predictions.csv", replace(",five,dan,five,five,", ",five,dan,two,five,"), `target is "two", want "five"`},
		"no model":          {"train/model.json", nil, "model.json"},
		"broken model":      {"train/model.json", text("{"), "model.json"},
		"no history":        {"train/epochs.jsonl", nil, "epochs.jsonl"},
		"broken history":    {"train/epochs.jsonl", text("{}\n{"), "epochs.jsonl: epoch 2"},
		"broken lock":       {pipeline.LockName, text("version: 99\n"), "version 99"},
		"sheet is no image": {"augment/preview.png", text("hello"), "preview.png of the augment stage: it is text/plain"},
	} {
		data, err := os.ReadFile(filepath.Join(f.root, c.file))
		f.must(t, err)
		if c.spoil == nil {
			f.must(t, os.Remove(filepath.Join(f.root, c.file)))
		} else {
			f.write(t, c.file, c.spoil(data))
		}
		_, err = (report.Stage{Options: report.Default()}).Run(t.Context(), f.manifest, env)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
		if left, _ := os.ReadDir(env.Dir); len(left) > 0 {
			t.Errorf("%s: a failed run left %s", name, left[0].Name())
		}
		f.write(t, c.file, data)
	}
}

func TestMissingImageAndCancellation(t *testing.T) {
	f := standard()
	env := f.build(t)
	f.must(t, os.RemoveAll(filepath.Join(f.root, "ingest")))
	stage := report.Stage{Options: report.Default()}
	if _, err := stage.Run(t.Context(), f.manifest, env); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want that an image is missing", err)
	}
	f = standard()
	env = f.build(t)
	ctx, cancel := cancelled(t)
	defer cancel()
	if _, err := stage.Run(ctx, f.manifest, env); !errors.Is(err, ctx.Err()) {
		t.Errorf("got %v, want %v", err, ctx.Err())
	}
	if left, _ := os.ReadDir(env.Dir); len(left) > 0 {
		t.Errorf("a cancelled run left %s", left[0].Name())
	}
	if _, err := (report.Stage{}).Run(t.Context(), f.manifest, env); err == nil {
		t.Error("a run without a title gives no error")
	}
	f.manifest = f.manifest.Select(func(s *dataset.Sample) bool { return s.Role != dataset.Test })
	if _, err := stage.Run(t.Context(), f.manifest, env); err == nil || !strings.Contains(err.Error(), "not in the manifest") {
		t.Errorf("got %v, want that a sample is not in the manifest", err)
	}
}
