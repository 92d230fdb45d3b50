package synth_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gesturekit/gesturekit/internal/golden"
	"github.com/gesturekit/gesturekit/internal/synth"
	"github.com/gesturekit/gesturekit/rng"
)

// TestGeneratedCaptures keeps testdata/captures, which the tests of the command
// line run on, as synth draws them.
func TestGeneratedCaptures(t *testing.T) {
	const kept = "../../testdata/captures"
	o := synth.Options{
		Persons: 6, Sessions: 1, Frames: 2, Width: 96, Height: 72,
		Categories: []string{"fist", "four", "idle", "palm", "peace", "three"},
	}
	dir := t.TempDir()
	if err := synth.Write(t.Context(), dir, rng.New(1), o, 2, nil); err != nil {
		t.Fatal(err)
	}
	names := files(t, dir)
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(kept, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		golden.Equal(t, filepath.Join(kept, name), data)
	}
	if have := files(t, kept); !slices.Equal(have, names) {
		t.Errorf("%s has the files %q, want %q", kept, have, names)
	}
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range names {
		if names[i], err = filepath.Rel(dir, names[i]); err != nil {
			t.Fatal(err)
		}
	}
	return names
}
