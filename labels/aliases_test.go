package labels_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/labels"
)

func aliased(t *testing.T, text string) labels.Aliases {
	t.Helper()
	var a labels.Aliases
	if err := a.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return a
}

func merging() dataset.Manifest {
	one := func(category string, p dataset.Partition) dataset.Sample {
		return dataset.Sample{ID: category + "-1", Path: category + "/1.jpg", Category: category, Group: "g", Partition: p, Role: dataset.Test, Label: dataset.NoLabel}
	}
	return dataset.New([]dataset.Sample{
		one("palm", dataset.Known), one("five", dataset.Known), one("high_five", dataset.Known), one("fist", dataset.Known),
		one("idle", dataset.Unknown), one("wave", dataset.Unseen),
	})
}

func TestMergedCategoriesShareALabel(t *testing.T) {
	out, err := aliased(t, "palm=five, high_five=five").Merge(merging())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := out.Categories(), []string{"fist", "five", "idle", "wave"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if merging().Categories()[0] == "five" || len(out.Samples) != 6 {
		t.Error("a sample was lost")
	}
	out, err = aliased(t, "palm=open,five=open,high_five=open").Merge(merging())
	if got, want := out.Categories(), []string{"fist", "idle", "open", "wave"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("a new name: got %q, %v, want %q", got, err, want)
	}
}

func TestAliasFaults(t *testing.T) {
	for text, want := range map[string]string{
		"plam=five":     `names "plam", of which there is no sample (did you mean "palm"?)`,
		"idle=five":     `merges "five" and "idle" into "five", but the first is known and the second is unknown`,
		"palm=x,wave=x": `merges "palm" and "wave" into "x", but the first is known and the second is unseen`,
	} {
		if _, err := aliased(t, text).Merge(merging()); !errors.Is(err, dataset.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
	for text, want := range map[string]string{
		"palm=five,five=open": `"palm" is an alias of "five", which is one of "open"`,
		"palm=palm":           "an alias of itself",
		"palm=":               "is empty",
		"palm=na":             "reserved",
		"palm=../x":           `"../x" cannot be a category`,
		"palm=a/b":            `"a/b" cannot be a category`,
		"palm=a\nb":           "control characters",
	} {
		o := labels.Options{Aliases: aliased(t, text)}
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
	var a labels.Aliases
	for _, text := range []string{"palm", "palm=five,palm=open"} {
		if err := a.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	text, err := aliased(t, "b=c,a=c").MarshalText()
	if diff := cmp.Diff("a=c,b=c", string(text)); diff != "" || err != nil {
		t.Error(diff, err)
	}
}
