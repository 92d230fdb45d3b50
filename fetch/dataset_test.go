package fetch_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/fetch"
)

func packed(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for i := 0; i < len(files); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: files[i], Size: int64(len(files[i+1])), Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDataset(t *testing.T) {
	data := packed(t, "top/noise.csv", "x", "top/train/peace/1.jpg", "one", "top/val/peace/2.jpg", "two", "../../evil", "x", "top/val/../../../evil", "x")
	content := sum([]byte(sum([]byte("one")) + "  peace/1.jpg\n" + sum([]byte("two")) + "  peace/2.jpg\n"))
	for name, test := range map[string]struct {
		d     fetch.Dataset
		cut   []int
		fault string
	}{
		"by its archive":          {d: fetch.Dataset{SHA256: sum(data), Bytes: int64(len(data)), Files: 2}},
		"by its content":          {d: fetch.Dataset{Content: content, Files: 2}},
		"by both, broken off":     {d: fetch.Dataset{Content: content, SHA256: sum(data), Files: 2}, cut: []int{100, 20}},
		"another archive":         {d: fetch.Dataset{SHA256: sum(nil), Files: 2}, fault: "wrong checksum: SHA-256 is"},
		"another length":          {d: fetch.Dataset{Bytes: 7, Files: 2}, fault: "want 7: the file was changed there"},
		"other content":           {d: fetch.Dataset{Content: sum(nil), Files: 2}, fault: "wrong checksum: the SHA-256 of the content is " + content},
		"another number of files": {d: fetch.Dataset{Files: 3}, fault: "wrong checksum: 2 files, want 3"},
	} {
		t.Run(name, func(t *testing.T) {
			s, dir := serve(t, data), t.TempDir()
			s.cut = test.cut
			d := test.d
			d.Name, d.URL, d.Folders = "hands", s.URL+"/x/hands.tgz", []string{"top/train", "top/val"}
			fresh, err := s.fetcher(nil).Dataset(t.Context(), d, dir)
			if test.fault != "" {
				if err == nil || !strings.Contains(err.Error(), s.URL+"/x/hands.tgz: "+test.fault) && !strings.Contains(err.Error(), test.fault) {
					t.Errorf("%v, want %s", err, test.fault)
				}
				if _, err := os.Stat(filepath.Join(dir, "hands")); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("the folder is there: %v", err)
				}
				return
			}
			if err != nil || !fresh {
				t.Fatal(fresh, err)
			}
			holds(t, dir, map[string]string{"hands/peace/1.jpg": "one", "hands/peace/2.jpg": "two"})
			if fresh, err := s.fetcher(nil).Dataset(t.Context(), d, dir); fresh || err != nil {
				t.Errorf("once more: %v, %v", fresh, err)
			}
			if err := os.Remove(filepath.Join(dir, "hands", "peace", "2.jpg")); err != nil {
				t.Fatal(err)
			}
			if _, err := s.fetcher(nil).Dataset(t.Context(), d, dir); !errors.Is(err, fetch.ErrChecksum) || !strings.Contains(err.Error(), "move it away to fetch it again") {
				t.Errorf("a file is gone: %v", err)
			}
		})
	}
}

func TestDatasetsArePinned(t *testing.T) {
	names := map[string]bool{}
	for _, d := range fetch.Datasets() {
		if names[d.Name] || d.About == "" || d.License == "" || d.Files == 0 || len(d.Folders) == 0 || !strings.HasPrefix(d.URL, "https://") {
			t.Errorf("%+v", d)
		}
		names[d.Name] = true
		pins := 0
		for _, pin := range []string{d.SHA256, d.Content} {
			if raw, err := hex.DecodeString(pin); err != nil || len(raw) != 0 && len(raw) != 32 {
				t.Errorf("%s: %q is no SHA-256", d.Name, pin)
			}
			if pin != "" {
				pins++
			}
		}
		if pins == 0 {
			t.Errorf("%s has no checksum", d.Name)
		}
	}
}
