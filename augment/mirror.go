package augment

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/pairs"
)

// Mirror tells what each gesture becomes when its picture is mirrored from left
// to right: another gesture, whose mirror image is then the first, or itself.
// Gestures that it does not name are never flipped. As text it is
// "swipe_left=swipe_right,palm=palm", in YAML a mapping or that text.
type Mirror map[string]string

// UnmarshalYAML reads a mapping, or what UnmarshalText reads.
func (m *Mirror) UnmarshalYAML(n ast.Node) error {
	list, err := pairs.Decode(n)
	return errors.Join(err, m.set(list))
}

// UnmarshalText reads pairs a=b, separated by commas, or a mapping in braces.
func (m *Mirror) UnmarshalText(text []byte) error {
	list, err := pairs.Parse(string(text))
	return errors.Join(err, m.set(list))
}

func (m *Mirror) set(list []pairs.Pair) error {
	*m = nil
	all := Mirror{}
	for _, p := range list {
		if p.From == "" || p.To == "" {
			return fmt.Errorf("%q and %q: the name of a gesture is empty", p.From, p.To)
		}
		for _, e := range []pairs.Pair{p, {From: p.To, To: p.From}} {
			if old, ok := all[e.From]; ok && old != e.To {
				return fmt.Errorf("the mirror image of %q is %q and %q: give it one, whose mirror image it is", e.From, old, e.To)
			}
			all[e.From] = e.To
		}
	}
	if len(all) > 0 {
		*m = all
	}
	return nil
}

// MarshalText returns what UnmarshalText reads, each pair once, sorted.
func (m Mirror) MarshalText() ([]byte, error) {
	var all []string
	for from, to := range m {
		if from <= to {
			all = append(all, from+"="+to)
		}
	}
	slices.Sort(all)
	return []byte(strings.Join(all, ",")), nil
}

// meaning is what a sample of a category is to the network.
type meaning struct {
	category  string
	partition dataset.Partition
	label     int
}

// meanings returns what the mirrored samples of each category are. It fails on
// a category of which there is no sample, and where a mirror image would bring
// an unseen category into training.
func (m Mirror) meanings(in dataset.Manifest) (map[string]meaning, error) {
	of := map[string]meaning{}
	for i := range in.Samples {
		s := &in.Samples[i]
		of[s.Category] = meaning{s.Category, s.Partition, s.Label}
	}
	out := map[string]meaning{}
	var errs []error
	for _, c := range in.Categories() {
		if to, ok := m[c]; ok {
			out[c] = of[to]
			if of[to].partition == dataset.Unseen && of[c].partition != dataset.Unseen {
				errs = append(errs, fmt.Errorf("%w: augment.mirror makes %q of %q, which is unseen and must not be trained", dataset.ErrInvalid, to, c))
			}
		}
	}
	for from := range m {
		if _, ok := of[from]; !ok {
			errs = append(errs, fmt.Errorf("%w: augment.mirror names %q, of which there is no sample%s", dataset.ErrInvalid, from, hint(from, in.Categories())))
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return out, errors.Join(errs...)
}

// Apply makes a drawn trace right for a picture of a category: flips go where m
// does not name the category. It returns the trace, changed in place, and the
// category that its result shows.
func (m Mirror) Apply(t Trace, category string) (Trace, string) {
	to, ok := m[category]
	if !ok {
		return t.withoutFlips(), category
	}
	if t.mirrors() {
		category = to
	}
	return t, category
}

// withoutFlips removes the flips from t, in place.
func (t Trace) withoutFlips() Trace {
	return slices.DeleteFunc(t, func(d drawn) bool { return d.op.Name == "flip" })
}

// mirrors reports whether t shows a mirror image: it flips an odd number of times.
func (t Trace) mirrors() bool {
	odd := false
	for i := range t {
		odd = odd != (t[i].op.Name == "flip")
	}
	return odd
}

// upends reports whether a step may flip up_down.
func upends(steps []step) bool {
	return slices.ContainsFunc(steps, func(s step) bool {
		return s.op != nil && s.op.Name == "flip" && s.ranges[0].Lo != 0 || upends(s.of)
	})
}
