package split

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/rng"
)

// Plan is what a split will do: a partition for each category and a role for
// each group.
type Plan struct {
	Partition Partition
	Warnings  []string // what a person should know before using it
	Merged    []string // among them, which groups of the lock moved, as they are one with others now

	o       Options
	all     table
	bins    bins
	in      []int // by group: its bin, or leftOut
	salt    int
	settled []int
	from    map[dataset.Role]string // by time: when the role begins
	at      map[string]int
	locked  bool                // a lock was given
	became  map[string][]string // by group of the lock: the groups of other names that have its captures, sorted
	seed    uint64
	result  *resultHash
}

// leftOut stands for the bin of the groups that are the test with
// split.leave_out: those that it names, and those of unseen samples only.
const leftOut = -2

// Plan works out the split of the samples counted by t, which takes no more
// after it. key is the stage's random stream. Faults of the data wrap
// dataset.ErrInvalid.
func (o Options) Plan(t *Tally, key rng.Key) (*Plan, error) {
	old := t.lock
	p := &Plan{o: o, all: t.table(), bins: o.bins(), seed: key.Uint64(), result: newResultHash()}
	if len(p.all.groups) == 0 {
		return nil, fmt.Errorf("%w: no samples to split", dataset.ErrInvalid)
	}
	if err := p.all.lacks(); err != nil {
		return nil, fmt.Errorf("%w: %w", dataset.ErrInvalid, err)
	}
	var drawn Partition
	if old != nil {
		if err := old.fits(o, p.seed); err != nil {
			return nil, err
		}
		if err := old.entries(p.bins); err != nil {
			return nil, err
		}
		drawn = old.partition()
	}
	var err error
	if p.Partition, err = o.partition(p.all.categories, key.With("partition"), drawn); err != nil {
		return nil, err
	}
	if err := p.deal(key.With("roles"), old); err != nil {
		return nil, err
	}
	p.at = make(map[string]int, len(p.all.groups))
	for i, g := range p.all.groups {
		p.at[g] = i
	}
	if err := p.enough(); err != nil {
		return nil, err
	}
	p.warn()
	return p, nil
}

// deal gives every group its bin. A new group of unseen samples only goes to
// the test, and stays there when it gets others; in folds it goes to one as any.
func (p *Plan) deal(key rng.Key, old *Lock) error {
	out, err := p.leftOut()
	if err != nil {
		return err
	}
	trained := p.all.restricted(func(c cell) bool {
		return p.Partition[p.all.categories[c.category]] != dataset.Unseen
	})
	kept := p.kept(old)
	if p.o.By == ByTime {
		p.in, p.from, err = p.inTime(trained, old, kept)
		return err
	}
	salt := p.o.Salt
	if old != nil && salt < 0 {
		salt = old.Salt
	}
	fixed := make([]int, len(p.all.groups))
	for g, bin := range kept {
		if bin == "" && len(trained.of(g)) == 0 && !p.bins.folds {
			bin = string(dataset.Test)
		}
		if fixed[g] = p.bins.index(bin); fixed[g] < 0 && bin == string(dataset.Test) {
			out[int32(g)] = true
		}
	}
	d := dealing{
		table: trained.restricted(func(c cell) bool { return !out[c.group] }), bins: p.bins, key: key,
		tolerance: p.o.Tolerance, fixed: fixed,
	}
	if p.o.Repeat > 0 {
		d.key = key.With("repeat").WithInt(p.o.Repeat)
	}
	p.in, p.salt, p.settled = d.deal(salt)
	for g := range out {
		p.in[g] = leftOut
	}
	return nil
}

func (p *Plan) leftOut() (map[int32]bool, error) {
	out := map[int32]bool{}
	var errs []error
	for _, name := range p.o.LeaveOut {
		g, ok := slices.BinarySearch(p.all.groups, name)
		if !ok {
			errs = append(errs, fmt.Errorf("split.leave_out names group %q, of which there is no sample; gesturekit split plan --groups lists them", name))
			continue
		}
		out[int32(g)] = true
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("%w: %w", dataset.ErrInvalid, errors.Join(errs...))
	}
	return out, nil
}

// role returns the role of the samples of a group in a category.
func (p *Plan) role(group int, part dataset.Partition) dataset.Role {
	r := dataset.Test
	if in := p.in[group]; in != leftOut {
		r = p.bins.roles[in]
	}
	if part == dataset.Unseen && r != dataset.Test {
		return dataset.Unused
	}
	return r
}

// Apply gives a sample that was counted its partition and role.
func (p *Plan) Apply(s *dataset.Sample) {
	s.Partition = p.Partition[s.Category]
	s.Role = p.role(p.at[p.o.By.unit(s)], s.Partition)
}

// Known returns the known categories, sorted.
func (p *Plan) Known() (known []string) {
	for _, c := range p.all.categories {
		if p.Partition[c] == dataset.Known {
			known = append(known, c)
		}
	}
	return known
}

