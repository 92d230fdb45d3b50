package ingest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/ingest"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/progress"
	"github.com/gesturekit/gesturekit/rng"
)

// picture is a PNG of w x h pixels, blots on a grid; another number is quite
// another picture.
func picture(number, w, h int) string { return seen(number, w, h, false, 1) }

// seen is the picture, mirrored or not, with a share of its light.
func seen(number, w, h int, mirrored bool, light float64) string {
	var blots [25]uint64
	for i := range blots {
		blots[i] = rng.New(uint64(number)).WithInt(i).Uint64()
	}
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		x, y := i%w, i/w
		if mirrored {
			x = w - 1 - x
		}
		v := blots[5*(5*y/h)+5*x/w]
		m.Set(i%w, y, color.RGBA{uint8(light * float64(uint8(v))), uint8(light * float64(uint8(v>>8))), uint8(light * float64(uint8(v>>16))), 255})
	}
	m.Set(0, 0, color.RGBA{uint8(number), uint8(number >> 8), 0, 255})
	var b bytes.Buffer
	if png.Encode(&b, m) != nil {
		return ""
	}
	return b.String()
}

// write makes files below a new folder and returns it.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// sound is a folder of captures without a fault: two gestures, three people.
func sound() map[string]string {
	files := map[string]string{}
	n := 0
	for _, category := range []string{"fist", "Thumbs Up"} {
		for _, person := range []string{"ann", "bob", "cy"} {
			for frame := range 2 {
				n++
				files[fmt.Sprintf("%s/%s-home-%d.png", category, person, frame)] = picture(n, 40, 30)
			}
		}
	}
	return files
}

func with(files map[string]string, more map[string]string) map[string]string {
	for name, text := range more {
		files[name] = text
	}
	return files
}

// result is what a run gave.
type result struct {
	m          dataset.Manifest
	quarantine map[string]string // file -> reason
	details    map[string]string
	warnings   []string
	root       string
}

func options(captures string) ingest.Options {
	o := ingest.Default()
	o.Captures = captures
	o.Flags.Tiny, o.Flags.Blurry = 0, 0 // the pictures of the tests are small and flat within their blots
	return o
}

func run(t testing.TB, o ingest.Options, workers int) (result, error) {
	t.Helper()
	return runIn(t, o, workers, t.TempDir())
}

func runIn(t testing.TB, o ingest.Options, workers int, root string) (result, error) {
	t.Helper()
	r := result{root: root, quarantine: map[string]string{}, details: map[string]string{}}
	var mu sync.Mutex
	err := pipeline.Run(t.Context(), []pipeline.Stage{ingest.Stage{Options: o}}, pipeline.Options{
		Root: root, Workers: workers,
		Progress: func(e progress.Event) {
			mu.Lock()
			defer mu.Unlock()
			if e.Warning {
				r.warnings = append(r.warnings, e.Note)
			} else if e.Done < 1 || e.Done > e.Total {
				t.Errorf("progress says %d of %d", e.Done, e.Total)
			}
		},
	})
	if err != nil {
		return r, err
	}
	dir := filepath.Join(root, "ingest")
	if r.m, err = dataset.Read(dir); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, ingest.QuarantineFile))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || !slices.Equal(rows[0], []string{"file", "reason", "detail"}) {
		t.Fatalf("%v: header %q", err, rows[0])
	}
	for _, row := range rows[1:] {
		r.quarantine[row[0]], r.details[row[0]] = row[1], row[2]
	}
	if len(r.quarantine) != len(rows)-1 {
		t.Error("a file stands twice in the quarantine")
	}
	return r, nil
}

func must(t testing.TB, o ingest.Options) result {
	t.Helper()
	r, err := run(t, o, 2)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// groups returns the group of each source.
func (r result) groups() map[string]string {
	out := map[string]string{}
	for _, s := range r.m.Samples {
		out[s.Source] = s.Category + ":" + s.Group
	}
	return out
}

// files returns the digest of every file below dir, by path.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		rel, err := filepath.Rel(dir, name)
		out[filepath.ToSlash(rel)] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// contains fails unless text holds every one of the words.
func contains(t *testing.T, name, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s: %q does not contain %q", name, text, w)
		}
	}
}
