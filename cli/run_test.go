package cli_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/cli"
	"github.com/gesturekit/gesturekit/config"
)

// captures copies the test captures and the quick settings into a new folder.
func captures(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "captures"), os.DirFS("../testdata/captures")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "quick.yaml"), []byte(quick), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func gesturekit(ctx context.Context, stderr io.Writer, args ...string) (status int, stdout string) {
	var out bytes.Buffer
	status = cli.Main(ctx, cli.IO{
		Args: append([]string{"gesturekit"}, args...), Stdout: &out, Stderr: stderr,
	})
	return status, out.String()
}

// run runs the pipeline of dir into dir/out and returns the lock.
func run(t *testing.T, dir, out string, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	args = append([]string{"run", "--out", filepath.Join(dir, out)}, append(args, filepath.Join(dir, "quick.yaml"))...)
	if status, _ := gesturekit(t.Context(), &stderr, args...); status != 0 {
		t.Fatalf("status %d: %s", status, stderr.String())
	}
	lock, err := os.ReadFile(filepath.Join(dir, out, "pipeline.lock"))
	if err != nil {
		t.Fatal(err)
	}
	return string(lock)
}

// digests returns the SHA-256 of every file below dir.
func digests(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		sum := sha256.Sum256(data)
		out[strings.TrimPrefix(p, dir)] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSameBytesForAnyNumberOfWorkers(t *testing.T) {
	dir := captures(t)
	before := digests(t, filepath.Join(dir, "captures"))
	for _, augment := range [][]string{nil, {"--augment.copies", "2"}} {
		one := run(t, dir, "one", append(augment, "--workers", "1")...)
		two := run(t, dir, "two", append(augment, "--workers", "2")...)
		seven := run(t, dir, "seven", append(augment, "--workers", "7")...)
		if diff := cmp.Diff(one, two); diff != "" {
			t.Errorf("1 and 2 workers differ: %s", diff)
		}
		if diff := cmp.Diff(one, seven); diff != "" {
			t.Errorf("1 and 7 workers differ: %s", diff)
		}
	}
	if diff := cmp.Diff(before, digests(t, filepath.Join(dir, "captures"))); diff != "" {
		t.Errorf("the captures changed: %s", diff)
	}
}

func TestAnotherSeedGivesOtherBytes(t *testing.T) {
	dir := captures(t)
	if run(t, dir, "one") == run(t, dir, "two", "--seed", "2") {
		t.Error("seeds 1 and 2 give the same digests")
	}
}

// interrupter cancels when the stage reports for the n-th time.
type interrupter struct {
	cancel context.CancelFunc
	stage  string
	left   int
	buf    bytes.Buffer
}

func (i *interrupter) Write(p []byte) (int, error) {
	var line struct{ Stage string }
	if json.Unmarshal(p, &line) == nil && line.Stage == i.stage {
		if i.left--; i.left == 0 {
			i.cancel()
		}
	}
	return i.buf.Write(p)
}

func TestInterruptInEachStage(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute under the race detector")
	}
	dir := captures(t)
	config := filepath.Join(dir, "quick.yaml")
	before := digests(t, filepath.Join(dir, "captures"))
	want := run(t, dir, "whole", "--augment.copies", "1")
	for _, stage := range []string{"ingest", "split", "labels", "augment", "train", "validate", "report"} {
		for _, event := range []int{1, 2, 9} {
			out := fmt.Sprintf("%s-%d", stage, event)
			ctx, cancel := context.WithCancel(t.Context())
			stderr := &interrupter{cancel: cancel, stage: stage, left: event}
			status, _ := gesturekit(ctx, stderr, "run", "--json", "--augment.copies", "1", "--out", filepath.Join(dir, out), config)
			cancelled := ctx.Err() != nil
			cancel()
			if cancelled && status != 130 && status != 0 {
				t.Errorf("%s: status %d, want 130: %s", out, status, stderr.buf.String())
			}
			if _, err := os.Stat(filepath.Join(dir, out, stage)); cancelled && status == 130 && event == 1 && err == nil {
				t.Errorf("%s: an output stands there after the interruption", out)
			}
			if diff := cmp.Diff(want, run(t, dir, out, "--augment.copies", "1")); diff != "" {
				t.Errorf("%s: the resumed run differs: %s", out, diff)
			}
		}
	}
	if diff := cmp.Diff(before, digests(t, filepath.Join(dir, "captures"))); diff != "" {
		t.Errorf("the captures changed: %s", diff)
	}
}

