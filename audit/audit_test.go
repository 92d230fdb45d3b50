package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/audit"
	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
)

// folder is a dataset on disk in the making.
type folder struct {
	t       *testing.T
	dir     string
	samples []dataset.Sample
}

func newFolder(t *testing.T) *folder { return &folder{t: t, dir: t.TempDir()} }

// add adds a sample of a group of its own in the role, with the image's bytes.
func (f *folder) add(id string, role dataset.Role, image []byte) *dataset.Sample {
	f.t.Helper()
	category, _, _ := strings.Cut(id, "-")
	s := dataset.Sample{
		ID: id, Path: "images/" + id, Category: category, Group: id, Source: id, SHA256: "capture of " + id,
		Partition: dataset.Known, Role: role, Label: dataset.NoLabel,
	}
	if role == dataset.NoRole {
		s.Partition = dataset.NoPartition
	}
	name := filepath.Join(f.dir, filepath.FromSlash(s.Path))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if image != nil {
		if err := os.WriteFile(name, image, 0o644); err != nil {
			f.t.Fatal(err)
		}
	}
	f.samples = append(f.samples, s)
	return &f.samples[len(f.samples)-1]
}

// audit writes the manifest and audits the folder.
func (f *folder) audit(o audit.Options) audit.Result {
	f.t.Helper()
	if err := dataset.New(f.samples).Write(f.dir); err != nil {
		f.t.Fatal(err)
	}
	opened, err := audit.Open(f.dir)
	if err != nil {
		f.t.Fatal(err)
	}
	r, err := audit.Examine(f.t.Context(), opened, o, pipeline.Env{Workers: 3})
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

// picture returns a coloured square with a darker corner, as PNG.
func picture(t *testing.T, c color.RGBA) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, drawn(c)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func drawn(c color.RGBA) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 16, 16))
	for i := range 256 {
		img.SetRGBA(i%16, i/16, c)
	}
	img.SetRGBA(1, 1, color.RGBA{0, 0, 0, 255})
	return img
}

// brief is a finding without its details.
type brief struct {
	Check          audit.Check
	Level          audit.Level
	Leak, Conflict bool
	A, B           string
}

func briefs(r audit.Result) []brief {
	var out []brief
	for _, f := range r.Findings {
		out = append(out, brief{f.Check, f.Level, f.Leak, f.Conflict, f.A, f.B})
	}
	return out
}

