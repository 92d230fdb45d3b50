package dataset_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
)

func TestFolderName(t *testing.T) {
	for name, want := range map[string]string{
		"ann": "ann", "Ann Lee": "Ann Lee", "jürgen": "jürgen", "李": "李",
		"../../x": "%2E.%2F..%2Fx", "..": "%2E%2E", ".": "%2E", ".hidden": "%2Ehidden", " a ": "%20a%20", "a.": "a%2E",
		`a\b:c`: "a%5Cb%3Ac", "50%": "50%25", "%2E": "%252E", "CON": "%43ON", "nul.txt": "%6Eul.txt", "com1": "%63om1", "command": "command",
		"Thumbs.db": "%54humbs.db", "__MACOSX": "%5F_MACOSX",
	} {
		got, err := dataset.FolderName(name)
		if err != nil || got != want {
			t.Errorf("%q: folder %q, %v; want %q", name, got, err, want)
		}
		if back := dataset.FolderNamed(got); back != name {
			t.Errorf("%q: folder %q stands for %q", name, got, back)
		}
	}
	for _, name := range []string{"", "  ", "a\x00b", "a\nb", "\xff", strings.Repeat("x", 101), strings.Repeat("/", 34)} {
		if got, err := dataset.FolderName(name); err == nil {
			t.Errorf("%q: folder %q, want an error", name, got)
		}
	}
	// Folders that others made keep their names.
	for _, folder := range []string{"50%", "a%41", "%2e%2e", "100%zz", "a%20b"} {
		if got := dataset.FolderNamed(folder); got != folder {
			t.Errorf("folder %q stands for %q", folder, got)
		}
	}
}

func TestCheckCategory(t *testing.T) {
	for _, name := range []string{"fist", "thumbs", "jürgen", "command", "a b"} {
		if err := dataset.CheckCategory(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"", "../x", "a/b", "a\nb", "train", "na", "con", "AUX", "nul.txt", "com1", ".x", "x.", " x", strings.Repeat("x", 101)} {
		if dataset.CheckCategory(name) == nil {
			t.Errorf("%q is taken for a category", name)
		}
	}
}

func FuzzFolderName(f *testing.F) {
	for _, s := range []string{"../../x", "con", "50%", ".", " x", "%2E", "a\\b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		folder, err := dataset.FolderName(name)
		if err == nil {
			if back := dataset.FolderNamed(folder); back != name {
				t.Errorf("%q: folder %q stands for %q", name, folder, back)
			}
			if !filepath.IsLocal(folder) || filepath.Base(folder) != folder || strings.HasPrefix(folder, ".") {
				t.Errorf("%q: folder %q", name, folder)
			}
		}
		dataset.FolderNamed(name)
	})
}
