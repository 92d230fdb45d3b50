package ingest_test

import (
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/ingest"
	"github.com/gesturekit/gesturekit/pixel"
)

// table reads a CSV file of the output: the rows by their first column, as
// column=value.
func (r result) table(t *testing.T, name string) map[string]map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(r.root, "ingest", name))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]string{}
	for _, row := range rows[1:] {
		out[row[0]] = map[string]string{}
		for i, v := range row {
			out[row[0]][rows[0][i]] = v
		}
	}
	if len(out) != len(rows)-1 {
		t.Errorf("%s: a file stands twice", name)
	}
	return out
}

func TestEveryCaptureHasALineInTheTable(t *testing.T) {
	captures := with(sound(), map[string]string{
		"fist/bad.png": "bad", "fist/dup-x-1.png": picture(1, 40, 30), "fist/ann-x-9.png": picture(90, 300, 90), "fist/ann-x-8.png": picture(91, 8, 8),
		"fist/not-utf8-\xff.png": picture(62, 40, 30), "fist/copy-x-1.png": seen(1, 40, 30, false, 0.9),
	})
	o := options(write(t, captures))
	o.Flags.Size = 0
	r := must(t, o)
	rows := r.table(t, ingest.CapturesFile)
	count := map[string]int{}
	for _, row := range rows {
		count[row["status"]]++
	}
	if want := map[string]int{"kept": 12, "flagged": 2, "quarantined": 4}; !maps.Equal(count, want) || len(rows) != len(captures) {
		t.Errorf("%v of %d, want %v", count, len(captures), want)
	}
	for file, want := range map[string]map[string]string{
		"fist/bad.png":           {"status": "quarantined", "reason": "not-an-image", "width": ""},
		"fist/ann-x-9.png":       {"status": "flagged", "flags": "odd-aspect", "width": "300", "height": "90", "category": "fist"},
		"fist/copy-x-1.png":      {"status": "flagged", "flags": "near-duplicate", "near": "fist/ann-home-0.png"},
		"fist/ann-home-0.png":    {"status": "kept", "flags": "", "near": "", "width": "40", "bytes": fmt.Sprint(len(picture(1, 40, 30)))},
		`fist/not-utf8-\xff.png`: {"reason": "bad-name"},
	} {
		for column, v := range want {
			if rows[file][column] != v {
				t.Errorf("%s: %s is %q, want %q", file, column, rows[file][column], v)
			}
		}
	}
	if got := r.table(t, ingest.FlaggedFile)["fist/copy-x-1.png"]["detail"]; !strings.Contains(got, "with fist/ann-home-0.png, of group \"ann\"") {
		t.Errorf("detail %q", got)
	}
	contains(t, "warnings", strings.Join(r.warnings, "\n"), "of 14 captures kept, some deserve a look (1 near-duplicate, 1 odd-aspect): see", ingest.SheetFile)
	img, _, err := pixel.ReadFile(filepath.Join(r.root, "ingest", ingest.SheetFile), pixel.Limits{})
	if err != nil || img.Rect.Dx() < 500 || img.Rect.Dy() < 500 {
		t.Errorf("sheet: %v", err)
	}
}

// A second run makes new images of new captures only, and gives what a run from
// nothing gives.
func TestSecondRunTouchesOnlyWhatChanged(t *testing.T) {
	dir := write(t, sound())
	root := t.TempDir()
	o := options(dir)
	images := func() map[string]os.FileInfo {
		out := map[string]os.FileInfo{}
		names, err := filepath.Glob(filepath.Join(root, "ingest", "images", "*", "*.jpg"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if out[filepath.Base(name)], err = os.Stat(name); err != nil {
				t.Fatal(err)
			}
		}
		return out
	}
	again := func(what string, o ingest.Options, made int) {
		t.Helper()
		before := images()
		if _, err := runIn(t, o, 2, root); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		n := 0
		for name, now := range images() {
			if old, ok := before[name]; !ok || !os.SameFile(old, now) {
				n++
			}
		}
		if n != made {
			t.Errorf("%s: %d images made, want %d", what, n, made)
		}
		fresh, err := run(t, o, 2)
		if err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(files(t, filepath.Join(root, "ingest")), files(t, filepath.Join(fresh.root, "ingest"))) {
			t.Errorf("%s: other bytes than those of a run from nothing", what)
		}
	}
	again("first", o, 12)
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("fist/dora-home-1.png", picture(77, 40, 30))
	again("one added", o, 1)
	put("fist/dora-home-1.png", picture(78, 40, 30))
	again("one changed", o, 1)
	if err := os.Remove(filepath.Join(dir, "fist", "dora-home-1.png")); err != nil {
		t.Fatal(err)
	}
	again("one removed", o, 0)
	o.Flags.Dark = 200
	again("another limit of a flag", o, 0)
	o.MinSide = 31
	put("fist/dora-home-1.png", picture(79, 45, 40))
	put("Thumbs Up/dora-home-1.png", picture(80, 45, 40))
	for name := range sound() {
		if strings.Contains(name, "ann") {
			put(name, picture(len(name)*3+int(name[len(name)-5]), 44, 33))
		}
	}
	again("a limit that old captures miss", o, 6)
	o.Size = 48
	again("another size", o, 6)
}