// TestInterruptComparison: interrupted in its middle and gone on with, a comparison
// leaves the cells that are done, and ends with the bytes of an undisturbed one.
func TestInterruptComparison(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long under the race detector")
	}
	dir := captures(t)
	t.Chdir(dir)
	study := "config: quick.yaml\nlosses: [ce, bce-na, bcena]\nrecipes: [none, light]\nseeds: [1, 2]\n"
	if err := os.WriteFile("study.yaml", []byte(study), 0o644); err != nil {
		t.Fatal(err)
	}
	compare := func(ctx context.Context, stderr io.Writer, out string, jobs int) int {
		status, _ := gesturekit(ctx, stderr, "compare", "--json", "--jobs", fmt.Sprint(jobs), "--out", out, "study.yaml")
		return status
	}
	var stderr bytes.Buffer
	if status := compare(t.Context(), &stderr, "whole", 3); status != 0 {
		t.Fatalf("status %d: %s", status, stderr.String())
	}
	for _, event := range []int{2, 5, 9} {
		ctx, cancel := context.WithCancel(t.Context())
		log := &interrupter{cancel: cancel, stage: "compare", left: event}
		if status := compare(ctx, log, "broken", 1); status != 130 {
			t.Errorf("interrupted at event %d: status %d, want 130: %s", event, status, log.buf.String())
		}
		cancel()
		if _, err := os.Stat("broken/compare.json"); err == nil {
			t.Errorf("interrupted at event %d: there is a result", event)
		}
	}
	done, err := filepath.Glob("broken/cells/*/*/report/report.json")
	if err != nil || len(done) < 5 || len(done) > 11 {
		t.Errorf("%d cells are done before the end, %v", len(done), err)
	}
	times := map[string]int64{}
	for _, name := range done {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		times[name] = info.ModTime().UnixNano()
	}
	if status := compare(t.Context(), &stderr, "broken", 2); status != 0 {
		t.Fatalf("status %d: %s", status, stderr.String())
	}
	for name, at := range times {
		if info, err := os.Stat(name); err != nil || info.ModTime().UnixNano() != at {
			t.Errorf("%s was made again, %v", name, err)
		}
	}
	for _, name := range []string{"compare.json", "compare.html", "compare.md", "compare.csv", "cells.csv"} {
		a, err := os.ReadFile(filepath.Join("whole", name))
		if err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(filepath.Join("broken", name)); err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs, %v", name, err)
		}
	}
}

func TestFullDisk(t *testing.T) {
	dir, disk := captures(t), t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=256k"); err != nil {
		t.Skipf("cannot mount a small disk here: %v", err)
	}
	defer func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	}()
	var stderr bytes.Buffer
	status, _ := gesturekit(t.Context(), &stderr, "run", "--out", filepath.Join(disk, "run"), filepath.Join(dir, "quick.yaml"))
	if status != 1 || !strings.Contains(stderr.String(), "no space left on device") {
		t.Errorf("status %d, %s; want 1 and the reason", status, stderr.String())
	}
	names, err := os.ReadDir(filepath.Join(disk, "run"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if slices.ContainsFunc(config.StageDocs(), func(d config.StageDoc) bool { return d.Name == n.Name() }) {
			var left bytes.Buffer
			if status, _ := gesturekit(t.Context(), &left, "run", "--out", filepath.Join(disk, "run"), filepath.Join(dir, "quick.yaml")); !strings.Contains(left.String(), n.Name()+strings.Repeat(" ", 10-len(n.Name()))+"cached") {
				t.Errorf("status %d: the output of %s is not whole: %s", status, n.Name(), left.String())
			}
		}
	}
}
