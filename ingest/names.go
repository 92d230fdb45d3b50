package ingest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
)

// checkCategories reports every category whose name cannot be a folder of a
// dataset that loads everywhere, and categories that differ in case only.
func checkCategories(captures []*capture) error {
	first := map[string]*capture{}
	var names []string
	for _, c := range captures {
		if c.category != "" && first[c.category] == nil {
			first[c.category] = c
			names = append(names, c.category)
		}
	}
	slices.Sort(names)
	var faults []error
	for _, n := range names {
		if err := dataset.CheckCategory(n); err != nil {
			faults = append(faults, fmt.Errorf("category %q, of %q: %w: rename it", n, first[n].path, err))
		}
	}
	faults = append(faults, spellings("categories", captures, func(c *capture) string { return c.category })...)
	faults = append(faults, spellings("groups", captures, func(c *capture) string { return c.group })...)
	if len(faults) > 0 {
		return fmt.Errorf("%w: %w", dataset.ErrInvalid, errors.Join(faults...))
	}
	return nil
}

// spellings reports names that differ only in case or in how Unicode composes
// their letters: a person spelt two ways would be two groups, and could be in
// train and in test.
func spellings(what string, captures []*capture, of func(*capture) string) (faults []error) {
	seen, folded := map[string]bool{}, map[string]string{}
	for _, c := range captures {
		name := of(c)
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		fold := dataset.Fold(name)
		if other, ok := folded[fold]; ok {
			faults = append(faults, fmt.Errorf("%s %+q and %+q (%s) differ only in case or in how their letters are composed: spell them alike", what, other, name, c.path))
		}
		folded[fold] = name
	}
	return faults
}

// checkUsed reports the folders and categories of which no capture is left.
func checkUsed(f folder) error {
	used := map[string]bool{} // "f" + folder or "c" + category
	lost := map[string][]*capture{}
	for _, c := range f.captures {
		for _, k := range []string{"f" + topFolder(c.placed()), "c" + c.category} {
			if c.reason == "" {
				used[k] = true
			} else {
				lost[k] = append(lost[k], c)
			}
		}
	}
	keys := map[string]string{}
	for _, top := range f.top {
		keys[top] = "f" + top
	}
	for k := range lost {
		if name, ok := strings.CutPrefix(k, "c"); ok && name != "" && keys[name] == "" {
			keys[name] = k
		}
	}
	var faults []error
	for _, name := range sortedKeys(keys) {
		if k := keys[name]; !used[k] {
			faults = append(faults, unusable(name, lost[k]))
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("%w: %w", dataset.ErrInvalid, errors.Join(faults...))
	}
	return nil
}

func unusable(name string, lost []*capture) error {
	if len(lost) == 0 {
		return fmt.Errorf("category folder %q is empty: add captures or remove it", name)
	}
	return fmt.Errorf("category %q has no usable capture: %s; the first is %q (%s): add captures or remove it",
		name, tally(lost), lost[0].path, lost[0].detail)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// nameSamples gives every capture its ID, <category>-<group>-<sha8>: lower
// case, in [a-z0-9_], the parts joined by '-'. Where eight digits of the digest
// do not tell two captures apart, both get more.
func nameSamples(captures []*capture) {
	for digits := 8; len(captures) > 0 && digits <= 64; digits *= 2 {
		byID := map[string][]*capture{}
		for _, c := range captures {
			c.id = slug(c.category) + "-" + slug(c.group) + "-" + c.sha256[:digits]
			byID[c.id] = append(byID[c.id], c)
		}
		captures = nil
		for _, same := range byID {
			if len(same) > 1 {
				captures = append(captures, same...)
			}
		}
	}
}

// slug turns a name into one of 1 to 40 characters in [a-z0-9_].
func slug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else if s := b.String(); s != "" && !strings.HasSuffix(s, "_") {
			b.WriteByte('_')
		}
	}
	s := b.String()
	if s = strings.TrimSuffix(s[:min(len(s), 40)], "_"); s == "" {
		return "x"
	}
	return s
}
