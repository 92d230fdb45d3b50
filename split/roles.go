package split

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/rng"
)

// maxSalts is how many salts are tried for shares within tolerance; after
// these the best one found is taken.
const maxSalts = 1000

// roleOf is the pure function from seed (in key), salt and group to a role.
func (o Options) roleOf(key rng.Key, salt int, group string) dataset.Role {
	switch u := key.WithInt(salt).With(group).Unit(); {
	case u < o.Test:
		return dataset.Test
	case u < o.Test+o.Validation:
		return dataset.Validation
	}
	return dataset.Train
}

// tally counts the trained samples, known and unknown, by group and category.
// Groups with unseen samples only have none: their role is test.
type tally struct {
	categories []string
	groups     []string
	counts     map[string][]int // group -> samples by category
	groupsWith []int            // by category: how many groups have samples of it
}

func count(m dataset.Manifest, p Partition) tally {
	t := tally{counts: map[string][]int{}}
	for _, c := range m.Categories() {
		if p[c] != dataset.Unseen {
			t.categories = append(t.categories, c)
		}
	}
	t.groupsWith = make([]int, len(t.categories))
	for i := range m.Samples {
		s := &m.Samples[i]
		c, ok := slices.BinarySearch(t.categories, s.Category)
		if !ok {
			continue
		}
		if t.counts[s.Group] == nil {
			t.counts[s.Group] = make([]int, len(t.categories))
		}
		if t.counts[s.Group][c]++; t.counts[s.Group][c] == 1 {
			t.groupsWith[c]++
		}
	}
	t.groups = slices.Sorted(maps.Keys(t.counts))
	return t
}

// fit tells how well a salt does: first how many categories lack a role though
// they have groups enough for all, then the largest distance of a share from
// the one asked for, over all samples and, at half weight, in each category.
type fit struct {
	lacking int
	off     float64
}

func (f fit) better(g fit) bool {
	return f.lacking < g.lacking || f.lacking == g.lacking && f.off < g.off
}

func (o Options) fit(t tally, key rng.Key, salt int) fit {
	roles := dataset.Roles()
	per := make([][3]int, len(t.categories))
	for _, g := range t.groups {
		r := slices.Index(roles, o.roleOf(key, salt, g))
		for c, n := range t.counts[g] {
			per[c][r] += n
		}
	}
	asked := [3]float64{1 - o.Validation - o.Test, o.Validation, o.Test}
	var f fit
	var all [3]int
	off := func(counts [3]int, weight float64) {
		total := float64(counts[0] + counts[1] + counts[2])
		for r, n := range counts {
			f.off = max(f.off, weight*math.Abs(float64(n)/total-asked[r]))
		}
	}
	for c, counts := range per {
		for r, n := range counts {
			all[r] += n
			if n == 0 && t.groupsWith[c] >= len(roles) {
				f.lacking++
			}
		}
		off(counts, 0.5)
	}
	off(all, 1)
	return f
}

// salt returns the salt to use: the one set, else the first within tolerance,
// else the best of maxSalts.
func (o Options) salt(t tally, key rng.Key) int {
	if o.Salt >= 0 {
		return o.Salt
	}
	best, bestFit := 0, fit{lacking: math.MaxInt}
	for s := range maxSalts {
		f := o.fit(t, key, s)
		if f.lacking == 0 && f.off <= o.Tolerance {
			return s
		}
		if f.better(bestFit) {
			best, bestFit = s, f
		}
	}
	return best
}

// assign returns the manifest with partitions and roles.
func (o Options) assign(m dataset.Manifest, p Partition, t tally, key rng.Key, salt int) dataset.Manifest {
	out := m.Clone()
	for i := range out.Samples {
		s := &out.Samples[i]
		s.Partition = p[s.Category]
		if t.counts[s.Group] == nil {
			s.Role = dataset.Test
			continue
		}
		s.Role = o.roleOf(key, salt, s.Group)
		if s.Partition == dataset.Unseen && s.Role != dataset.Test {
			s.Role = dataset.Unused
		}
	}
	return out
}

// enough checks that the roles can do their work: samples in each, and every
// known category in train and in test.
func enough(m dataset.Manifest, p Partition) error {
	groups := len(m.Groups())
	have := map[string]map[dataset.Role]int{}
	all := map[dataset.Role]int{}
	for _, s := range m.Samples {
		if have[s.Category] == nil {
			have[s.Category] = map[dataset.Role]int{}
		}
		have[s.Category][s.Role]++
		if s.Partition != dataset.Unseen {
			all[s.Role]++
		}
	}
	var errs []error
	for _, r := range dataset.Roles() {
		if all[r] == 0 {
			errs = append(errs, fmt.Errorf("role %s gets no sample: there are %d groups, and a split needs at least 3; name more persons or sessions (ingest.groups), or change the seed or the shares", r, groups))
		}
	}
	for _, c := range slices.Sorted(maps.Keys(p)) {
		if p[c] != dataset.Known || len(errs) > 0 && all[dataset.Train]*all[dataset.Test] == 0 {
			continue
		}
		for _, r := range []dataset.Role{dataset.Train, dataset.Test} {
			if have[c][r] == 0 {
				errs = append(errs, fmt.Errorf("known category %q gets no sample in %s: it has %s; capture it with more persons or sessions, or move it to split.unknown", c, r, sizes(m, c)))
			}
		}
	}
	if len(errs) > 0 {
		return fmt.Errorf("%w: %w", dataset.ErrInvalid, errors.Join(errs...))
	}
	return nil
}

func sizes(m dataset.Manifest, category string) string {
	one := m.Select(func(s *dataset.Sample) bool { return s.Category == category })
	return strings.Join([]string{plural(len(one.Samples), "sample"), plural(len(one.Groups()), "group")}, " in ")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
