package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/config"
	"github.com/gesturekit/gesturekit/internal/golden"
)

func values(c config.Config) map[string]string {
	out := map[string]string{}
	for _, s := range config.Settings(&c) {
		out[s.Path] = s.String()
	}
	return out
}

func TestDefaultsAreValid(t *testing.T) {
	if err := config.Default().Check(); err != nil {
		t.Error(err)
	}
}

func TestEverySettingHasANameADocAndCanBeSetToItsOwnText(t *testing.T) {
	c := config.Default()
	seen := map[string]bool{}
	for _, s := range config.Settings(&c) {
		if strings.HasSuffix(s.Path, ".") || s.Path == "" || seen[s.Path] {
			t.Errorf("setting %q: its field lacks a yaml tag, or another one has the same", s.Path)
		}
		seen[s.Path] = true
		if len(s.Doc) < 10 {
			t.Errorf("setting %s: doc is %q", s.Path, s.Doc)
		}
		if err := s.Set(s.String()); err != nil {
			t.Errorf("setting %s: its own text is refused: %v", s.Path, err)
		}
	}
	if diff := cmp.Diff(values(config.Default()), values(c)); diff != "" {
		t.Error(diff)
	}
}

func TestParse(t *testing.T) {
	c := config.Default()
	err := config.Parse([]byte(`
seed: 7
ingest: {captures: mine}
split:
  known: [0, "01", two]   # numbers are names too
  unseen:
train:
  epochs: 3
augment:
  recipe:
    - rotate: {degrees: [-5, 5]}
`), &c)
	if err != nil {
		t.Fatal(err)
	}
	got := values(c)
	for path, want := range map[string]string{
		"seed": "7", "ingest.captures": "mine", "split.known": "0,01,two", "split.unseen": "", "train.epochs": "3",
		"out": "run", "train.batch": "32",
	} {
		if got[path] != want {
			t.Errorf("%s is %q, want %q", path, got[path], want)
		}
	}
	if !strings.Contains(got["augment.recipe"], "rotate") {
		t.Errorf("augment.recipe is %q", got["augment.recipe"])
	}
	for _, empty := range []string{"", "\ufeff", "# nothing\n", "---\n", "split:\n"} {
		c := config.Default()
		if err := config.Parse([]byte(empty), &c); err != nil {
			t.Errorf("%q: %v", empty, err)
		}
		if diff := cmp.Diff(values(config.Default()), values(c)); diff != "" {
			t.Errorf("%q changed a setting: %s", empty, diff)
		}
	}
}

func TestParseErrorsNameTheLine(t *testing.T) {
	for in, want := range map[string][]string{
		"seed: 1\nspilt: {}\n":             {`line 2: unknown key "spilt" (did you mean "split"?)`},
		"split:\n  validaton: 0.1\n":       {`line 2: unknown key "split.validaton" below split (did you mean "validation"?)`},
		"a: 1\nb: 2\n":                     {`line 1: unknown key "a"`, `line 2: unknown key "b"`},
		"train:\n  epochs: many\n":         {"line 2"},
		"train:\n  epochs: 1\n  epochs: 2": {"line 3"},
		"train: 5\n":                       {"line 1", "below train"},
		"- a\n":                            {"line 1"},
		"seed: -1\n":                       {"line 1"},
		"seed: 1.5\n":                      {"line 1: seed is 1.5: want a whole number"},
		"ingest: {size: 32.9}\n":           {"line 1: ingest.size is 32.9: want a whole number"},
		"split:\n  known: [a, 010]\n":      {"line 2: split.known: YAML does not read 010 as text: write it in quotes"},
		"split: {known: [null]}\n":         {"write it in quotes"},
		"split: {known: a}\n":              {"line 1: split.known is a: want a list"},
		"split: {test: high}\n":            {"line 1: split.test is high: want a number"},
		"out: [1]\n":                       {"line 1: out: want text"},
		"seed: [\n":                        {"line 1"},
		"seed: 1\n---\nseed: 2\n":          {"second YAML document"},
		"augment:\n  recipe:\n    - rotat: {degrees: 5}\n": {"line 3", `"rotate"`},
		"split:\n  draw: {unseen: 0.1, known: 1}\n":        {`unknown key "split.draw.known"`},
	} {
		c := config.Default()
		err := config.Parse([]byte(in), &c)
		for _, w := range want {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%q: got %v, want %q", in, err, w)
			}
		}
	}
}

func TestCheckReportsAllFaultsAtOnce(t *testing.T) {
	c := config.Default()
	c.Workers, c.Train.Epochs, c.Split.Test, c.Ingest.Size, c.Synth.Persons = -1, 0, 2, 1, 0
	err := c.Check()
	for _, want := range []string{"workers", "train.epochs", "split.test", "ingest.size", "synth.persons"} {
		if !errors.Is(err, config.ErrConfig) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want ErrConfig with %s", err, want)
		}
	}
}

func TestLoadResolvesPathsBesideTheFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "pipeline.yaml")
	text := "out: there\ningest: {captures: mine, groups: {file: /abs/groups.csv}}\nsplit: {partition: ../p.csv}\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	if err := config.Load(file, &c); err != nil {
		t.Fatal(err)
	}
	got := []string{c.Out, c.Ingest.Captures, c.Ingest.Groups.File, c.Split.Partition}
	want := []string{filepath.Join(dir, "there"), filepath.Join(dir, "mine"), "/abs/groups.csv", filepath.Join(filepath.Dir(dir), "p.csv")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for text, want := range map[string]string{"out: run\n": filepath.Join(dir, "run"), "seed: 2\n": "run"} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		c := config.Default()
		if err := config.Load(file, &c); err != nil || c.Out != want {
			t.Errorf("%q: out is %q, %v; want %q", text, c.Out, err, want)
		}
	}
	if err := config.Load(filepath.Join(dir, "none.yaml"), &c); !errors.Is(err, config.ErrConfig) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: got %v", err)
	}
}

func TestTemplateIsAConfigWithTheDefaults(t *testing.T) {
	text, err := config.Template("my captures")
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	if err := config.Parse(text, &c); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	want := config.Default()
	want.Ingest.Captures = "my captures"
	if diff := cmp.Diff(values(want), values(c)); diff != "" {
		t.Error(diff)
	}
	// With every comment sign before a setting taken away, it is still valid and still the defaults.
	all := regexp.MustCompile(`(?m)^( *)#([a-z])`).ReplaceAll(text, []byte("$1$2"))
	c = config.Default()
	if err := config.Parse(all, &c); err != nil {
		t.Fatalf("%v in\n%s", err, all)
	}
	if diff := cmp.Diff(values(want), values(c)); diff != "" {
		t.Error(diff)
	}
}

func TestGeneratedDocs(t *testing.T) {
	golden.Equal(t, "../docs/config.md", config.Markdown())
	schema, err := config.Schema()
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "../docs/pipeline.schema.json", schema)
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("split: {known: [a]}\n"))
	f.Add([]byte("augment:\n  recipe: strong\ntrain: {epochs: 2}\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		c := config.Default()
		_ = config.Parse(in, &c) // it must not panic
	})
}
