package ingest_test

import (
	"errors"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/ingest"
	"github.com/gesturekit/gesturekit/pipeline"
)

func TestGroupsByLayout(t *testing.T) {
	r := must(t, options(write(t, map[string]string{
		"fist/ann/IMG_1.png": picture(1, 40, 30), "fist/bob/deep/er/2.png": picture(2, 40, 30),
		"wave/dan-sofa-003.png": picture(3, 40, 30), "wave/éva-bureau-4.png": picture(4, 40, 30),
		"wave/IMG-20240501-WA0001.png": picture(5, 40, 30), "wave/IMG_1118.png": picture(6, 40, 30),
	})))
	got := r.groups()
	own := map[string]string{}
	for _, s := range r.m.Samples {
		own[s.Source] = "wave:" + s.SHA256[:8]
	}
	for source, want := range map[string]string{
		"fist/ann/IMG_1.png": "fist:ann", "fist/bob/deep/er/2.png": "fist:bob",
		"wave/dan-sofa-003.png": "wave:dan", "wave/éva-bureau-4.png": "wave:éva",
		"wave/IMG-20240501-WA0001.png": own["wave/IMG-20240501-WA0001.png"], "wave/IMG_1118.png": own["wave/IMG_1118.png"],
	} {
		if got[source] != want {
			t.Errorf("%s: group %q, want %q", source, got[source], want)
		}
	}
	contains(t, "warnings", strings.Join(r.warnings, "\n"), "of 2 of 6 captures neither person nor session is known", "ingest.groups.pattern")
}

func TestGroupsByPattern(t *testing.T) {
	captures := write(t, map[string]string{
		"fist/x_p1_s1.png": picture(1, 40, 30), "fist/x_p2_s9.png": picture(2, 40, 30), "wave/x_p1_s1.png": picture(3, 40, 30),
		"wave/other.png": picture(4, 40, 30), "wave/x_p_s3.png": picture(5, 40, 30), "ok_p1_s1.png": picture(6, 40, 30),
	})
	for pattern, want := range map[string]map[string]string{
		`_p(?P<person>\d*)_s(?P<session>\d)`: {"fist/x_p1_s1.png": "fist:1", "fist/x_p2_s9.png": "fist:2", "wave/x_p1_s1.png": "wave:1", "wave/x_p_s3.png": "wave:3"},
		`_s(?P<session>\d)`:                  {"fist/x_p1_s1.png": "fist:1", "fist/x_p2_s9.png": "fist:9", "wave/x_p1_s1.png": "wave:1", "wave/x_p_s3.png": "wave:3"},
		`(?P<category>\w+)_p(?P<group>\d)`: {
			"fist/x_p1_s1.png": "x:1", "fist/x_p2_s9.png": "x:2", "wave/x_p1_s1.png": "x:1", "ok_p1_s1.png": "ok:1",
		},
	} {
		o := options(captures)
		o.Groups.Pattern = pattern
		r := must(t, o)
		if got := r.groups(); !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", pattern, got, want)
		}
		if r.quarantine["wave/other.png"] != "no-group" || len(r.quarantine)+len(want) != 6 {
			t.Errorf("%s: quarantine %v", pattern, r.quarantine)
		}
		if reason := r.quarantine["ok_p1_s1.png"]; (reason == "no-category") == strings.Contains(pattern, "category") {
			t.Errorf("%s: a capture outside the folders: reason %q", pattern, reason)
		}
	}
}