// rows returns how many samples and groups each category has in each role.
func (p *Plan) rows() []categoryRoles {
	roles := [...]dataset.Role{dataset.Train, dataset.Validation, dataset.Test, dataset.Unused}
	type counts struct{ samples, groups [len(roles)]int }
	per, parts := make([]counts, len(p.all.categories)), make([]dataset.Partition, len(p.all.categories))
	for i, c := range p.all.categories {
		parts[i] = p.Partition[c]
	}
	for _, c := range p.all.cells {
		r := slices.Index(roles[:], p.role(int(c.group), parts[c.category]))
		per[c.category].samples[r] += int(c.samples)
		per[c.category].groups[r]++
	}
	rows := make([]categoryRoles, len(per))
	for i, n := range per {
		rows[i] = categoryRoles{Category: p.all.categories[i], Partition: parts[i], Samples: map[dataset.Role]int{}, Groups: map[dataset.Role]int{}}
		for r, role := range roles {
			if n.groups[r] > 0 {
				rows[i].Samples[role], rows[i].Groups[role] = n.samples[r], n.groups[r]
			}
		}
	}
	return rows
}

// enough checks that the roles can do their work: samples in each, and every
// known category in train and, unless the test is a fold, named, or by time, in test.
func (p *Plan) enough() error {
	rows, all := p.rows(), map[dataset.Role]int{}
	for _, row := range rows {
		if row.Partition != dataset.Unseen {
			for r, n := range row.Samples {
				all[r] += n
			}
		}
	}
	what, more := "groups", "name more persons or sessions (ingest.groups)"
	switch {
	case p.o.By == ByCamera:
		what, more = "cameras", "capture with more of them"
	case p.all.alone+p.all.inBursts > 0:
		more += ", as captures without one are grouped by time (ingest.groups.gap) and with near-duplicates (ingest.groups.near)"
	}
	var errs []error
	if n := len(p.all.groups); p.o.Folds > n {
		errs = append(errs, fmt.Errorf("split.folds is %d, but there are %d %s, and no fold may be empty: set fewer folds, or %s", p.o.Folds, n, what, more))
	}
	for _, r := range dataset.Roles() {
		if all[r] == 0 {
			errs = append(errs, fmt.Errorf("role %s gets no sample: there are %d %s, and a split needs at least %d; %s, or change the seed or the shares",
				r, len(p.all.groups), what, max(3, p.o.Folds), more))
		}
	}
	needed := []dataset.Role{dataset.Train, dataset.Test}
	if p.o.Folds > 0 || len(p.o.LeaveOut) > 0 || p.o.By == ByTime {
		needed = needed[:1]
	}
	for _, row := range rows {
		if row.Partition != dataset.Known || len(errs) > 0 && all[dataset.Train]*all[dataset.Test] == 0 {
			continue
		}
		for _, r := range needed {
			if row.Samples[r] == 0 {
				errs = append(errs, fmt.Errorf("known category %q gets no sample in %s: it has %s in %s; capture it with more persons or sessions, or move it to split.unknown",
					row.Category, r, plural(total(row.Samples), "sample"), plural(total(row.Groups), "group")))
			}
		}
	}
	if len(errs) > 0 {
		return fmt.Errorf("%w: %w", dataset.ErrInvalid, errors.Join(errs...))
	}
	return nil
}

// warn notes what is sound but not what a person would hope for.
func (p *Plan) warn() {
	p.Warnings = append(p.Warnings, p.Merged...)
	note := func(format string, args ...any) { p.Warnings = append(p.Warnings, fmt.Sprintf(format, args...)) }
	if !p.o.Partitioned() {
		note("no partition was given, so one was drawn: look at %s, and set split.known, split.unknown and split.unseen to what you mean", PartitionFile)
	}
	l := p.summary()
	if l.Ungrouped > 0 {
		note("of %d of %d samples neither person nor session is known, so each is a group of its own, or with its near-duplicates: pictures of one person or burst may be in train and in test, and the test looks better than it is; set ingest.groups", l.Ungrouped, total(l.Samples))
	}
	if l.InBursts > 0 {
		note("of %d of %d samples neither person nor session is known, only bursts by time: pictures of one person in two bursts may be in train and in test, and the test looks better than it is; set ingest.groups", l.InBursts, total(l.Samples))
	}
	if l.Off > max(p.o.Tolerance, 0.05) {
		note("shares lie up to %.0f %% from those asked for, as the groups are few or uneven: see %s", 100*l.Off, LockFile)
	}
	for _, s := range limited(l.Lacking, 5) {
		note("%s", s)
	}
	if n := l.Samples[dataset.Unused]; n > 0 {
		note("%d unseen samples are of groups in train or validation and stay unused, as a group has one role", n)
	}
}

// limited cuts a list of findings and says how many more there are.
func limited(all []string, most int) []string {
	if len(all) <= most {
		return all
	}
	return append(slices.Clone(all[:most]), fmt.Sprintf("and %d more", len(all)-most))
}

func total(counts map[dataset.Role]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
