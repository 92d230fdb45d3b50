package ingest_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// copied is captures of which some are near-duplicates, two of them without a
// name, some of persons, and two with nothing to be recognised by.
func copied() map[string]string {
	return map[string]string{
		"fist/1.png": picture(1, 64, 48), "wave/7.png": seen(1, 64, 48, true, 1), "wave/8.png": seen(1, 64, 48, false, 0.6),
		"fist/2.png": picture(2, 64, 48), "wave/2.png": picture(3, 64, 48),
		"fist/3.png": seen(4, 64, 48, false, 0.7), "wave/ann-sofa-1.png": picture(4, 64, 48), "wave/bob-sofa-1.png": seen(4, 64, 48, true, 1),
		"fist/dark.png": seen(5, 64, 48, false, 0.01), "wave/dark.png": seen(6, 64, 48, false, 0.02),
	}
}

func TestNearDuplicatesAreOneGroup(t *testing.T) {
	o := options(write(t, copied()))
	r := must(t, o)
	own := map[string]string{}
	for _, s := range r.m.Samples {
		own[s.Source] = s.SHA256[:8]
		if !strings.HasPrefix(s.ID, s.Category+"-"+s.Group+"-") {
			t.Errorf("sample %s is of group %s", s.ID, s.Group)
		}
		if _, err := os.Stat(filepath.Join(r.root, filepath.FromSlash(s.Path))); err != nil {
			t.Error(err)
		}
	}
	want := map[string]string{
		"fist/1.png": "fist:" + own["fist/1.png"], "wave/7.png": "wave:" + own["fist/1.png"], "wave/8.png": "wave:" + own["fist/1.png"],
		"fist/2.png": "fist:" + own["fist/2.png"], "wave/2.png": "wave:" + own["wave/2.png"],
		"fist/3.png": "fist:ann", "wave/ann-sofa-1.png": "wave:ann", "wave/bob-sofa-1.png": "wave:bob",
		"fist/dark.png": "fist:" + own["fist/dark.png"], "wave/dark.png": "wave:" + own["wave/dark.png"],
	}
	if got := r.groups(); !maps.Equal(got, want) {
		t.Errorf("groups %v, want %v", got, want)
	}
	contains(t, "warnings", strings.Join(r.warnings, "\n"),
		"of 3 of 10 captures neither person nor session is known, so near-duplicates are put together, in 1 groups",
		"of 4 of 10 captures neither person nor session is known, so each is a group of its own")

	images := 0
	for name := range files(t, filepath.Join(r.root, "ingest")) {
		if strings.HasPrefix(name, "images/") {
			images++
		}
	}
	if images != len(r.m.Samples) {
		t.Errorf("%d images of %d samples", images, len(r.m.Samples))
	}

	o.Groups.Near = 0
	for source, group := range must(t, o).groups() {
		if name := group[strings.Index(group, ":")+1:]; name != own[source] && name != "ann" && name != "bob" {
			t.Errorf("without near-duplicates %s is in group %s", source, group)
		}
	}
}

// A chain of near-duplicates, or a long row of captures, is one group that no
// limit parts; when it holds much of the dataset, that is said.
func TestLargeGroupsWithoutAPersonAreToldAloud(t *testing.T) {
	chain := map[string]string{}
	for i := range 4 {
		chain[fmt.Sprintf("fist/%d.png", i)] = seen(1, 64, 48, false, 1-0.1*float64(i))
		chain[fmt.Sprintf("fist/other-%d.png", i)] = picture(10+i, 64, 48)
		chain[fmt.Sprintf("wave/%d.png", i)] = picture(20+i, 64, 48)
	}
	const near = "near-duplicates of near-duplicates join"
	r := must(t, options(write(t, chain)))
	contains(t, "a third", strings.Join(r.warnings, "\n"), " has 4 of 12 captures, and all of them get one role: "+near, "ingest.groups.near", "ingest.groups.pattern")
	for i := range 4 {
		chain[fmt.Sprintf("wave/more-%d.png", i)] = picture(30+i, 64, 48)
	}
	if r := must(t, options(write(t, chain))); strings.Contains(strings.Join(r.warnings, "\n"), near) {
		t.Errorf("a quarter is told of, too: %q", r.warnings)
	}

	row := map[string]string{".times.csv": "path,person,taken_at\n"}
	for i := range 9 {
		name := fmt.Sprintf("fist/%d.png", i)
		row[name] = picture(40+i, 64, 48)
		row[".times.csv"] += fmt.Sprintf("%s,,2024-05-01T10:%02d:00\n", name, max(0, i-5)*10)
	}
	o := options(write(t, row))
	o.Groups.File, o.Groups.Rest = filepath.Join(o.Captures, ".times.csv"), "burst"
	contains(t, "a row", strings.Join(must(t, o).warnings, "\n"), "group burst-20240501-100000 has 6 of 9 captures", "captures join a burst one behind the other")
}

// Bursts with near-duplicates in them are one group, named after the capture
// that comes first by path.
func TestNearDuplicatesJoinBursts(t *testing.T) {
	captures := write(t, map[string]string{
		"fist/1.png": picture(1, 64, 48), "fist/2.png": picture(2, 64, 48), "fist/3.png": picture(3, 64, 48), "fist/4.png": seen(1, 64, 48, true, 0.8),
		".times.csv": "path,person,taken_at\nfist/1.png,,2024-05-01T12:00:00\nfist/2.png,,2024-05-01T11:00:00\nfist/3.png,,2024-05-01T10:00:10\nfist/4.png,,2024-05-01T10:00:00\n",
	})
	o := options(captures)
	o.Groups.File, o.Groups.Rest = filepath.Join(captures, ".times.csv"), "burst"
	r := must(t, o)
	want := map[string]string{
		"fist/1.png": "fist:burst-20240501-120000", "fist/2.png": "fist:burst-20240501-110000",
		"fist/3.png": "fist:burst-20240501-120000", "fist/4.png": "fist:burst-20240501-120000",
	}
	if got := r.groups(); !maps.Equal(got, want) {
		t.Errorf("groups %v, want %v", got, want)
	}
}

// A run that was killed while it renamed images gives the same bytes.
func TestResumeAfterRenames(t *testing.T) {
	o := options(write(t, copied()))
	whole := must(t, o)
	want := files(t, filepath.Join(whole.root, "ingest"))
	root := t.TempDir()
	interrupt(t, o, root, 25) // all images are written
	moved := 0
	for _, s := range whole.m.Samples {
		if s.Group == s.SHA256[:8] || s.Group == "ann" && s.Source != "fist/3.png" || s.Group == "bob" {
			continue
		}
		if moved++; moved == 2 {
			break
		}
		images := filepath.Join(root, ".gesturekit", "ingest.unfinished", "images", s.Category)
		from := filepath.Join(images, s.Category+"-"+s.SHA256[:8]+"-"+s.SHA256[:8]+".jpg")
		if err := os.Rename(from, filepath.Join(images, s.ID+".jpg")); err != nil {
			t.Fatal(err)
		}
	}
	r, err := runIn(t, o, 2, root)
	if err != nil {
		t.Fatal(err)
	}
	if got := files(t, filepath.Join(r.root, "ingest")); !maps.Equal(got, want) || moved < 2 {
		t.Errorf("other bytes: %v, want %v", got, want)
	}
}
