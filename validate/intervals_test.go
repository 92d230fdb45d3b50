package validate

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/rng"
)

// people returns a manifest with n people in the test.
func people(n int) dataset.Manifest {
	m := sound()
	for i := range n {
		for _, c := range []struct {
			category  string
			partition dataset.Partition
			label     int
		}{{"fist", dataset.Known, 1}, {"ok", dataset.Known, 2}, {"none", dataset.Unknown, 0}, {"wave", dataset.Unseen, 0}} {
			id := fmt.Sprintf("%s-p%d", c.category, i)
			m.Samples = append(m.Samples, dataset.Sample{
				ID: id, Path: "ingest/" + id + ".png", Category: c.category, Group: fmt.Sprint("p", i), Source: id, SHA256: id,
				Partition: c.partition, Role: dataset.Test, Label: c.label,
			})
		}
	}
	return dataset.New(m.Samples)
}

// random gives each sample probabilities that go by its name.
func random(_ context.Context, m dataset.Manifest, _ pipeline.Env) (predictions, error) {
	out := predictions{labels: []string{"na", "fist", "ok"}, rule: evaluate.Rule{Threshold: 0.4, HasNA: true}, fixed: 0.4}
	for _, s := range m.Samples {
		r := rng.New(5).With(s.ID).Rand()
		p := []float32{r.Float32(), r.Float32(), r.Float32()}
		out.outputs = append(out.outputs, evaluate.Outputs{Probabilities: p, Logits: p})
	}
	return out, nil
}

func TestIntervalsAreTheSameForAnyNumberOfWorkers(t *testing.T) {
	m := people(6)
	var files [][]byte
	for _, workers := range []int{1, 2, 7} {
		dir := t.TempDir()
		env := pipeline.Env{Name: "validate", Root: dir, Dir: dir, Workers: workers, Key: rng.New(1).With("validate")}
		if _, err := (Stage{Options: Default(), predict: random}).Run(t.Context(), m, env); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, evaluate.ResultFile))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, data)
		if !bytes.Equal(data, files[0]) {
			t.Errorf("%d workers give other metrics than 1", workers)
		}
	}
	r, err := evaluate.ReadResult(bytes.NewReader(files[0]))
	if err != nil {
		t.Fatal(err)
	}
	i := r.Intervals.Figures["overall_accuracy"]
	if v, _ := r.Test.OverallAccuracy.Value(); r.Intervals.Groups != 7 || r.Intervals.Replicates != 1000 || i.Value != v || !(i.Low < v && v < i.High) {
		t.Errorf("got %+v of %d groups, the value is %v", i, r.Intervals.Groups, v)
	}
	if len(r.Test.Groups) != 7 || r.Test.Groups[0].Group != "cy" || r.Test.Groups[0].OverallAccuracy.Of != 12 {
		t.Errorf("groups: %+v", r.Test.Groups)
	}
}

func TestNoBootstrap(t *testing.T) {
	dir, err := run(t, Options{Threshold: modelThreshold}, random, people(2))
	if err != nil {
		t.Fatal(err)
	}
	if r, _ := read(t, dir); r.Intervals != nil {
		t.Errorf("got %+v, want none", r.Intervals)
	}
	for _, n := range []int{-1, maxReplicates + 1} {
		err := Options{Threshold: 2, Bootstrap: n}.Validate()
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("validate.bootstrap is %d, want", n)) || !strings.Contains(err.Error(), "validate.threshold is 2") {
			t.Errorf("got %v, want both faults", err)
		}
	}
}
