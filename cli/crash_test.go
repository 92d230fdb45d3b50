package cli_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// rawCaptures writes n captures of two categories and four persons, from the
// number given on, large enough that a run of them can be killed midway.
func rawCaptures(t *testing.T, dir string, from, n int) {
	t.Helper()
	for i := from; i < from+n; i++ {
		r := rand.New(rand.NewPCG(uint64(i), 1))
		img := image.NewRGBA(image.Rect(0, 0, 320, 240))
		for y := 0; y < 240; y += 20 {
			for x := 0; x < 320; x += 20 {
				c := color.RGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
				for k := range 400 {
					img.SetRGBA(x+k%20, y+k/20, c)
				}
			}
		}
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, []string{"fist", "palm"}[i%2], fmt.Sprintf("p%d-home-%03d.png", i%4, i))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestKillIngestAndRunAgain kills ingest at random moments, in a first run and in
// one over an output that is there, and compares what comes of going on with
// undisturbed runs.
func TestKillIngestAndRunAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long under the race detector")
	}
	t.Chdir(t.TempDir())
	ingest := func(out string) *exec.Cmd {
		return exec.Command("gesturekit", "ingest", "--ingest.captures", "raw", "--workers", "2", "--out", out)
	}
	must := func(out string) time.Duration {
		t.Helper()
		start := time.Now()
		if text, err := ingest(out).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		return time.Since(start)
	}
	r := rand.New(rand.NewPCG(7, 7))
	kills := 0
	for round, n := range []int{60, 40} {
		rawCaptures(t, "raw", 100*round, n)
		whole := must(fmt.Sprint("whole", round))
		for range 12 {
			c := ingest("run")
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(r.Int64N(int64(whole) + 1)))
			if c.Process.Kill() == nil {
				kills++
			}
			if err := c.Wait(); err != nil && c.ProcessState.Exited() {
				t.Fatalf("the stage failed by itself: %v", err)
			}
		}
		must("run")
		if diff := cmp.Diff(digests(t, filepath.Join(fmt.Sprint("whole", round), "ingest")), digests(t, filepath.Join("run", "ingest"))); diff != "" {
			t.Errorf("round %d: killed and run again, the output differs: %s", round, diff)
		}
		a, _ := os.ReadFile(filepath.Join(fmt.Sprint("whole", round), "pipeline.lock"))
		if b, err := os.ReadFile(filepath.Join("run", "pipeline.lock")); err != nil || !bytes.Equal(a, b) {
			t.Errorf("round %d: the lock file differs, %v", round, err)
		}
	}
	if kills < 6 {
		t.Errorf("%d kills only: the test asks nothing", kills)
	}
}

// TestTwoProcessesOnOneOutput starts a second process while one works, then kills
// or interrupts that one, and goes on.
func TestTwoProcessesOnOneOutput(t *testing.T) {
	t.Chdir(t.TempDir())
	rawCaptures(t, "raw", 0, 240)
	ingest := func(out string) *exec.Cmd {
		return exec.Command("gesturekit", "ingest", "--ingest.captures", "raw", "--workers", "2", "--out", out)
	}
	if out, err := ingest("whole").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, end := range []syscall.Signal{syscall.SIGKILL, syscall.SIGINT} {
		first := ingest("run")
		if err := first.Start(); err != nil {
			t.Fatal(err)
		}
		over := make(chan error, 1)
		go func() { over <- first.Wait() }()
		for begun := false; !begun; {
			select {
			case err := <-over:
				t.Fatalf("the stage ended before it was stopped: %v", err)
			case <-time.After(time.Millisecond):
				images, _ := filepath.Glob("run/.gesturekit/ingest.*/images/*/*")
				begun = len(images) > 0
			}
		}
		if err := first.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		out, err := ingest("run").CombinedOutput()
		if err == nil || !strings.Contains(string(out), "run: another gesturekit is working in this folder: wait for it, or give another --out") {
			t.Errorf("a second process: %v: %s", err, out)
		}
		err = first.Process.Signal(end)
		if err == nil && end != syscall.SIGKILL { // which does not wait until the process goes on
			err = first.Process.Signal(syscall.SIGCONT)
		}
		if err != nil {
			t.Fatal(err)
		}
		<-over
		if code := first.ProcessState.ExitCode(); end == syscall.SIGINT && code != 130 {
			t.Errorf("interrupted: status %d, want 130", code)
		}
		if _, err := os.Stat(filepath.Join("run", "ingest")); err == nil {
			t.Errorf("%v: an unfinished output is there", end)
		}
		if out, err := ingest("run").CombinedOutput(); err != nil {
			t.Fatalf("%v: the lock did not die with its holder: %v: %s", end, err, out)
		}
		if diff := cmp.Diff(digests(t, filepath.Join("whole", "ingest")), digests(t, filepath.Join("run", "ingest"))); diff != "" {
			t.Errorf("%v: gone on with, the output differs: %s", end, diff)
		}
		if err := os.RemoveAll("run"); err != nil {
			t.Fatal(err)
		}
	}
}

// A full disk and a read-only one are told of, leave no output, and what was
// there before. The file systems are made in a name space of their own.
func TestFullAndReadOnlyDisks(t *testing.T) {
	if runtime.GOOS != "linux" || exec.Command("unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt").Run() != nil {
		t.Skip("needs unshare and the right to mount")
	}
	t.Chdir(t.TempDir())
	rawCaptures(t, "raw", 0, 60)
	if err := os.Mkdir("disk", 0o755); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ script, want string }{
		"full": {`mount -t tmpfs -o size=150k none disk && ! gesturekit ingest --ingest.captures raw --out disk/run && ls -A disk/run`,
			"no space left on device"},
		"full in a later run": {`mount -t tmpfs -o size=2m none disk && gesturekit ingest --ingest.captures raw --out disk/run &&
			sha256sum disk/run/ingest/manifest.csv disk/run/pipeline.lock > before &&
			! dd if=/dev/zero of=disk/filler bs=1k 2>/dev/null; ! gesturekit ingest --ingest.captures raw --ingest.size 96 --out disk/run &&
			sha256sum -c before && rm disk/filler && mount -o remount,size=8m disk && gesturekit ingest --ingest.captures raw --ingest.size 96 --out disk/run && echo goes on`,
			"no space left on device"},
		"read-only": {`mount -t tmpfs none disk && mount -o remount,ro disk && ! gesturekit ingest --ingest.captures raw --out disk/run && ls -A disk`,
			"read-only file system"},
	} {
		out, err := exec.Command("unshare", "-rm", "sh", "-c", c.script).CombinedOutput()
		if text := string(out); err != nil || !strings.Contains(text, c.want) || strings.Contains(text, "panic") {
			t.Errorf("%s: %v: %s", name, err, text)
		} else if listed := strings.Fields(text); name != "full in a later run" && (listed[len(listed)-1] == "ingest" || listed[len(listed)-1] == "manifest.csv") {
			t.Errorf("%s: an output is left: %s", name, text)
		}
	}
}