func TestGroupsByFile(t *testing.T) {
	data := map[string]string{
		"set/fist/1.png": picture(1, 40, 30), "set/fist/2.png": picture(2, 40, 30), "set/wave/3.png": picture(3, 40, 30),
		"set/wave/4.png": picture(4, 40, 30), "set/wave/5.png": picture(5, 40, 30), "set/top.png": picture(6, 40, 30),
	}
	const own = "\ufeffpath;person;category\r\nset/fist/1.png; ann ;\r\nset\\fist\\2.png;bob;nod\r\nset/wave/3.png;ann;\r\nset/wave/4.png;;\r\nset/gone.png;cy;\r\nset/gone.png;cy;\r\nset/top.png;cy;nod\r\n"
	base := write(t, with(data, map[string]string{
		"groups.csv":        own,
		"other/groups.csv":  strings.ReplaceAll(strings.ReplaceAll(own, "set/", ""), `set\`, ""),
		"set/fist/here.csv": strings.ReplaceAll(strings.ReplaceAll(own, "set/", "../"), `set\`, `..\`),
	}))
	want := map[string]string{"fist/1.png": "fist:ann", "fist/2.png": "nod:bob", "wave/3.png": "wave:ann", "top.png": "nod:cy"}
	for _, file := range []string{"groups.csv", "other/groups.csv", "set/fist/here.csv"} {
		o := options(filepath.Join(base, "set"))
		o.Groups.File = filepath.Join(base, filepath.FromSlash(file))
		r, err := run(t, o, 2)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if got := r.groups(); !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", file, got, want)
		}
		reasons := map[string]int{}
		for _, reason := range r.quarantine {
			reasons[reason]++
		}
		more := 0
		if file != "set/fist/here.csv" { // then here.csv itself is a file among the captures
			more = 1
		}
		if reasons["no-group"] != 2+more || reasons["missing"] != 1 || len(r.quarantine) != 3+more {
			t.Errorf("%s: quarantine %v", file, r.quarantine)
		}
		contains(t, file, r.details["wave/4.png"], filepath.Base(file), "line 5 has no group")
		contains(t, file, r.details["wave/5.png"], filepath.Base(file), "does not list it")
	}
}

func TestFaultsOfTheGroupsFile(t *testing.T) {
	captures := write(t, sound())
	for name, c := range map[string]struct{ text, want string }{
		"empty":           {"", "it is empty"},
		"columns":         {"file,who\n", `line 1: no column "path" among "file", "who": name the right one in ingest.groups.path`},
		"more columns":    {"file,who\n", `line 1: no column "person"`},
		"twice":           {"path,person,person\n", `line 1: column "person" stands twice`},
		"short line":      {"path,person\nfist/ann-home-0.png\n,x\n", "line 2: wrong number of fields"},
		"short and empty": {"path,person\nfist/ann-home-0.png\n,x\n", `line 3: column "path" is empty`},
		"quote":           {"path,person\n\"a,x\n", "quote"},
		"not UTF-8":       {"path,person\nfist/ann-home-0.png,\xff\n", "line 2: not UTF-8"},
		"time":            {"path,person,taken_at\nfist/ann-home-0.png,ann,12.12.2017\n", `line 2: taken_at "12.12.2017": want a time such as 2017-12-12T11:11:40`},
		"two times":       {"path,person,taken_at\nfist/ann-home-0.png,ann,2017-12-12T11:11:40\nfist/ann-home-0.png,ann,\n", "line 3 says that fist/ann-home-0.png was taken \"\""},
		"header alone":    {"path,person\n", "it lists no capture"},
		"contradiction":   {"path,person\nfist/ann-home-0.png,ann\nfist/ann-home-0.png,bob\n", `line 3 says group "bob"`},
		"other folder":    {"path,person\nx/y.png,ann\n", `none of its 1 paths, such as "x/y.png", is a capture`},
	} {
		o := options(captures)
		o.Groups.File = filepath.Join(write(t, map[string]string{"g.csv": c.text}), "g.csv")
		_, err := run(t, o, 1)
		if !errors.Is(err, dataset.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", name, err)
			continue
		}
		contains(t, name, err.Error(), "g.csv", c.want)
	}
	o := options(captures)
	o.Groups.File = filepath.Join(captures, "none.csv")
	_, err := run(t, o, 1)
	if !errors.Is(err, dataset.ErrInvalid) || !strings.Contains(err.Error(), "none.csv: it does not exist") {
		t.Errorf("no file: got %v", err)
	}
}

func TestSettingsNameNoMachine(t *testing.T) {
	base := write(t, with(sound(), map[string]string{"g.csv": "x"}))
	o := options(filepath.Join(base, "fist"))
	o.Groups.File = filepath.Join(base, "g.csv")
	s := ingest.Stage{Options: o}
	got := s.Settings().(ingest.Options)
	if got.Captures != "folder" || got.Groups.File != "../g.csv" {
		t.Errorf("settings %+v", got)
	}
	if in := s.Inputs(); len(in) != 2 || in[0] != o.Captures || in[1] != o.Groups.File {
		t.Errorf("inputs %q", in)
	}
	if got := (ingest.Stage{Options: options("")}).Settings().(ingest.Options).Captures; got != "synth" {
		t.Errorf("captures %q, want the stage they come from", got)
	}
	var _ pipeline.Stage = s
}

// A groups file that corrects some captures leaves the others to folder and name.
func TestGroupsByFileAndLayout(t *testing.T) {
	captures := write(t, map[string]string{
		"fist/ann-home-0.png": picture(1, 40, 30), "fist/bob-home-0.png": picture(2, 40, 30), "wave/cy/3.png": picture(3, 40, 30), "wave/4.png": picture(4, 40, 30),
		".groups.csv": "path,person\nfist/bob-home-0.png,ann\nwave/4.png,dee\n",
	})
	o := options(captures)
	o.Groups.File, o.Groups.Rest = filepath.Join(captures, ".groups.csv"), "layout"
	want := map[string]string{"fist/ann-home-0.png": "fist:ann", "fist/bob-home-0.png": "fist:ann", "wave/cy/3.png": "wave:cy", "wave/4.png": "wave:dee"}
	if got := must(t, o).groups(); !maps.Equal(got, want) {
		t.Errorf("groups %v, want %v", got, want)
	}
}

// What the groups file says of time and camera goes before EXIF; captures that
// it gives no group are set aside, or grouped by time.
func TestGroupsByTime(t *testing.T) {
	captures := write(t, map[string]string{
		"fist/1.png": picture(1, 40, 30), "fist/2.png": picture(2, 40, 30), "wave/3.png": picture(3, 40, 30), "wave/4.png": picture(4, 40, 30),
		"fist/5.png": picture(5, 40, 30), "wave/6.png": picture(6, 40, 30),
		".times.csv": "path,person,taken_at,camera\nfist/1.png,ann,2024-05-01T10:00:00,Canon\nfist/2.png,,2024-05-01T10:00:15,Canon\n" +
			"wave/3.png,,2024-05-01T11:00:00+02:00,Canon\nwave/4.png,,2024-05-01T11:00:20,Canon\nfist/5.png,,2024-05-01T11:00:20,Nikon\nwave/6.png,,,\n",
	})
	o := options(captures)
	o.Groups.File = filepath.Join(captures, ".times.csv")
	_, err := run(t, o, 1)
	if err == nil {
		t.Fatal("without bursts: captures without a group are kept")
	}
	contains(t, "without bursts", err.Error(), `category "wave" has no usable capture: 3 no-group`)
	o.Groups.Rest = "burst"
	r := must(t, o)
	want := map[string]string{
		"fist/1.png": "fist:ann", "fist/2.png": "fist:ann", "wave/3.png": "wave:burst-20240501-110000-canon",
		"wave/4.png": "wave:burst-20240501-110000-canon", "fist/5.png": "fist:burst-20240501-110020-nikon",
	}
	if got := r.groups(); !maps.Equal(got, want) {
		t.Errorf("groups %v, want %v", got, want)
	}
	for _, s := range r.m.Samples {
		if s.Source == "wave/3.png" && (s.TakenAt != "2024-05-01T11:00:00+02:00" || s.Camera != "Canon") {
			t.Errorf("%s was taken %q with %q", s.Source, s.TakenAt, s.Camera)
		}
	}
	contains(t, "quarantine", r.details["wave/6.png"], "line 7 has no group, and when it was taken is not known")
	contains(t, "warnings", strings.Join(r.warnings, "\n"), "of 3 of 5 captures neither person nor session is known, so they are grouped by time, in 2 bursts")
}
