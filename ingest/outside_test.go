package ingest_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/ingest"
)

// TestNothingOutsideTheCapturesIsRead leads out of the captures folder by links
// and by lines of the groups file, all to an image that would be a sound capture.
func TestNothingOutsideTheCapturesIsRead(t *testing.T) {
	base := write(t, map[string]string{
		"secret.png": picture(9, 40, 30), "set/fist/1.png": picture(1, 40, 30), "set/wave/2.png": picture(2, 40, 30), "secret.zip": "PK",
	})
	set, secret := filepath.Join(base, "set"), filepath.Join(base, "secret.png")
	const csv, lines = "path,person,category\n", ""
	row := func(path, person, category string) string { return path + "," + person + "," + category + "\n" }
	object := func(path, person, category string) string {
		return `{"path": "` + path + `", "person": "` + person + `", "category": "` + category + "\"}\n"
	}
	for name, c := range map[string]struct {
		head string
		line func(path, person, category string) string
	}{"csv": {csv, row}, "jsonl": {lines, object}} {
		// From below the captures, no line may lead out; ../wave/2.png does not.
		file := filepath.Join(set, "fist", ".groups."+name)
		text := c.head + c.line("1.png", "ann", "") + c.line("../wave/2.png", "bob", "") + c.line("../../secret.png", "cy", "fist") +
			c.line(secret, "cy", "fist") + c.line("../gone.png", "cy", "fist")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		o := options(set)
		o.Groups.File = file
		r := must(t, o)
		want := map[string]string{"../../secret.png": "outside", secret: "outside", "../gone.png": "missing"}
		if !maps.Equal(r.quarantine, want) || len(r.m.Samples) != 2 {
			t.Errorf("%s: %d samples, quarantine %v, want 2 and %v", name, len(r.m.Samples), r.quarantine, want)
		}
		contains(t, name, r.details["../../secret.png"], ".groups."+name+" line", "lists it, but it lies outside the captures folder")
	}

	for link, to := range map[string]string{
		"fist/absolute.png": secret, "fist/up.png": "../../secret.png", "wave/chain.png": "../fist/up.png", "wave/all.zip": "../../secret.zip",
		"wave/inside.png": "../fist/1.png",
	} {
		if err := os.Symlink(filepath.FromSlash(to), filepath.Join(set, filepath.FromSlash(link))); err != nil {
			t.Skip("no symbolic links here")
		}
	}
	want := map[string]string{
		"fist/absolute.png": "outside", "fist/up.png": "outside", "wave/chain.png": "outside", "wave/all.zip": "outside",
		"fist/1.png": "conflict", "wave/inside.png": "conflict", // a link inside is one more file of its content
	}
	more := filepath.Join(set, "fist", "3.png")
	if err := os.WriteFile(more, []byte(picture(3, 40, 30)), 0o644); err != nil {
		t.Fatal(err)
	}
	r := must(t, options(set))
	if !maps.Equal(r.quarantine, want) || len(r.m.Samples) != 2 {
		t.Errorf("links: %d samples, quarantine %v, want 2 and %v", len(r.m.Samples), r.quarantine, want)
	}
	contains(t, "links", r.details["fist/up.png"], "it is a link to a file outside the captures folder: put the file itself there")
	contains(t, "warnings", strings.Join(r.warnings, "\n"), "4 outside", ingest.QuarantineFile)

	// The captures folder itself may be a link.
	linked := filepath.Join(base, "linked")
	if err := os.Symlink(set, linked); err != nil {
		t.Fatal(err)
	}
	if got := must(t, options(linked)); !maps.Equal(got.quarantine, want) {
		t.Errorf("a link to the captures: quarantine %v, want %v", got.quarantine, want)
	}
}
