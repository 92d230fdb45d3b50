package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/ingest/archive"
)

type file struct{ name, text string }

func zipOf(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		out, err := w.Create(f.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(out, f.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarOf(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Size: int64(len(f.text)), Mode: 0o644, Typeflag: tar.TypeReg}
		if target, ok := strings.CutPrefix(f.text, "link:"); ok {
			h.Typeflag, h.Linkname, h.Size, f.text = tar.TypeSymlink, target, 0, ""
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipOf(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data)
	_ = w.Close()
	return b.Bytes()
}

// unpack returns "name=text" or "name!fault" for each entry.
func unpack(t testing.TB, data []byte, l archive.Limits) (list []string, err error) {
	t.Helper()
	parent := t.TempDir()
	dir := filepath.Join(parent, "in", "side")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(parent, "a")
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	entries, err := archive.Unpack(t.Context(), name, dir, l, func(n string) bool { return strings.HasPrefix(n, ".") && !strings.HasPrefix(n, "..") })
	files := 0
	for _, e := range entries {
		if e.File == "" {
			list = append(list, fmt.Sprintf("%s!%v", e.Name, e.Fault))
			continue
		}
		files++
		text, err := os.ReadFile(filepath.Join(dir, e.File))
		if err != nil || int64(len(text)) != e.Size {
			t.Errorf("%s: %v", e.Name, err)
		}
		list = append(list, e.Name+"="+string(text))
	}
	if there, _ := filepath.Glob(filepath.Join(dir, "*")); len(there) != files && err == nil {
		t.Errorf("%d files of %d entries: %q", len(there), files, there)
	}
	if outside, _ := filepath.Glob(filepath.Join(parent, "in", "*")); len(outside) != 1 {
		t.Errorf("files outside of the folder: %q", outside)
	}
	return list, err
}

func limits() archive.Limits { return archive.Limits{Files: 10, Bytes: 1000, FileBytes: 500} }

func TestUnpack(t *testing.T) {
	good := []file{{"fist/1.jpg", "one"}, {"palm/", ""}, {"palm/2.jpg", "two"}, {".hidden", "x"}}
	want := "fist/1.jpg=one palm/2.jpg=two"
	for name, data := range map[string][]byte{
		"zip": zipOf(t, good...), "tar": tarOf(t, good[0], good[2], good[3]), "tar.gz": gzipOf(tarOf(t, good[0], good[2])),
	} {
		if got, err := unpack(t, data, limits()); err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for _, n := range []string{"a.zip", "A.ZIP", "b.tar.gz", "c.tgz", "d.tar"} {
		if !archive.Named(n) || archive.Named(n+".jpg") {
			t.Errorf("%s is not told by its name", n)
		}
	}
}

func TestHostileArchives(t *testing.T) {
	bad := []file{{"../up.jpg", "a"}, {"/etc/x", "b"}, {"a/../../y", "c"}, {`..\z`, "d"}, {"ok.jpg", "e"}, {"ok.jpg", "f"}, {"big", strings.Repeat("0", 501)}}
	want := "[../up.jpg!its path leads out of the archive /etc/x!its path leads out of the archive a/../../y!its path leads out of the archive ../z!its path leads out of the archive " +
		"ok.jpg=e ok.jpg!the archive has a file of this name before it big!file too large: more than 500 bytes]"
	for name, data := range map[string][]byte{"zip": zipOf(t, bad...), "tar": tarOf(t, bad...)} {
		if got, err := unpack(t, data, limits()); err != nil || fmt.Sprint(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if got, err := unpack(t, tarOf(t, file{"l", "link:/etc/passwd"}, file{"l/passwd", "x"}), limits()); err != nil || fmt.Sprint(got) != "[l!it is a link or a device l/passwd=x]" {
		t.Errorf("link: %q, %v", got, err)
	}
	var many []file
	for i := range 11 {
		many = append(many, file{fmt.Sprint(i), "x"})
	}
	half := strings.Repeat("0", 400)
	whole := gzipOf(tarOf(t, file{"a", "one"}, file{"b", strings.Repeat("two", 100)}))
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"many files":    {zipOf(t, many...), archive.ErrTooLarge},
		"many bytes":    {gzipOf(tarOf(t, file{"a", half}, file{"b", half}, file{"c", half})), archive.ErrTooLarge},
		"bomb":          {zipOf(t, file{"a", half}, file{"b", half}, file{"c", half}), archive.ErrTooLarge},
		"cut gzip":      {whole[:len(whole)-20], archive.ErrBroken},
		"cut zip":       {zipOf(t, many[0])[:60], archive.ErrBroken},
		"no tar in it":  {gzipOf([]byte(strings.Repeat("x", 600))), archive.ErrBroken},
		"a picture":     {[]byte("\xff\xd8\xff\xe0"), archive.ErrNotArchive},
		"an empty file": {nil, archive.ErrNotArchive},
	} {
		if _, err := unpack(t, c.data, limits()); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	spoilt := zipOf(t, file{"a", half}, file{"b", "two"})
	spoilt[40] ^= 0xff
	if got, err := unpack(t, spoilt, limits()); err != nil || len(got) != 2 || !strings.HasPrefix(got[0], "a!archive is broken") || got[1] != "b=two" {
		t.Errorf("a file with a wrong checksum: %q, %v", got, err)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(zipOf(f, file{"a/b.jpg", "text"}, file{"../c", "d"}))
	f.Add(tarOf(f, file{"a/b.jpg", "text"}, file{"l", "link:/"}))
	f.Add(gzipOf(tarOf(f, file{"a", "b"})))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		_, _ = unpack(t, data, limits())
	})
}
