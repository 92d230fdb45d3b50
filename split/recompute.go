package split

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"

	"github.com/gesturekit/gesturekit/dataset"
)

// Recompute returns the lock that the samples with their roles give: those that
// were split, sorted by ID, unused ones included and augmented ones not. A lock
// that is true of them comes back as it is. What cannot be worked out from them
// is taken from l: the algorithm, the seed, salt, repeat and tolerance, the
// shares asked for without folds, from when on groups are in a role, and which
// groups were settled. Where categories were merged since (labels.aliases), the
// numbers of the others are taken from l, too, if they sum to what the samples
// give in each partition and role.
//
// It fails, in dataset.ErrInvalid, where settings in l are out of their range,
// and where a sample has another role than l gives its group.
func (l Lock) Recompute(m dataset.Manifest) (Lock, error) {
	p, err := l.plan(m)
	if err != nil {
		return Lock{}, fmt.Errorf("%w: %w", dataset.ErrInvalid, err)
	}
	for i := range m.Samples {
		p.Digest(&m.Samples[i])
	}
	now := p.Lock()
	now.Algorithm, now.Seed = l.Algorithm, l.Seed
	if now.merges(l) {
		now.Categories = l.Categories
		now.Spanning = max(now.Spanning, l.Spanning) // groups of two categories that are one now
		now.share()
	}
	return now, nil
}

// plan returns the plan that gave the samples the roles that they have.
func (l Lock) plan(m dataset.Manifest) (*Plan, error) {
	o, err := l.options()
	if err != nil {
		return nil, err
	}
	p := &Plan{o: o, all: o.tallyOf(m, nil).table(), bins: o.bins(), salt: l.Salt, from: l.From, result: newResultHash(), Partition: Partition{}, at: map[string]int{}}
	if !p.bins.folds {
		for i, r := range p.bins.roles {
			p.bins.shares[i] = l.Asked[r]
		}
	}
	for i := range m.Samples {
		p.Partition[m.Samples[i].Category] = m.Samples[i].Partition
	}
	var errs []error
	fault := func(format string, args ...any) {
		if len(errs) < maxDifferences {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	if o.By == ByTime {
		p.salt = 0
	}
	p.in = make([]int, len(p.all.groups))
	for g, name := range p.all.groups {
		p.at[name] = g
		p.in[g] = l.in(name, p.bins)
		if entry, ok := l.Groups[name]; !ok {
			fault("group %q of the samples is not in it", name)
		} else if p.in[g] == free {
			fault("it says %q of group %q, want a role or fold, a number of samples and a digest", entry, name)
		}
	}
	for _, name := range l.LeaveOut {
		if g, ok := p.at[name]; !ok || p.in[g] != leftOut {
			fault("it leaves out group %q, but has it not in test", name)
		}
	}
	for _, name := range l.Settled {
		if g, ok := p.at[name]; ok {
			p.settled = append(p.settled, g)
		}
	}
	for i := range m.Samples {
		s := &m.Samples[i]
		unit := o.By.unit(s)
		if g := p.at[unit]; p.in[g] >= 0 || p.in[g] == leftOut {
			if want := p.role(g, s.Partition); s.Role != want {
				fault("sample %s has the role %s: by its group %q, which is in %s, it is %s", s.ID, s.Role, unit, l.bin(unit), want)
			}
		}
	}
	return p, errors.Join(errs...)
}

// options returns the settings that a lock tells of.
func (l Lock) options() (Options, error) {
	o := Default()
	o.By, o.Folds, o.Fold, o.LeaveOut, o.Repeat, o.Tolerance = cmp.Or(l.By, ByGroup), l.Folds, l.Fold, l.LeaveOut, l.Repeat, l.Tolerance
	sum := 0.0
	for _, share := range l.Asked {
		sum += share
	}
	return o, errors.Join(o.Validate(), unless(math.Abs(sum-1) < 1e-3, "the shares asked for sum to %v, want 1", round(sum)),
		unless(l.Folds <= max(1000, len(l.Groups)), "split.folds is %d, but there are %d groups", l.Folds, len(l.Groups)))
}

func unless(holds bool, format string, args ...any) error {
	if holds {
		return nil
	}
	return fmt.Errorf(format, args...)
}

// merges reports whether categories of old became one in l, with the same
// samples by partition and role.
func (l Lock) merges(old Lock) bool {
	type kind struct {
		partition dataset.Partition
		role      dataset.Role
	}
	count := func(l Lock) map[kind]int {
		n := map[kind]int{}
		for _, c := range l.Categories {
			for r, samples := range c.Samples {
				n[kind{c.Partition, r}] += samples
			}
		}
		return n
	}
	is := l.partition()
	for c := range old.partition() {
		if is[c] == dataset.NoPartition { // a merged category is gone
			return maps.Equal(count(l), count(old))
		}
	}
	return false
}
