package pairs_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/gesturekit/gesturekit/internal/pairs"
)

func TestParse(t *testing.T) {
	want := []pairs.Pair{{"palm", "five"}, {"high_five", "five"}}
	for _, text := range []string{"palm=five,high_five=five", " palm = five , high_five=five,", "{palm: five, high_five: five}", " {palm: 'five', high_five: five} "} {
		if got, err := pairs.Parse(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", " ", "{}"} {
		if got, err := pairs.Parse(text); err != nil || len(got) != 0 {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"palm": `"palm": want pairs such as`, "{palm": "want a mapping such as", "{palm: [five]}": "line 1: what palm is mapped to is no name",
		"{a: b}\n---\n{c: d}": "want a mapping such as",
	} {
		if _, err := pairs.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// node returns the value of YAML text.
func node(t testing.TB, text string) ast.Node {
	t.Helper()
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		t.Fatal(err)
	}
	return file.Docs[0].Body
}

func TestDecode(t *testing.T) {
	for text, want := range map[string]int{"null": 0, "palm: five\nhigh_five: five": 2, "palm=five": 1} {
		if got, err := pairs.Decode(node(t, text)); err != nil || len(got) != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"[a]", "7"} {
		if _, err := pairs.Decode(node(t, text)); err == nil || !strings.Contains(err.Error(), "line 1: want a mapping") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"palm=five,high_five=five", "{palm: five}", "{a: {b: c}}", "{", "{? a : b}", "{<<: *x}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := pairs.Parse(text); err != nil && got != nil {
			t.Error("pairs beside an error")
		}
	})
}
