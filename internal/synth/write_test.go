package synth_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image/jpeg"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gesturekit/gesturekit/internal/synth"
	"github.com/gesturekit/gesturekit/progress"
)

func small() synth.Options {
	return synth.Options{Persons: 2, Sessions: 2, Frames: 2, Width: 80, Height: 60, Categories: synth.Categories()}
}

// tree returns the content of all files below dir by their slash path.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func write(t *testing.T, seed uint64, o synth.Options, workers int) map[string]string {
	t.Helper()
	dir := t.TempDir()
	if err := synth.Write(t.Context(), dir, key(seed), o, workers, nil); err != nil {
		t.Fatal(err)
	}
	return tree(t, dir)
}

func TestWorkersChangeNothing(t *testing.T) {
	one := write(t, 1, small(), 1)
	if len(one) != small().Count() {
		t.Fatalf("%d files, want %d", len(one), small().Count())
	}
	for _, workers := range []int{2, 7} {
		if !maps.Equal(one, write(t, 1, small(), workers)) {
			t.Errorf("%d workers write other files than one", workers)
		}
	}
	for name, data := range write(t, 2, small(), 4) {
		if one[name] == data {
			t.Errorf("%s is the same for another seed", name)
		}
	}
}

// TestPixelsArePinned notices a change of what is drawn, on any architecture.
// After a wanted one, look at a sheet, put the new digest here and raise the
// stage's version.
func TestPixelsArePinned(t *testing.T) {
	o, sum := small(), sha256.New()
	for _, c := range o.Categories {
		for person := 1; person <= 3; person++ {
			img, err := synth.Draw(key(1), o, c, person, 1, 2)
			if err != nil {
				t.Fatal(err)
			}
			sum.Write(img.Pix)
		}
	}
	const want = "5bca05738e7b820b"
	if got := hex.EncodeToString(sum.Sum(nil)[:8]); got != want {
		t.Errorf("digest %s, want %s: every synthetic capture has changed", got, want)
	}
}

func TestFilesAreReadableJPEG(t *testing.T) {
	files := write(t, 1, small(), 2)
	for _, c := range synth.Categories() {
		data, ok := files[synth.Name(c, 2, 1, 2)]
		if !ok {
			t.Fatalf("no %s", synth.Name(c, 2, 1, 2))
		}
		info, err := jpeg.DecodeConfig(strings.NewReader(data))
		if err != nil || info.Width != 80 || info.Height != 60 {
			t.Errorf("%s: %+v, %v", c, info, err)
		}
	}
	if got, want := synth.Name("peace", 3, 1, 4), "peace/p03-s1-f04.jpg"; got != want {
		t.Errorf("name %q, want %q", got, want)
	}
}

func TestWriteReportsEveryCapture(t *testing.T) {
	var mu sync.Mutex
	seen := map[int]bool{}
	report := func(e progress.Event) {
		mu.Lock()
		defer mu.Unlock()
		if e.Stage != "synth" || e.Total != small().Count() || e.Unit != "captures" {
			t.Errorf("event %+v", e)
		}
		seen[e.Done] = true
	}
	if err := synth.Write(t.Context(), t.TempDir(), key(1), small(), 3, report); err != nil {
		t.Fatal(err)
	}
	if len(seen) != small().Count() || !seen[1] || !seen[small().Count()] {
		t.Errorf("%d steps reported, want 1 to %d", len(seen), small().Count())
	}
}

func TestCancellationLeavesWholeFiles(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	dir := t.TempDir()
	err := synth.Write(ctx, dir, key(1), small(), 2, func(e progress.Event) {
		if e.Done >= 5 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want context.Canceled", err)
	}
	files := tree(t, dir)
	if len(files) < 5 || len(files) > 8 {
		t.Errorf("%d files after a stop at the fifth", len(files))
	}
	whole := write(t, 1, small(), 2)
	for name, data := range files {
		if whole[name] != data {
			t.Errorf("%s is left over or partial", name)
		}
	}
}

func TestWriteFails(t *testing.T) {
	if err := synth.Write(t.Context(), t.TempDir(), key(1), synth.Options{}, 1, nil); err == nil {
		t.Error("no error of invalid options")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := synth.Write(t.Context(), file, key(1), small(), 1, nil); err == nil || !strings.Contains(err.Error(), "draw captures") {
		t.Errorf("error %v, want one that says what was attempted", err)
	}
}
