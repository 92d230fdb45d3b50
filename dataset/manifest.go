// Package dataset holds what flows through the stages: the manifest, a table of
// samples, and the checks that no manifest with a leak can pass.
//
// A Manifest is a value. A stage receives one and returns another; nobody
// changes a manifest that somebody else holds. On disk it is manifest.csv,
// described in docs/formats.md.
package dataset

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Manifest is a table of samples, sorted by ID.
type Manifest struct {
	Samples []Sample
}

// New returns a manifest of the samples, sorted by ID. It keeps the slice.
func New(samples []Sample) Manifest {
	slices.SortFunc(samples, func(a, b Sample) int { return cmp.Compare(a.ID, b.ID) })
	return Manifest{Samples: samples}
}

// Clone returns a manifest whose samples may be changed freely.
func (m Manifest) Clone() Manifest { return Manifest{Samples: slices.Clone(m.Samples)} }

// Select returns the samples for which keep is true, in order.
func (m Manifest) Select(keep func(*Sample) bool) Manifest {
	var out []Sample
	for i := range m.Samples {
		if keep(&m.Samples[i]) {
			out = append(out, m.Samples[i])
		}
	}
	return Manifest{Samples: out}
}

// InRole returns the samples of one role.
func (m Manifest) InRole(r Role) Manifest {
	return m.Select(func(s *Sample) bool { return s.Role == r })
}

// Categories returns the categories that occur, sorted.
func (m Manifest) Categories() []string {
	return distinct(m.Samples, func(s *Sample) string { return s.Category })
}

// Groups returns the groups that occur, sorted.
func (m Manifest) Groups() []string {
	return distinct(m.Samples, func(s *Sample) string { return s.Group })
}

// LabelNames returns the label names by index: "na", then the known categories
// by their label. It fails when a label is missing or has two categories.
func (m Manifest) LabelNames() ([]string, error) {
	names := []string{NA}
	for _, s := range m.Samples {
		if s.Partition != Known {
			continue
		}
		if s.Label < 1 {
			return nil, fmt.Errorf("sample %s: known category %q has label %d: run the labels stage first", s.ID, s.Category, s.Label)
		}
		for len(names) <= s.Label {
			names = append(names, "")
		}
		if names[s.Label] != "" && names[s.Label] != s.Category {
			return nil, fmt.Errorf("label %d stands for %q and for %q", s.Label, names[s.Label], s.Category)
		}
		names[s.Label] = s.Category
	}
	for i, name := range names {
		if name == "" {
			return nil, fmt.Errorf("label %d has no sample; labels must be 0 for na and 1..K without a gap", i)
		}
	}
	return names, nil
}

func distinct(samples []Sample, of func(*Sample) string) []string {
	seen := map[string]bool{}
	var out []string
	for i := range samples {
		if v := of(&samples[i]); !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

// ReservedCategory reports whether a category name would be taken for a role
// or a label by dataset loaders, or by this tool. Case does not matter.
func ReservedCategory(name string) bool {
	switch strings.ToLower(name) {
	case "train", "training", "test", "testing", "val", "valid", "validation", "dev", "eval", "evaluation",
		"unlabeled", "unlabelled", NA, string(Known), string(Unknown), string(Unseen):
		return true
	}
	return false
}
