package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/gesturekit/gesturekit/evaluate"
)

// TestSignDigits takes real captures through the pipeline where they are
// present: the Sign Language Digits Dataset, split by person. Its training is
// short; docs/results.md has the figures of a full one.
func TestSignDigits(t *testing.T) {
	data, err := filepath.Abs("../../shared/data/sign-digits")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(data); err != nil {
		t.Skip("the dataset is not here")
	}
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	dir := t.TempDir()
	text := "out: run\ningest:\n  captures: " + filepath.Join(data, "Dataset") + "\n  groups:\n    file: " + filepath.Join(data, "groups.csv") + `
split:
  known: [0, 1, 2, 5]
  unknown: [3, 6, 8]
  unseen: [4, 7, 9]
train: {epochs: 8, score: max-probability, known_recall: 0}
`
	file := filepath.Join(dir, "pipeline.yaml")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	before := digests(t, data)
	var stderr bytes.Buffer
	if status, _ := gesturekit(t.Context(), &stderr, "run", file); status != 0 {
		t.Fatalf("status %d: %s", status, stderr.String())
	}
	f, err := os.Open(filepath.Join(dir, "run", "validate", evaluate.ResultFile))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	result, err := evaluate.ReadResult(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what string
		got  evaluate.Proportion
		want float64
	}{
		{"known named right", result.Test.KnownAccuracy, 0.9},
		{"unknown told as na", result.Test.NARecallUnknown, 0.9},
		{"unseen told as na", result.Test.NARecallUnseen, 0.5},
	} {
		if v, ok := c.got.Value(); !ok || v < c.want {
			t.Errorf("%s: %.3f, want at least %.2f", c.what, v, c.want)
		}
	}
	if t.Failed() {
		t.Log(stderr.String())
	}
	for name, sum := range digests(t, data) {
		if before[name] != sum {
			t.Errorf("capture %s changed", name)
		}
	}
}
