package pipeline

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// What is written of a content is read again, whatever its paths hold, and a file
// that is none counts as nothing known.
func TestContentIsReadAsWritten(t *testing.T) {
	c := content{
		{"a b/1\n2.jpg", fileState{3, -4, "abc"}}, {"a-b", fileState{1, 2, unreadable}}, {"a/", fileState{SHA256: "empty folder"}}, {"\xff", fileState{1 << 40, 1 << 60, ""}},
	}
	name := filepath.Join(t.TempDir(), "inputs")
	if err := c.write(name); err != nil {
		t.Fatal(err)
	}
	if got := readContent(name); !slices.Equal(got, c) {
		t.Errorf("%v, want %v", got, c)
	}
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"{}", string(whole[:len(whole)-1]), string(whole) + "x", string(whole) + string(whole), "1 2 a\x00"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := readContent(name); got != nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}
