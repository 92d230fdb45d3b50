package dataset_test

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
)

func stream(m dataset.Manifest) iter.Seq2[*dataset.Sample, error] {
	return func(yield func(*dataset.Sample, error) bool) {
		var one dataset.Sample // the same one each time, as Scan gives
		for _, s := range m.Samples {
			if one = s; !yield(&one, nil) {
				return
			}
		}
	}
}

func at(m dataset.Manifest, id string) *dataset.Sample {
	for i := range m.Samples {
		if m.Samples[i].ID == id {
			return &m.Samples[i]
		}
	}
	return nil
}

func TestParentsThatStandElsewhere(t *testing.T) {
	m := sound()
	child := *at(m, "fist-ann-1-a1")
	child.ID, child.Path = "aaa", "aaa.jpg" // stands before its parent
	m = dataset.New(append(m.Samples, child))
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(){
		"leak: group, role or capture differs": func() { at(m, "aaa").SHA256 = "0" },
		`parent "gone" is missing`:             func() { at(m, "aaa").Parent = "gone" },
		`sample fist-ann-1-a1: parent "aaa" is itself augmented`: func() { // a cycle of two
			at(m, "aaa").Parent, at(m, "fist-ann-1-a1").Parent = "fist-ann-1-a1", "aaa"
		},
		`sample aaa: parent "aaa" is itself augmented`: func() { at(m, "aaa").Parent = "aaa" },
	} {
		spoil()
		if err := dataset.Check(stream(m)); !errors.Is(err, dataset.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
		*at(m, "aaa") = child
		at(m, "fist-ann-1-a1").Parent = "fist-ann-1"
	}
}

// What Check says of a stream is what Validate says of the manifest.
func TestCheckOfAStream(t *testing.T) {
	m := sound()
	for i := range 100 {
		s := *at(m, "fist-bob-1")
		s.ID = fmt.Sprintf("fist-bob-x%03d", i)
		s.Path, s.SHA256 = s.ID+".jpg", s.ID
		m.Samples = append(m.Samples, s)
	}
	m = dataset.New(m.Samples)
	if err := dataset.Check(stream(m)); err != nil {
		t.Fatal(err)
	}
	at(m, "fist-bob-x003").Path = at(m, "fist-bob-x077").Path
	at(m, "fist-bob-x050").SHA256 = at(m, "fist-ann-1").SHA256
	at(m, "fist-bob-x060").Label = 7000
	want, got := m.Validate(), dataset.Check(stream(m))
	if want == nil || got == nil || got.Error() != want.Error() {
		t.Errorf("got %v\nwant %v", got, want)
	}
	for _, part := range []string{"sample fist-bob-x077: has the path of fist-bob-x003", "leak: the same capture is both in train and in validation", "label 7000 with 107 samples"} {
		if !strings.Contains(got.Error(), part) {
			t.Errorf("got %v, want %q", got, part)
		}
	}
}

func TestScanStopsAtTheFirstFault(t *testing.T) {
	const header = "id,path,category,group,source,sha256,parent,partition,role,label,trace,taken_at,camera\n"
	n := 0
	for s, err := range dataset.Scan(strings.NewReader("\ufeff" + header + "a,a,c,g,,,,,,,,,\r\nb,b,c,g,,,,,dev,,,,\nc,c,c,g,,,,,,,,,\n")) {
		n++
		if n == 1 && (err != nil || s.ID != "a") || n == 2 && (err == nil || !strings.Contains(err.Error(), `line 3: role "dev"`)) {
			t.Errorf("%d: %v, %v", n, s, err)
		}
	}
	if n != 2 {
		t.Errorf("%d rounds, want 2", n)
	}
}
