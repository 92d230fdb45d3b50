package cli_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
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

// TestKillCapture kills the server of captures while frames are saved from many sides.
// What it said to be saved is there, every file is whole, and sending all frames again
// leaves nothing else.
func TestKillCapture(t *testing.T) {
	if testing.Short() {
		t.Skip("starts programs")
	}
	picture, err := os.ReadFile("../testdata/captures/palm/p01-s1-f01.jpg")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	const frames = 120
	var mu sync.Mutex
	saved := map[int]bool{}
	// session saves what is not saved yet and kills the server after so many frames.
	session := func(kill int) {
		c := exec.Command("gesturekit", "capture", "--listen", "127.0.0.1:0")
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		url, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		var next, now atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for i := next.Add(1); i <= frames; i = next.Add(1) {
					at := fmt.Sprintf("%sv1/captures/frame?category=palm&person=..%%2Fann&recording=20261125-183012-k3fa&frame=%d", strings.TrimSpace(url), i)
					r, err := http.NewRequest("PUT", at, bytes.NewReader(picture))
					if err != nil {
						t.Error(err)
						return
					}
					answer, err := http.DefaultClient.Do(r)
					if err != nil {
						return // killed
					}
					answer.Body.Close()
					mu.Lock()
					if again := saved[int(i)]; answer.StatusCode != http.StatusCreated && answer.StatusCode != http.StatusOK || again && answer.StatusCode != http.StatusOK {
						t.Errorf("frame %d, saved before: %v: %s", i, again, answer.Status)
					}
					saved[int(i)] = true
					mu.Unlock()
					if now.Add(1) == int64(kill) {
						c.Process.Kill()
					}
				}
			})
		}
		wg.Wait()
		c.Process.Kill()
		c.Wait() // says that it was killed
	}
	hidden := func() (n int) {
		t.Helper()
		whole := 0
		err := filepath.WalkDir("captures", func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil || d.IsDir():
				return err
			case strings.HasPrefix(d.Name(), "."):
				n++
				return nil
			}
			whole++
			if data, err := os.ReadFile(name); err != nil || !bytes.Equal(data, picture) {
				t.Errorf("%s is not whole: %d bytes, %v", name, len(data), err)
			}
			return nil
		})
		if err != nil || whole < len(saved) {
			t.Errorf("%d frames are there, %d were said to be: %v", whole, len(saved), err)
		}
		return n
	}
	for _, kill := range []int{5, 33, 77} {
		session(kill)
		hidden()
	}
	session(frames + 1)
	if n := hidden(); n > 0 || len(saved) != frames {
		t.Errorf("%d of %d frames are saved, and %d files are left unfinished", len(saved), frames, n)
	}
}