func TestExactCopies(t *testing.T) {
	red, blue := picture(t, color.RGBA{200, 0, 0, 255}), picture(t, color.RGBA{0, 0, 200, 255})
	redAgain := append(bytes.Clone(red), "trailer"...) // other bytes, same pixels
	for name, c := range map[string]struct {
		fill func(f *folder)
		o    func(o *audit.Options)
		want []brief
	}{
		"clean": {fill: func(f *folder) {
			f.add("fist-a", dataset.Train, red)
			f.add("fist-b", dataset.Test, blue)
		}},
		"leak": {fill: func(f *folder) {
			f.add("fist-a", dataset.Train, red)
			f.add("fist-b", dataset.Test, red)
		}, want: []brief{{audit.Content, audit.Fail, true, false, "fist-a", "fist-b"}}},
		"duplicate in one role": {fill: func(f *folder) {
			f.add("fist-a", dataset.Train, red)
			f.add("fist-b", dataset.Train, red)
		}, want: []brief{{audit.Content, audit.Off, false, false, "fist-a", "fist-b"}}},
		"before the split": {fill: func(f *folder) {
			f.add("fist-a", dataset.NoRole, red)
			f.add("fist-b", dataset.NoRole, red)
		}, want: []brief{{audit.Content, audit.Off, false, false, "fist-a", "fist-b"}}},
		"behind an unused one": {fill: func(f *folder) {
			s := f.add("a", dataset.Unused, red)
			s.Category, s.Partition = "four", dataset.Unseen
			f.add("fist-b", dataset.Train, red)
			f.add("fist-c", dataset.Test, red)
		}, o: func(o *audit.Options) { o.Conflict = audit.Off }, want: []brief{
			{audit.Content, audit.Fail, true, false, "fist-b", "fist-c"}, {audit.Content, audit.Off, false, true, "a", "fist-b"},
		}},
		"unused is no role to leak to": {fill: func(f *folder) {
			f.add("fist-a", dataset.Train, red)
			s := f.add("four-b", dataset.Unused, red)
			s.Partition = dataset.Unseen
		}, want: []brief{{audit.Content, audit.Fail, false, true, "fist-a", "four-b"}}},
		"conflict": {fill: func(f *folder) {
			f.add("fist-a", dataset.Train, red)
			f.add("palm-b", dataset.Train, red)
		}, want: []brief{{audit.Content, audit.Fail, false, true, "fist-a", "palm-b"}}},
		"the third copy leaks": {fill: func(f *folder) {
			f.add("fist-a", dataset.Train, red)
			f.add("fist-b", dataset.Train, red)
			f.add("fist-c", dataset.Test, red)
		}, want: []brief{
			{audit.Content, audit.Fail, true, false, "fist-a", "fist-c"},
			{audit.Content, audit.Off, false, false, "fist-a", "fist-b"},
		}},
		"pixels": {fill: func(f *folder) {
			f.add("fist-a", dataset.Train, red)
			f.add("fist-b", dataset.Validation, redAgain)
		}, want: []brief{{audit.Pixels, audit.Fail, true, false, "fist-a", "fist-b"}}},
		"pixels off": {fill: func(f *folder) {
			f.add("fist-a", dataset.Train, red)
			f.add("fist-b", dataset.Validation, redAgain)
		}, o: func(o *audit.Options) { o.Pixels = audit.Off }},
		"warn": {fill: func(f *folder) {
			f.add("fist-a", dataset.Train, red)
			f.add("palm-b", dataset.Test, red)
		}, o: func(o *audit.Options) { o.Content, o.Conflict = audit.Warn, audit.Warn },
			want: []brief{{audit.Content, audit.Warn, true, true, "fist-a", "palm-b"}}},
		"a conflict is as grave as its level": {fill: func(f *folder) {
			f.add("fist-a", dataset.Train, red)
			f.add("palm-b", dataset.Test, red)
		}, o: func(o *audit.Options) { o.Content = audit.Off },
			want: []brief{{audit.Content, audit.Fail, true, true, "fist-a", "palm-b"}}},
		"a variant is no copy of its parent": {fill: func(f *folder) {
			f.add("fist-a", dataset.Train, red)
			s := f.add("fist-a-a1", dataset.Train, red)
			s.Parent, s.Group, s.SHA256, s.Trace = "fist-a", "fist-a", "capture of fist-a", json.RawMessage("[]")
		}},
		"the capture tells": {fill: func(f *folder) {
			f.add("fist-a", dataset.Train, red).SHA256 = "same"
			f.add("fist-b", dataset.Train, blue).SHA256 = "same"
		}, want: []brief{{audit.Content, audit.Off, false, false, "fist-a", "fist-b"}}},
		"missing and broken images": {fill: func(f *folder) {
			f.add("fist-a", dataset.Train, nil)
			f.add("fist-b", dataset.Train, red[:40])
		}, want: []brief{{audit.Images, audit.Fail, false, false, "fist-a", ""}, {audit.Images, audit.Fail, false, false, "fist-b", ""}}},
		"rules": {fill: func(f *folder) {
			f.add("fist-a", dataset.Train, red)
			f.add("fist-b", dataset.Test, blue).Group = "fist-a"
			f.add("four-c", dataset.Train, picture(t, color.RGBA{9, 9, 9, 255})).Partition = dataset.Unseen
		}, want: []brief{{audit.Rules, audit.Fail, false, false, "", ""}, {audit.Rules, audit.Fail, false, false, "", ""}}},
		"a path out of the folder": {fill: func(f *folder) {
			f.add("fist-a", dataset.Train, red).Path = "../fist-a"
		}, want: []brief{{audit.Rules, audit.Fail, false, false, "", ""}, {audit.Images, audit.Fail, false, false, "fist-a", ""}}},
	} {
		t.Run(name, func(t *testing.T) {
			f, o := newFolder(t), audit.Default()
			c.fill(f)
			if c.o != nil {
				c.o(&o)
			}
			r := f.audit(o)
			if diff := cmp.Diff(c.want, briefs(r)); diff != "" {
				t.Error(diff)
			}
			fails := len(c.want) > 0 && c.want[0].Level == audit.Fail
			if r.Passed == fails || errors.Is(r.Err(), dataset.ErrInvalid) != fails {
				t.Errorf("passed %v, error %v; fails %v", r.Passed, r.Err(), fails)
			}
		})
	}
}

