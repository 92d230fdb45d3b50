package trainer

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

const killFolder = "GESTUREKIT_TEST_KILL"

// TestKillThenResume trains in a process of its own, kills it at arbitrary
// moments, and compares what comes of going on with an undisturbed training.
func TestKillThenResume(t *testing.T) {
	m, env := shapes(t, 3)
	d, o := readShapes(t, m, BCENa, env), quick()
	o.Clip, o.EMA, o.Epochs = 1, 0.9, 12
	if dir := os.Getenv(killFolder); dir != "" { // the process to be killed
		env.Dir = dir
		run(t, d, o, jitter(), env, 0)
		return
	}
	alone := env
	alone.Dir = ""
	model, history := run(t, d, o, jitter(), alone, 0)
	want := files(t, model, history)

	state := filepath.Join(env.Dir, stateFile)
	temporary := t.TempDir()
	kills := 0
	for range 3 {
		before, _ := os.Stat(state)
		cmd := exec.Command(os.Args[0], "-test.run=^TestKillThenResume$")
		cmd.Env = append(os.Environ(), killFolder+"="+env.Dir, "TMPDIR="+temporary, "TMP="+temporary)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		over := make(chan error, 1)
		go func() { over <- cmd.Wait() }()
		for waiting := true; waiting; {
			select {
			case err := <-over:
				if err != nil {
					t.Fatalf("the training failed by itself: %v", err)
				}
				over <- nil
				waiting = false
			case <-time.After(time.Millisecond):
				now, err := os.Stat(state)
				waiting = err != nil || before != nil && !now.ModTime().After(before.ModTime())
			}
		}
		if cmd.Process.Kill() == nil {
			kills++
		}
		<-over
	}
	if kills == 0 {
		t.Skip("every training was over before it could be killed")
	}
	model, history = run(t, d, o, jitter(), env, 0)
	if files(t, model, history) != want {
		t.Error("killed and resumed, the model comes out otherwise")
	}
}
