package cli_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestKillAugmentAndRunAgain kills the stage whenever it has written so many
// more variants, and compares what comes of going on with an undisturbed run.
func TestKillAugmentAndRunAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long under the race detector")
	}
	dir := captures(t)
	t.Chdir(dir)
	if err := os.Rename("quick.yaml", "pipeline.yaml"); err != nil {
		t.Fatal(err)
	}
	command := func(args ...string) *exec.Cmd {
		return exec.Command("gesturekit", append(args, "--augment.copies", "40", "--workers", "3")...)
	}
	must := func(args ...string) {
		t.Helper()
		if out, err := command(args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", args, err, out)
		}
	}
	for _, stage := range []string{"ingest", "split", "labels"} {
		must(stage)
	}
	if err := os.CopyFS("whole", os.DirFS("run")); err != nil {
		t.Fatal(err)
	}
	must("augment", "--out", "whole")

	kills, last := 0, 0
	for _, more := range []int{1, 7, 60, 200, 3} {
		c := command("augment")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		over := make(chan error, 1)
		go func() { over <- c.Wait() }()
		for waiting := true; waiting; {
			select {
			case err := <-over:
				if err != nil {
					t.Fatalf("the stage failed by itself: %v", err)
				}
				over <- nil
				waiting = false
			case <-time.After(time.Millisecond):
				waiting = variants(t, ".") < last+more
			}
		}
		if c.Process.Kill() == nil {
			kills++
		}
		<-over
		if now := variants(t, "."); now < last {
			t.Errorf("%d variants after %d: what a killed run wrote is thrown away", now, last)
		} else {
			last = now
		}
	}
	if kills < 3 {
		t.Skipf("the stage was over before it could be killed; %d kills", kills)
	}
	must("augment")
	must("replay")
	if diff := cmp.Diff(digests(t, filepath.Join("whole", "augment")), digests(t, filepath.Join("run", "augment"))); diff != "" {
		t.Errorf("killed and run again, the output differs: %s", diff)
	}
}

// variants counts the images that the augment stage has finished in run.
func variants(t *testing.T, dir string) (n int) {
	t.Helper()
	for _, at := range []string{"run/.gesturekit/augment.unfinished", "run/augment"} {
		_ = filepath.WalkDir(filepath.Join(dir, at), func(name string, d fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(name, ".jpg") {
				n++
			}
			return nil
		})
	}
	return n
}
