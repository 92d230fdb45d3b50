package ingest_test

import (
	"encoding/binary"
	"hash/crc32"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/ingest"
)

func TestQuarantine(t *testing.T) {
	whole := picture(1, 40, 30)
	long := picture(50, 2000, 3)
	head := "IHDR\x00\x00\x3a\x98\x00\x00\x3a\x98\x08\x02\x00\x00\x00" // 15,000 x 15,000 pixels
	bomb := "\x89PNG\r\n\x1a\n\x00\x00\x00\r" + head + string(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(head))))
	more := map[string]string{
		"stray.png":                  picture(51, 40, 30),
		"fist/notes.txt":             "no picture",
		"fist/empty-a-1.png":         "",
		"fist/ann-x-cut.png":         whole[:len(whole)-40],
		"fist/ann-x-bomb.png":        bomb,
		"fist/ann-x-phone.jpg":       "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00",
		"fist/ann-x-thin.png":        long,
		"fist/zed-x-1.png":           picture(2, 40, 30), // as fist/ann-home-1.png
		"Thumbs Up/zed-x-2.png":      picture(7, 40, 30), // as Thumbs Up/ann-home-0.png
		"fist/ann-x-both.png":        picture(60, 40, 30),
		"Thumbs Up/ann-x-both.png":   picture(60, 40, 30),
		"fist/cy-x-both.png":         picture(60, 40, 30),
		"fist/empty-b-2.png":         "",
		"Thumbs Up/empty-c-3.png":    "",
		"fist/line\nbreak-x-1.png":   picture(61, 40, 30),
		"fist/not-utf8-\xff.png":     picture(62, 40, 30),
		"fist/.hidden.png":           "ignored",
		"fist/Thumbs.db":             "ignored",
		".cache/x.png":               "ignored",
		"__MACOSX/fist/ann-x-1.png":  "ignored",
		"fist/sub/deep/ann-x-01.png": picture(63, 40, 30),
	}
	files := with(sound(), more)
	r := must(t, options(write(t, files)))
	want := map[string]string{
		"stray.png": "no-category", "fist/notes.txt": "not-an-image", "fist/empty-a-1.png": "not-an-image",
		"fist/empty-b-2.png": "not-an-image", "Thumbs Up/empty-c-3.png": "not-an-image",
		"fist/ann-x-cut.png": "truncated", "fist/ann-x-bomb.png": "too-large", "fist/ann-x-phone.jpg": "truncated",
		"fist/ann-x-thin.png": "too-small", "fist/zed-x-1.png": "duplicate", "Thumbs Up/zed-x-2.png": "duplicate",
		"fist/ann-x-both.png": "conflict", "Thumbs Up/ann-x-both.png": "conflict", "fist/cy-x-both.png": "conflict",
		`fist/line\nbreak-x-1.png`: "bad-name", `fist/not-utf8-\xff.png`: "bad-name",
	}
	if !maps.Equal(r.quarantine, want) {
		t.Errorf("quarantine\n%v\nwant\n%v\n%v", r.quarantine, want, r.details)
	}
	const ignored = 4
	if n := len(r.m.Samples) + len(r.quarantine); n != len(files)-ignored {
		t.Errorf("%d kept and %d quarantined of %d captures", len(r.m.Samples), len(r.quarantine), len(files)-ignored)
	}
	contains(t, "detail", r.details["fist/zed-x-1.png"], "fist/ann-home-1.png")
	contains(t, "detail", r.details["fist/ann-x-both.png"], "Thumbs Up/ann-x-both.png")
	contains(t, "detail", r.details["Thumbs Up/ann-x-both.png"], "fist/ann-x-both.png")
	contains(t, "warnings", strings.Join(r.warnings, "\n"), "16 of 29 captures quarantined: 4 not-an-image, 3 conflict, 2 bad-name", ingest.QuarantineFile)
	for name, detail := range r.details {
		if strings.Contains(detail, r.root) || strings.Contains(detail, os.TempDir()) {
			t.Errorf("%s: the detail %q names this machine's folders", name, detail)
		}
	}
}

func TestUnreadableFiles(t *testing.T) {
	captures := write(t, with(sound(), map[string]string{"fist/ann-x-1.png": picture(90, 40, 30), "fist/ann-x-2.png": "x"}))
	if err := os.Symlink("nowhere", filepath.Join(captures, "fist", "ann-x-3.png")); err != nil {
		t.Skip("no symbolic links here")
	}
	o := options(captures)
	o.MaxBytes = int64(len(picture(90, 40, 30))) + 200
	if err := os.WriteFile(filepath.Join(captures, "fist", "ann-x-2.png"), make([]byte, o.MaxBytes+1), 0o644); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(captures, "fist", "ann-x-1.png")
	if err := os.Chmod(secret, 0); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"fist/ann-x-2.png": "too-large", "fist/ann-x-3.png": "unreadable"}
	if f, err := os.Open(secret); err == nil { // a superuser reads everything
		f.Close()
	} else {
		want["fist/ann-x-1.png"] = "unreadable"
	}
	if r := must(t, o); !maps.Equal(r.quarantine, want) {
		t.Errorf("quarantine %v, want %v", r.quarantine, want)
	}
}
