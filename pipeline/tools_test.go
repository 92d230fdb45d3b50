package pipeline_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
)

// crafted is a stage that makes its output with a tool, or without if it has none.
type crafted struct {
	*fake
	there *string // the tool's version
	idle  bool    // the inputs do not ask for the tool
}

func (c crafted) Tool(_ context.Context, name string) string {
	if name != "lathe" {
		return ""
	}
	return *c.there
}

func (c crafted) Run(_ context.Context, in dataset.Manifest, env pipeline.Env) (dataset.Manifest, error) {
	c.runs++
	if !c.idle {
		env.Uses("lathe", *c.there)
	}
	return in, os.WriteFile(filepath.Join(env.Dir, "out.txt"), []byte(*c.there), 0o644)
}

// A stage runs again when a tool that it used is another version, has come or has
// gone, and not when it used none.
func TestToolsAreRecorded(t *testing.T) {
	version := "1"
	s := crafted{fake: &fake{name: "turn", version: "1"}, there: &version}
	root, other, idle := t.TempDir(), t.TempDir(), t.TempDir()
	base := map[string]string{root: other}
	run := func(root string, s pipeline.Stage, want ...string) {
		t.Helper()
		var told []string
		err := pipeline.Run(t.Context(), []pipeline.Stage{s}, pipeline.Options{Root: root, Base: base[root], Workers: 1,
			Notify: func(n pipeline.Notice) { told = append(told, string(n.State)+" "+n.Why) }})
		if err != nil || !slices.Equal(told, want) {
			t.Errorf("told %q, %v, want %q", told, err, want)
		}
	}
	run(other, s, "running it has not run yet", "done ")
	lock, err := pipeline.ReadLock(other)
	if err != nil || lock.Stages["turn"].Tools["lathe"] != "1" {
		t.Errorf("recorded %v, %v", lock.Stages["turn"].Tools, err)
	}
	run(root, s, "linked ")
	run(root, s, "cached ")
	version = "2"
	run(root, s, "running lathe is 2 here, and was 1", "done ")
	version = ""
	run(root, s, "running lathe is missing here, and was 2", "done ")
	run(root, s, "cached ")
	version = "1"
	run(other, s, "cached ")
	run(root, s, "linked ")

	s.idle = true
	run(idle, s, "running it has not run yet", "done ")
	version = "3"
	run(idle, s, "cached ")
}
