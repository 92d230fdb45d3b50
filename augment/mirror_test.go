package augment

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/gesturekit/gesturekit/dataset"
)

func mirror(t *testing.T, text string) (m Mirror) {
	t.Helper()
	if err := m.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMirrorIsItsOwnInverse(t *testing.T) {
	want := Mirror{"left": "right", "right": "left", "palm": "palm", "01": "2", "2": "01"}
	for _, text := range []string{"{left: right, palm: palm, 01: 2}", "left=right, palm = palm,01=2", "{right: left, left: right, palm: palm, 2: \"01\"}"} {
		var m Mirror
		if err := yaml.Unmarshal([]byte(text), &m); err != nil || !maps.Equal(m, want) {
			t.Errorf("%s reads as %v, %v", text, m, err)
		}
	}
	if text, err := want.MarshalText(); err != nil || string(text) != "01=2,left=right,palm=palm" {
		t.Errorf("written as %s, %v", text, err)
	}
	for text, want := range map[string]string{
		"a=b,b=c": `the mirror image of "b" is "a" and "c"`, "a=b,a=a": `of "a" is "b" and "a"`, "a": "want pairs", "a=": "is empty",
		"{a: [b]}": "line 1: what a is mapped to is no name", "[a]": "line 1: want a mapping",
	} {
		var m Mirror
		if err := yaml.Unmarshal([]byte(text), &m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
}

func TestFlipNeedsAMirror(t *testing.T) {
	palm, none := mirror(t, "palm=palm"), Mirror(nil)
	for _, c := range []struct {
		recipe string
		copies int
		mirror Mirror
		want   string
	}{
		{"[flip]", 1, none, "set augment.mirror, or remove flip"},
		{"[flip]", 0, palm, ""},
		{"[{one_of: [rotate, {flip: {axis: up_down}}]}]", 1, palm, "flips up_down"},
		{"[{one_of: [rotate, flip]}]", 1, palm, ""},
		{"[rotate]", 0, palm, ""},
	} {
		err := Options{Recipe: recipe(t, c.recipe), Copies: c.copies, Quality: 90, Mirror: c.mirror}.Validate()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s with %d copies: error %v, want %q", c.recipe, c.copies, err, c.want)
		}
	}
}

func TestMirroredVariantsTakeTheOtherLabel(t *testing.T) {
	o := Options{Recipe: recipe(t, "[{flip: , p: 0.5}, rotate]"), Copies: 12, Quality: 90}
	for text, want := range map[string]map[string]string{ // from category to that of its mirror image
		"fist=palm": {"fist": "palm", "palm": "fist"}, "fist=fist": {"fist": "fist"},
	} {
		o.Mirror = mirror(t, text)
		root, flips := t.TempDir(), map[bool]int{}
		m, err := run(t, root, 2, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Validate(); err != nil {
			t.Error(err)
		}
		label := map[string]int{"fist": 1, "palm": 2}
		for _, s := range m.Samples {
			if s.Parent == "" {
				continue
			}
			category, flipped := s.Parent[:4], strings.Contains(string(s.Trace), "flip")
			if flipped && want[category] == "" {
				t.Errorf("%s: %s is flipped, and %s says nothing of it", text, s.ID, category)
			} else if flipped {
				category = want[category]
			}
			flips[flipped]++
			if s.Category != category || s.Label != label[category] || !strings.HasPrefix(s.Path, "augment/images/"+category+"/"+s.Parent) {
				t.Errorf("%s: %s has category %s, label %d and path %s; want %s", text, s.Trace, s.Category, s.Label, s.Path, category)
			}
		}
		if flips[true] < 3 || flips[false] < 3 {
			t.Errorf("%s: flipped %v", text, flips)
		}
	}
}

func TestMirrorBringsNothingUnseenIntoTraining(t *testing.T) {
	sample := func(id, category string, p dataset.Partition, r dataset.Role, label int) dataset.Sample {
		return dataset.Sample{ID: id, Category: category, Partition: p, Role: r, Label: label}
	}
	in := dataset.New([]dataset.Sample{
		sample("a", "left", dataset.Known, dataset.Train, 1), sample("b", "right", dataset.Unseen, dataset.Test, 0),
		sample("c", "idle", dataset.Unknown, dataset.Train, 0),
	})
	for text, want := range map[string]string{
		"left=right": `makes "right" of "left", which is unseen`, "left=rigth": `names "rigth", of which there is no sample (did you mean "right"?)`,
		"left=idle": "", "right=right": "",
	} {
		_, err := mirror(t, text).meanings(in)
		if want == "" && err != nil || want != "" && (!errors.Is(err, dataset.ErrInvalid) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
}
