package ingest_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/ingest"
)

func TestFaultsOfTheCaptures(t *testing.T) {
	dir := func(more map[string]string) string { return write(t, with(sound(), more)) }
	empty := dir(nil)
	for _, name := range []string{"wave", "nod"} {
		if err := os.MkdirAll(filepath.Join(empty, name, "sub"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	linked := dir(nil)
	if err := os.Symlink(filepath.Join(empty, "fist"), filepath.Join(linked, "wave")); err != nil {
		t.Skip("no symbolic links here")
	}
	for name, c := range map[string]struct {
		captures string
		want     []string
	}{
		"missing":           {filepath.Join(empty, "no", "where"), []string{"does not exist", "ingest.captures"}},
		"a file":            {filepath.Join(empty, "fist", "ann-home-0.png"), []string{"is not a folder"}},
		"nothing":           {t.TempDir(), []string{"holds no file"}},
		"empty categories":  {empty, []string{`"nod" is empty`, `"wave" is empty`, "add captures or remove it"}},
		"reserved":          {dir(map[string]string{"Train/a.png": picture(80, 40, 30), "na/b.png": picture(81, 40, 30)}), []string{`category "Train"`, `"na/b.png"`, "reserved", "rename it"}},
		"case":              {dir(map[string]string{"FIST/a.png": picture(80, 40, 30)}), []string{`"FIST" and "fist"`, "differ only in case"}},
		"odd name":          {dir(map[string]string{"a:b/a.png": picture(80, 40, 30), "c /b.png": picture(81, 40, 30)}), []string{`category "a:b"`, `category "c "`}},
		"not UTF-8":         {dir(map[string]string{"f\xffst/a.png": picture(80, 40, 30)}), []string{`category "f\xffst"`, "not UTF-8"}},
		"all unusable":      {dir(map[string]string{"wave/a.txt": "a", "wave/b.txt": "b"}), []string{`category "wave" has no usable capture: 2 not-an-image`, `"wave/a.txt"`}},
		"conflict of all":   {dir(map[string]string{"wave/a.png": picture(1, 40, 30)}), []string{`category "wave" has no usable capture: 1 conflict`, "fist/ann-home-0.png"}},
		"link to a folder":  {linked, []string{"links to folders are not followed", `"wave"`}},
		"files and nothing": {write(t, map[string]string{"a.png": picture(1, 40, 30)}), []string{"1 captures found, 0 kept, 1 quarantined (1 no-category)"}},
	} {
		r, err := run(t, options(c.captures), 2)
		if !errors.Is(err, dataset.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", name, err)
			continue
		}
		contains(t, name, err.Error(), c.want...)
		if _, err := os.Stat(filepath.Join(r.root, "ingest")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: a failed run left an output", name)
		}
	}
}

func TestTheRunMustNotLieInTheCaptures(t *testing.T) {
	captures := write(t, sound())
	_, err := runIn(t, options(captures), 1, filepath.Join(captures, "out"))
	if !errors.Is(err, dataset.ErrInvalid) {
		t.Fatalf("got %v, want ErrInvalid", err)
	}
	contains(t, "error", err.Error(), "lies inside")
}

func TestOptionsValidate(t *testing.T) {
	if err := ingest.Default().Validate(); err != nil {
		t.Fatalf("default: %v", err)
	}
	for want, spoil := range map[string]func(*ingest.Options){
		"ingest.size is 7, want 8 to 1024":              func(o *ingest.Options) { o.Size = 7 },
		"ingest.quality is 0, want 1 to 100":            func(o *ingest.Options) { o.Quality = 0 },
		"ingest.min_side is 0, want 1 or more":          func(o *ingest.Options) { o.MinSide = 0 },
		"ingest.max_pixels is 0":                        func(o *ingest.Options) { o.MaxPixels = 0 },
		"ingest.max_bytes is -1":                        func(o *ingest.Options) { o.MaxBytes = -1 },
		`ingest.fit "zoom": want crop, pad or stretch`:  func(o *ingest.Options) { o.Fit = "zoom" },
		"ingest.groups.pattern: error parsing":          func(o *ingest.Options) { o.Groups.Pattern = "(" },
		"(?P<who>...) is unknown":                       func(o *ingest.Options) { o.Groups.Pattern = "(?P<who>.)(?P<group>.)" },
		"(?P<group>...) stands twice":                   func(o *ingest.Options) { o.Groups.Pattern = "(?P<group>.)(?P<group>.)" },
		"want at least one of (?P<group>...)":           func(o *ingest.Options) { o.Groups.Pattern = "(?P<category>.)" },
		"are both set":                                  func(o *ingest.Options) { o.Groups.Pattern, o.Groups.File = "(?P<group>.)", "g.csv" },
		"ingest.groups.path is empty: want the name of": func(o *ingest.Options) { o.Groups.Path, o.Groups.File = "", "g.csv" },
		"ingest.groups.gap is -1, want 0 to 86400":      func(o *ingest.Options) { o.Groups.Gap = -1 },
		`ingest.groups.rest is "keep", want quarantine`: func(o *ingest.Options) { o.Groups.Rest = "keep" },
		"but ingest.groups.gap is 0":                    func(o *ingest.Options) { o.Groups.Rest, o.Groups.Gap = "burst", 0 },
	} {
		o := ingest.Default()
		spoil(&o)
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	bad := ingest.Options{Fit: "x"}
	if err := bad.Validate(); strings.Count(err.Error(), "\n") != 13 {
		t.Errorf("got %q, want all fourteen faults at once", err)
	}
	if _, err := run(t, bad, 1); err == nil {
		t.Error("a stage with invalid options runs")
	}
}
