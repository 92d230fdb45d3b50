package split

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/rng"
)

// Draw says how many categories of a drawn partition are unknown and unseen. At
// least one category is known, one unknown and one unseen.
type Draw struct {
	Unknown float64 `yaml:"unknown" doc:"share of unknown categories below 1, or how many from 1"`
	Unseen  float64 `yaml:"unseen" doc:"share of unseen categories below 1, or how many from 1"`
}

func (d Draw) validate() (errs []error) {
	for _, s := range []struct {
		key   string
		value float64
	}{{"unknown", d.Unknown}, {"unseen", d.Unseen}} {
		if v := s.value; math.IsNaN(v) || v < 0 || v > 1e6 || v > 1 && v != math.Trunc(v) {
			errs = append(errs, fmt.Errorf("split.draw.%s is %v, want a share below 1 or a whole number of categories", s.key, v))
		}
	}
	if d.Unknown < 1 && d.Unseen < 1 && d.Unknown+d.Unseen >= 1 {
		errs = append(errs, fmt.Errorf("split.draw.unknown and split.draw.unseen sum to %v: no category is left to be known; want less than 1", d.Unknown+d.Unseen))
	}
	return errs
}

// partition draws one: the categories, ranked by a hash of seed and name, give
// their first few as unseen, the next few as unknown. Categories of old stay
// what they are, and the new ones fill up what is missing.
func (d Draw) partition(categories []string, key rng.Key, old Partition) (Partition, error) {
	n := len(categories)
	if n < 3 {
		return nil, fmt.Errorf("%w: %d categories cannot be drawn into known, unknown and unseen: capture at least 3, or list them under split.known, split.unknown and split.unseen", dataset.ErrInvalid, n)
	}
	number := func(s float64) int {
		if s < 1 {
			s = math.Round(s * float64(n))
		}
		return max(1, int(s))
	}
	unseen, unknown := number(d.Unseen), number(d.Unknown)
	if d.Unseen < 1 {
		unseen = min(unseen, n-2)
	}
	if d.Unknown < 1 {
		unknown = min(unknown, n-1-unseen)
	}
	if unseen+unknown >= n || unknown < 1 {
		return nil, fmt.Errorf("%w: split.draw asks for %d unknown and %d unseen of %d categories: at least one must be known", dataset.ErrInvalid, unknown, unseen, n)
	}
	p, ranked := Partition{}, []string{}
	for _, c := range categories {
		switch part := old[c]; part {
		case dataset.NoPartition:
			ranked = append(ranked, c)
			continue
		case dataset.Unseen:
			unseen--
		case dataset.Unknown:
			unknown--
		}
		p[c] = old[c]
	}
	slices.SortFunc(ranked, func(a, b string) int {
		return cmp.Or(cmp.Compare(key.With(a).Uint64(), key.With(b).Uint64()), cmp.Compare(a, b))
	})
	for _, c := range ranked {
		switch {
		case unseen > 0:
			p[c] = dataset.Unseen
			unseen--
		case unknown > 0:
			p[c] = dataset.Unknown
			unknown--
		default:
			p[c] = dataset.Known
		}
	}
	return p, nil
}