func TestFiles(t *testing.T) {
	red := picture(t, color.RGBA{200, 0, 0, 255})
	f := newFolder(t)
	f.add("fist-a", dataset.Train, red)
	f.add("palm-b", dataset.Test, red)
	r := f.audit(audit.Default())
	dir := filepath.Join(t.TempDir(), "new")
	if err := r.Write(dir); err != nil {
		t.Fatal(err)
	}
	again, err := audit.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.Findings, again.Findings); diff != "" || again.Passed || again.Samples != 2 || len(again.Manifest) != 64 {
		t.Errorf("%+v: %s", again, diff)
	}
	table, err := os.ReadFile(filepath.Join(dir, audit.FindingsFile))
	if err != nil {
		t.Fatal(err)
	}
	if want := "content,fail,true,true,,,fist-a,images/fist-a,fist-a,fist,fist-a,train,palm-b,images/palm-b,palm-b,palm,palm-b,test\n"; !strings.HasSuffix(string(table), "\n"+want) {
		t.Errorf("got %s", table)
	}
	sheet, err := os.ReadFile(filepath.Join(dir, audit.SheetFile))
	if err != nil {
		t.Fatal(err)
	}
	if img, err := png.Decode(bytes.NewReader(sheet)); err != nil || img.Bounds().Dx() < 300 || img.At(20, 60) != (color.RGBA{200, 0, 0, 255}) {
		t.Errorf("the sheet lacks the pair: %v", err)
	}
	clean := newFolder(t)
	clean.add("fist-a", dataset.Train, red)
	if err := clean.audit(audit.Default()).Write(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, audit.SheetFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a sheet of an earlier audit is left: %v", err)
	}
}

func TestOpenFaults(t *testing.T) {
	empty, broken := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, dataset.FileName), []byte("id\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]error{
		empty: os.ErrNotExist, broken: dataset.ErrInvalid, filepath.Join(empty, "no"): os.ErrNotExist,
	} {
		if _, err := audit.Open(dir); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", dir, err, want)
		}
	}
}

func TestQuick(t *testing.T) {
	m := dataset.New([]dataset.Sample{
		{ID: "fist-a", Category: "fist", Group: "a", Role: dataset.Train, SHA256: "1"},
		{ID: "fist-b", Category: "fist", Group: "b", Role: dataset.Test, SHA256: "2"},
	})
	o := audit.Default()
	same := func(*dataset.Sample) string { return "same image" }
	warned := ""
	warn := func(note string) { warned += note }
	if err := audit.Quick(m, o, same, warn); !errors.Is(err, audit.ErrFound) || !strings.Contains(err.Error(), "leak, same bytes: fist-a (train") || warned != "" {
		t.Errorf("got %v, warned %q", err, warned)
	}
	if err := audit.Quick(m, o, func(s *dataset.Sample) string { return s.ID }, warn); err != nil || warned != "" {
		t.Errorf("got %v, warned %q", err, warned)
	}
	o.Content = audit.Warn
	if err := audit.Quick(m, o, same, warn); err != nil || !strings.HasPrefix(warned, "leak, same bytes") {
		t.Errorf("got %v, warned %q", err, warned)
	}
}

func TestOptions(t *testing.T) {
	if err := audit.Default().Validate(); err != nil {
		t.Error(err)
	}
	bad := audit.Options{Content: "no", Pixels: audit.Warn, Conflict: audit.Off, Near: audit.Off, Folds: 5, Epochs: 1}
	if err := bad.Validate(); err == nil || !strings.Contains(err.Error(), `audit.content is "no"`) {
		t.Errorf("got %v", err)
	}
}
