package labels

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/nearest"
	"github.com/gesturekit/gesturekit/internal/pairs"
)

// Aliases merges categories: each key becomes part of the category that is its
// value, an old one or a new name. As text it is "palm=five,high_five=five", in
// YAML a mapping or that text.
type Aliases map[string]string

// UnmarshalYAML reads a mapping, or what UnmarshalText reads.
func (a *Aliases) UnmarshalYAML(n ast.Node) error {
	list, err := pairs.Decode(n)
	return errors.Join(err, a.set(list))
}

// UnmarshalText reads pairs a=b, separated by commas, or a mapping in braces.
func (a *Aliases) UnmarshalText(text []byte) error {
	list, err := pairs.Parse(string(text))
	return errors.Join(err, a.set(list))
}

func (a *Aliases) set(list []pairs.Pair) error {
	*a = nil
	all := Aliases{}
	for _, p := range list {
		if old, twice := all[p.From]; twice && old != p.To {
			return fmt.Errorf("%q is an alias of %q and of %q: want one", p.From, old, p.To)
		}
		all[p.From] = p.To
	}
	if len(all) > 0 {
		*a = all
	}
	return nil
}

// MarshalText writes what UnmarshalText reads, sorted.
func (a Aliases) MarshalText() ([]byte, error) {
	var b strings.Builder
	for i, from := range slices.Sorted(maps.Keys(a)) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(from + "=" + a[from])
	}
	return []byte(b.String()), nil
}

// Validate reports empty and reserved names, and chains.
func (a Aliases) Validate() error {
	var errs []error
	for _, from := range slices.Sorted(maps.Keys(a)) {
		to := a[from]
		_, chain := a[to]
		switch {
		case from == "":
			errs = append(errs, fmt.Errorf("labels.aliases: %q is an alias of no category: name one before it", to))
		case from == to:
			errs = append(errs, fmt.Errorf("labels.aliases: %q is an alias of itself: remove it", from))
		case chain:
			errs = append(errs, fmt.Errorf("labels.aliases: %q is an alias of %q, which is one of %q: name the last one for both", from, to, a[to]))
		}
		if err := dataset.CheckCategory(to); err != nil {
			errs = append(errs, fmt.Errorf("labels.aliases: %q cannot be a category: %w", to, err))
		}
	}
	return errors.Join(errs...)
}

// Name returns the category that a category is part of after merging.
func (a Aliases) Name(category string) string {
	if to, ok := a[category]; ok {
		return to
	}
	return category
}

// Check fails when an alias is no category, or when categories of different
// partitions would be merged.
func (a Aliases) Check(partition map[string]dataset.Partition) error {
	all := slices.Sorted(maps.Keys(partition))
	var errs []error
	for _, from := range slices.Sorted(maps.Keys(a)) {
		if _, ok := partition[from]; !ok {
			errs = append(errs, fmt.Errorf("labels.aliases names %q, of which there is no sample%s", from, nearest.Hint(from, all)))
		}
	}
	first := map[string]string{}
	for _, c := range all {
		to := a.Name(c)
		other, ok := first[to]
		if !ok {
			first[to] = c
		} else if partition[c] != partition[other] {
			errs = append(errs, fmt.Errorf("labels.aliases merges %q and %q into %q, but the first is %s and the second is %s: put them into one partition", other, c, to, partition[other], partition[c]))
		}
	}
	if len(errs) > 0 {
		return fmt.Errorf("%w: %w", dataset.ErrInvalid, errors.Join(errs...))
	}
	return nil
}

// Merge returns the samples with their categories after merging.
func (a Aliases) Merge(in dataset.Manifest) (dataset.Manifest, error) {
	out, partition := in.Clone(), map[string]dataset.Partition{}
	for i := range out.Samples {
		s := &out.Samples[i]
		partition[s.Category] = s.Partition
		s.Category = a.Name(s.Category)
	}
	return out, a.Check(partition)
}
