package pipeline_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gesturekit/gesturekit/pipeline"
)

type seedless struct{ *fake }

func (seedless) Seedless() {}

func TestBaseOutputsAreLinked(t *testing.T) {
	base := newBench(t)
	first := seedless{base.stages[0]}
	run := func(root string, seed uint64, stages ...pipeline.Stage) []string {
		t.Helper()
		var states []string
		o := pipeline.Options{Root: root, Seed: seed, Workers: 2, Base: base.root, Notify: func(n pipeline.Notice) {
			if n.State != pipeline.Done {
				states = append(states, n.Stage+" "+string(n.State))
			}
		}}
		if err := pipeline.Run(t.Context(), stages, o); err != nil {
			t.Fatal(err)
		}
		return states
	}
	want := func(got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	want(run(base.root, 1, first), "one running")
	cell := filepath.Join(filepath.Dir(base.root), "cells", "a")
	want(run(cell, 7, first, base.stages[1]), "one linked", "two running")
	if first.runs != 1 {
		t.Errorf("the shared stage ran %d times", first.runs)
	}
	if data, err := os.ReadFile(filepath.Join(cell, "one", "out.txt")); err != nil || string(data) != "a" {
		t.Errorf("the link leads to %q, %v", data, err)
	}
	want(run(cell, 7, first, base.stages[1]), "one cached", "two cached")

	// While the base is out of date the stage runs in the cell, in place of the
	// link, and leaves the base alone.
	base.write(base.stages[0].input, "b")
	want(run(cell, 7, first, base.stages[1]), "one running", "two running")
	if data, _ := os.ReadFile(filepath.Join(base.root, "one", "out.txt")); string(data) != "a" {
		t.Errorf("running the cell changed the base's output to %q", data)
	}
	want(run(base.root, 1, first), "one running")
	other := filepath.Join(filepath.Dir(base.root), "cells", "b")
	want(run(other, 8, first, base.stages[1]), "one linked", "two running")

	base.write(filepath.Join(base.root, "one", "out.txt"), "tampered")
	third := filepath.Join(filepath.Dir(base.root), "cells", "c")
	if err := pipeline.Run(t.Context(), []pipeline.Stage{first}, pipeline.Options{Root: third, Base: base.root, Workers: 1}); err == nil {
		t.Error("a base output that is not what its lock records is linked")
	}
}
