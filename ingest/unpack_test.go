package ingest_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/ingest"
)

func zipped(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		out, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write([]byte(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func tarred(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(files[name])), Mode: 0o600, Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// An archive counts as its files in its place: same images, names and groups.
func TestArchivesCountAsTheirFiles(t *testing.T) {
	var ids [][]string
	loose := sound()
	inCategory := map[string]string{"fist/all.zip": "", "Thumbs Up/all.tar": ""}
	fist, thumbs, wrapped := map[string]string{}, map[string]string{}, map[string]string{}
	for name, data := range sound() {
		category, file, _ := strings.Cut(name, "/")
		map[string]map[string]string{"fist": fist, "Thumbs Up": thumbs}[category][file] = data
		wrapped["hands/v1/"+name] = data
	}
	inCategory["fist/all.zip"], inCategory["Thumbs Up/all.tar"] = zipped(t, fist), tarred(t, thumbs)
	for i, files := range []map[string]string{loose, inCategory, {"all.zip": zipped(t, loose)}, {"all.zip": zipped(t, wrapped)}} {
		o := options(write(t, files))
		if i == 3 {
			o.Archives.Strip = 2
		}
		r := must(t, o)
		var list []string
		for _, s := range r.m.Samples {
			list = append(list, s.ID+" "+s.Category+" "+s.Group)
		}
		if len(list) != 12 || len(r.quarantine) != 0 {
			t.Errorf("%d: %d samples, quarantine %v", i, len(list), r.details)
		}
		ids = append(ids, list)
		if !slices.Equal(list, ids[0]) {
			t.Errorf("%d: %q, want %q", i, list, ids[0])
		}
		if i == 3 && r.m.Samples[0].Source != "all.zip/hands/v1/fist/"+filepath.Base(r.m.Samples[0].Source) {
			t.Errorf("source %q", r.m.Samples[0].Source)
		}
	}
}

func TestFaultsOfArchives(t *testing.T) {
	good := zipped(t, map[string]string{"ann-x-1.png": picture(90, 40, 30), "../../ann-x-2.png": picture(91, 40, 30), "a.txt": "text", "__MACOSX/x": "", ".x": ""})
	cut := tarred(t, map[string]string{"ann-x-1.png": picture(92, 40, 30), "ann-x-2.png": picture(93, 200, 200)})
	captures := write(t, with(sound(), map[string]string{
		"fist/good.zip": good, "fist/cut.tar": cut[:len(cut)/2], "fist/empty.zip": zipped(t, nil), "fist/cy-is-a.zip": picture(95, 40, 30),
		"fist/many.zip": zipped(t, map[string]string{"1": "", "2": "", "3": "", "4": ""}), "fist/broken.zip": good[:100],
	}))
	before := files(t, captures)
	o := options(captures)
	o.Archives.MaxFiles = 3
	r := must(t, o)
	want := map[string]string{
		"fist/good.zip/../../ann-x-2.png": "bad-name", "fist/good.zip/a.txt": "not-an-image", "fist/cut.tar": "unreadable",
		"fist/empty.zip": "not-an-image", "fist/many.zip": "too-large", "fist/broken.zip": "unreadable",
	}
	if !maps.Equal(r.quarantine, want) {
		t.Errorf("quarantine %v, want %v", r.quarantine, want)
	}
	if got := r.groups(); got["fist/good.zip/ann-x-1.png"] != "fist:ann" || got["fist/cut.tar/ann-x-1.png"] != "fist:ann" || got["fist/cy-is-a.zip"] != "fist:cy" {
		t.Errorf("groups %v", got)
	}
	if !maps.Equal(before, files(t, captures)) {
		t.Error("the captures changed")
	}
	again, err := run(t, o, 1)
	if err != nil || !maps.Equal(files(t, filepath.Join(r.root, "ingest")), files(t, filepath.Join(again.root, "ingest"))) {
		t.Errorf("one worker gives other bytes, %v", err)
	}
	if _, err := os.Stat(filepath.Join(r.root, "ingest", ingest.CapturesFile)); err != nil {
		t.Error(err)
	}
}
