package labels_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/labels"
	"github.com/gesturekit/gesturekit/pipeline"
)

func manifest() dataset.Manifest {
	s := func(id, category, group string, p dataset.Partition, r dataset.Role) dataset.Sample {
		return dataset.Sample{ID: id, Path: "ingest/images/" + id + ".jpg", Category: category, Group: group, Partition: p, Role: r, Label: dataset.NoLabel}
	}
	return dataset.New([]dataset.Sample{
		s("palm-a", "palm", "ann", dataset.Known, dataset.Train),
		s("fist-a", "fist", "ann", dataset.Known, dataset.Train),
		s("fist-b", "fist", "bob", dataset.Known, dataset.Validation),
		s("idle-a", "idle", "ann", dataset.Unknown, dataset.Train),
		s("call-c", "call", "cy", dataset.Unseen, dataset.Test),
		s("call-a", "call", "ann", dataset.Unseen, dataset.Unused),
	})
}

func TestStage(t *testing.T) {
	for name, c := range map[string]struct {
		order []string
		names string
	}{
		"by name":  {nil, "na fist palm"},
		"by order": {[]string{"palm", "fist"}, "na palm fist"},
	} {
		dir := t.TempDir()
		out, err := labels.Stage{Options: labels.Options{Order: c.order}}.Run(t.Context(), manifest(), pipeline.Env{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if err := out.Validate(); err != nil {
			t.Fatal(err)
		}
		names, err := out.LabelNames()
		if got := strings.Join(names, " "); err != nil || got != c.names {
			t.Errorf("%s: labels %q, %v; want %q", name, got, err, c.names)
		}
		want := map[string]string{
			labels.NamesFile: strings.ReplaceAll(c.names, " ", "\n") + "\n",
			labels.TableFile: "file_name,label,is_valid\ningest/images/fist-a.jpg,fist,False\ningest/images/fist-b.jpg,fist,True\n" +
				"ingest/images/idle-a.jpg,na,False\ningest/images/palm-a.jpg,palm,False\n",
		}
		for file, text := range want {
			if got, err := os.ReadFile(filepath.Join(dir, file)); err != nil || string(got) != text {
				t.Errorf("%s: %s is %q, %v; want %q", name, file, got, err, text)
			}
		}
	}
}

func TestClasses(t *testing.T) {
	dir := t.TempDir()
	if _, err := (labels.Stage{}).Run(t.Context(), manifest(), pipeline.Env{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, labels.ClassesFile))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"labels":["na","fist","palm"],"categories":[` +
		`{"category":"call","partition":"unseen","label":0,"samples":2},{"category":"fist","partition":"known","label":1,"samples":2},` +
		`{"category":"idle","partition":"unknown","label":0,"samples":1},{"category":"palm","partition":"known","label":2,"samples":1}]}`
	if squeezed := strings.NewReplacer(" ", "", "\n", "").Replace(string(got)); squeezed != want {
		t.Errorf("got %s, want %s", squeezed, want)
	}
}

func TestOrderMustNameTheKnownCategories(t *testing.T) {
	_, err := labels.Options{Order: []string{"fist", "plam"}}.Names([]string{"fist", "palm"})
	for _, want := range []string{`"plam", which is no known category (did you mean "palm"?)`, `lacks the known category "palm"`} {
		if !errors.Is(err, dataset.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want ErrInvalid with %q", err, want)
		}
	}
	if err := (labels.Options{Order: []string{"a", "a"}}).Validate(); err == nil {
		t.Error("a category listed twice gives no error")
	}
	if names, err := labels.Default().Names([]string{"b", "a"}); err != nil || !slices.Equal(names, []string{"na", "a", "b"}) {
		t.Errorf("got %q, %v", names, err)
	}
}
