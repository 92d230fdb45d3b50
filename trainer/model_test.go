package trainer

import (
	"context"
	"errors"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
)

func TestLoadPredictsAsTheModelSaved(t *testing.T) {
	m, env := shapes(t, 4)
	for _, loss := range []Loss{CE, BCENa} {
		o, env := quick(), env
		o.Loss, env.Dir = loss, t.TempDir()
		d := readShapes(t, m, loss, env)
		model, history := run(t, d, o, Augmentation{}, env, 4)
		if err := model.Save(env.Dir); err != nil {
			t.Fatal(err)
		}
		loaded, err := Load(env.Dir)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(loaded.Card, model.Card) || loaded.Rule() != (evaluate.Rule{Threshold: 0.4, Score: evaluate.MaxProbability, HasNA: loss != CE}) {
			t.Errorf("card %+v, want %+v", loaded.Card, model.Card)
		}
		validation := m.InRole(dataset.Validation).Select(func(s *dataset.Sample) bool { return loss.uses(s.Label) })
		var told []int
		got, err := Predict(context.Background(), loaded, validation, env.Root, 2, func(done, total int) { told = append(told, done, total) })
		if err != nil {
			t.Fatal(err)
		}
		if want := len(validation.Samples); len(got) != want || told[len(told)-2] != want || told[len(told)-1] != want {
			t.Errorf("%d predictions and reports %v of %d samples", len(got), told, want)
		}
		right := evaluate.Proportion{Of: len(got)}
		for i, p := range got {
			if p.ID != validation.Samples[i].ID || len(p.Probabilities) != loss.outputs(4) {
				t.Fatalf("prediction %d: %+v", i, p)
			}
			decision, err := loaded.Rule().Decide(p.Outputs)
			if err != nil {
				t.Fatal(err)
			}
			if decision.Label == validation.Samples[i].Label {
				right.Count++
			}
		}
		if want := best(history).Validation.Accuracy; right != want {
			t.Errorf("%s: accuracy %v from files, %v while training", loss, right, want)
		}
	}
}

func TestPredictErrors(t *testing.T) {
	m, env := shapes(t, 1)
	model, _ := run(t, readShapes(t, m, BCENa, env), quick(), Augmentation{}, env, 1)
	if _, err := Predict(context.Background(), model, m.InRole(dataset.Test), env.Root, 2, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if got, err := Predict(context.Background(), model, dataset.Manifest{}, env.Root, 2, nil); err != nil || len(got) != 0 {
		t.Errorf("no samples: %v, %v", got, err)
	}
	p, err := model.NewPredictor(2, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Outputs([]*image.RGBA{image.NewRGBA(image.Rect(0, 0, 64, 64))}); err == nil || !strings.Contains(err.Error(), "want 32x32") {
		t.Errorf("wrong size: %v", err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestLoadRefuses(t *testing.T) {
	m, env := shapes(t, 1)
	model, _ := run(t, readShapes(t, m, BCENa, env), quick(), Augmentation{}, env, 1)
	edit := func(name, from, to string) func(dir string) {
		return func(dir string) {
			name := filepath.Join(dir, name)
			data, err := os.ReadFile(name)
			if err != nil || !strings.Contains(string(data), from) {
				t.Fatalf("%s has no %s: %v", name, from, err)
			}
			if err := os.WriteFile(name, []byte(strings.Replace(string(data), from, to, 1)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		want  string
		spoil func(dir string)
	}{
		{"model.safetensors: its sha256 is", func(dir string) { os.Truncate(filepath.Join(dir, WeightsFile), 5000) }},
		{"model.safetensors: its sha256 is", edit(WeightsFile, "layer1", "layer9")},
		{"model.json: EOF", func(dir string) { os.Truncate(filepath.Join(dir, CardFile), 0) }},
		{"4 bytes behind the JSON object", edit(CardFile, "\n}\n", "\n}\nmore")},
		{"want each name once", edit(CardFile, `"disc"`, `"bar"`)},
		{`score "odds"`, edit(CardFile, `"max-probability"`, `"odds"`)},
		{"unexpected EOF", func(dir string) { os.Truncate(filepath.Join(dir, CardFile), 50) }},
		{"unknown field", edit(CardFile, `"arch"`, `"architecture"`)},
		{"format is 9", edit(CardFile, `"format": 4`, `"format": 9`)},
		{"labels are", edit(CardFile, `"na"`, `"none"`)},
		{"threshold 4: want", edit(CardFile, `0.4`, `4`)},
		{`activation is "softmax"`, edit(CardFile, "sigmoid", "softmax")},
		{`loss is "mse"`, edit(CardFile, `"bcena"`, `"mse"`)},
		{`arch is "vgg"`, edit(CardFile, `"tiny"`, `"vgg"`)},
		{"has shape", edit(CardFile, `"disc",`, "")},
		{"is missing", edit(CardFile, `"tiny"`, `"slim-resnet"`)},
	} {
		dir := t.TempDir()
		if err := model.Save(dir); err != nil {
			t.Fatal(err)
		}
		c.spoil(dir)
		if _, err := Load(dir); !errors.Is(err, ErrModel) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
	if _, err := Load(t.TempDir()); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), CardFile) {
		t.Errorf("no model: %v", err)
	}
}

func TestCopyTensorsRefusesWhatIsNotFinite(t *testing.T) {
	zero := float32(0)
	src, dst := []tensor{{"a", []int{2}, []float32{1, 1 / zero}}}, []tensor{{"a", []int{2}, make([]float32, 2)}}
	if err := copyTensors(dst, src); err == nil || !strings.Contains(err.Error(), "number 1 is +Inf") {
		t.Errorf("error %v", err)
	}
	if err := copyTensors(nil, src); err == nil || !strings.Contains(err.Error(), "1 tensors, want 0") {
		t.Errorf("error %v", err)
	}
}

func TestEvaluationBatchIsEven(t *testing.T) {
	for workers := range 10 { // a predictor refuses 0, the size of a batch must not
		for count := range 300 {
			batch := evaluationBatch(count, workers)
			if batch < 1 || batch > min(64, 16*max(1, workers)) {
				t.Fatalf("%d images and %d workers: a batch of %d", count, workers, batch)
			}
			batches := (count + batch - 1) / batch
			if empty := batches*batch - count; empty >= max(1, batches) {
				t.Fatalf("%d images and %d workers: %d batches of %d", count, workers, batches, batch)
			}
		}
	}
}
