package split

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
)

// LockFile is the name of the record of a split.
const LockFile = "split.lock.json"

// algorithm names the way from seed to roles and folds of groups; it changes
// when that way does.
const algorithm = "sha256-group-threshold/2"

// Lock records what a split was made from and what came out. With it as
// split.lock, a later split keeps every group and every drawn category that it
// names where it is.
type Lock struct {
	Algorithm  string                   `json:"algorithm"`
	Seed       string                   `json:"seed"`                // the stage's key, as a hexadecimal number
	By         By                       `json:"by,omitempty"`        // split.by, if not group
	From       map[dataset.Role]string  `json:"from,omitempty"`      // by time: from when on the groups are in a role
	Repeat     int                      `json:"repeat,omitempty"`    // split.repeat
	Folds      int                      `json:"folds,omitempty"`     // split.folds
	Fold       int                      `json:"fold,omitempty"`      // the fold that is the test
	LeaveOut   []string                 `json:"leave_out,omitempty"` // the groups that are the test
	Salt       int                      `json:"salt"`
	Asked      map[dataset.Role]float64 `json:"asked"`               // shares of the known and unknown samples
	Got        map[dataset.Role]float64 `json:"got"`                 // likewise
	Tolerance  float64                  `json:"tolerance"`           // split.tolerance
	Off        float64                  `json:"off"`                 // largest distance of a share from the one asked, over all samples and at half weight in each category
	Lacking    []string                 `json:"lacking"`             // categories that are not in a role, and why
	Ungrouped  int                      `json:"ungrouped"`           // samples of which neither person nor session nor time is known: each is a group of its own, or with its near-duplicates
	InBursts   int                      `json:"in_bursts,omitempty"` // samples of which neither is known, grouped by time
	Spanning   int                      `json:"spanning"`            // groups with samples of more than one category
	Samples    map[dataset.Role]int     `json:"samples"`             // all samples
	GroupCount map[dataset.Role]int     `json:"group_counts"`        // groups with a sample in the role
	Result     string                   `json:"result"`              // sha256 of the lines "<id> <partition> <role>"
	Categories []categoryRoles          `json:"categories"`          // sorted
	Settled    []string                 `json:"settled"`             // groups moved from the role that seed and salt give, for the sake of a category
	Groups     map[string]string        `json:"groups"`              // by the name of the group or camera: "<role or fold> <samples> <digest of their IDs>", and the captures if neither person nor session is known

	became map[string][]string // as the plan's
	file   string              // it was read from
}

type categoryRoles struct {
	Category  string               `json:"category"`
	Partition dataset.Partition    `json:"partition"`
	Samples   map[dataset.Role]int `json:"samples"`
	Groups    map[dataset.Role]int `json:"groups"`
}

// Lock returns the record of the plan. Its Result covers the samples that were
// written to Digest so far.
func (p *Plan) Lock() Lock {
	l := p.summary()
	l.Groups = make(map[string]string, len(p.all.groups))
	marks := p.all.marks
	for g, name := range p.all.groups {
		samples := 0
		for _, c := range p.all.of(g) {
			samples += int(c.samples)
		}
		bin := string(dataset.Test)
		if in := p.in[g]; in != leftOut {
			bin = p.bins.names[in]
		}
		entry := []string{bin, strconv.Itoa(samples), p.all.digests[g].String()}
		for ; len(marks) > 0 && int(marks[0].group) == g; marks = marks[1:] {
			entry = append(entry, marks[0].mark.String())
		}
		l.Groups[name] = strings.Join(entry, " ")
	}
	return l
}

// summary is the lock without its groups.
func (p *Plan) summary() Lock {
	l := Lock{
		Algorithm: algorithm, Seed: fmt.Sprintf("%016x", p.seed), Repeat: p.o.Repeat, Folds: p.o.Folds, Fold: p.o.Fold, LeaveOut: p.o.LeaveOut,
		Salt: p.salt, Asked: p.asked(), Tolerance: p.o.Tolerance,
		GroupCount: map[dataset.Role]int{}, Result: p.result.String(),
		Categories: p.rows(), Settled: []string{},
	}
	l.Ungrouped, l.InBursts, l.From, l.became = p.all.alone, p.all.inBursts, p.from, p.became
	if p.o.By != ByGroup {
		l.By = p.o.By
	}
	l.share()
	for g := range p.all.groups {
		if len(p.all.of(g)) > 1 {
			l.Spanning++
		}
		if r := p.groupRole(g); r != dataset.NoRole {
			l.GroupCount[r]++
		}
	}
	for _, g := range p.settled {
		l.Settled = append(l.Settled, p.all.groups[g])
	}
	return l
}

// share works out the numbers that follow from those of the categories and the
// shares asked for.
func (l *Lock) share() {
	l.Got, l.Samples, l.Lacking, l.Off = map[dataset.Role]float64{}, map[dataset.Role]int{}, []string{}, 0
	trained := map[dataset.Role]int{}
	for _, row := range l.Categories {
		for r, n := range row.Samples {
			l.Samples[r] += n
			if row.Partition != dataset.Unseen {
				trained[r] += n
			}
		}
		l.Lacking = append(l.Lacking, row.lacking()...)
		if row.Partition != dataset.Unseen {
			l.Off = max(l.Off, l.off(row.Samples)/2)
		}
	}
	l.Off = round(max(l.Off, l.off(trained)))
	for _, r := range dataset.Roles() {
		l.Got[r] = round(float64(trained[r]) / float64(max(1, total(trained))))
	}
}

// groupRole returns the role of those samples of a group that are used.
func (p *Plan) groupRole(g int) dataset.Role {
	for _, c := range p.all.of(g) {
		if r := p.role(g, p.Partition[p.all.categories[c.category]]); r != dataset.Unused {
			return r
		}
	}
	return dataset.NoRole
}

// asked returns the shares asked for by role. Where the test is named, its
// share is what it is.
func (p *Plan) asked() map[dataset.Role]float64 {
	asked := map[dataset.Role]float64{}
	for i, r := range p.bins.roles {
		asked[r] += p.bins.shares[i]
	}
	for r := range asked {
		asked[r] = round(asked[r])
	}
	return asked
}

// off returns the largest distance of the roles' shares from those asked for.
func (l *Lock) off(samples map[dataset.Role]int) (off float64) {
	n := 0
	for r := range l.Asked {
		n += samples[r]
	}
	for r, share := range l.Asked {
		off = max(off, math.Abs(float64(samples[r])/float64(max(1, n))-share))
	}
	return off
}

// lacking says in which roles the samples of a category are missing.
func (c categoryRoles) lacking() (out []string) {
	roles := dataset.Roles()
	if c.Partition == dataset.Unseen {
		roles = []dataset.Role{dataset.Test}
	}
	for _, r := range roles {
		if c.Samples[r] == 0 {
			out = append(out, fmt.Sprintf("%s category %q has no sample in %s: it has %s in %s", c.Partition, c.Category, r,
				plural(total(c.Samples), "sample"), plural(total(c.Groups), "group")))
		}
	}
	return out
}

// resultHash digests the samples' lines in their order.
type resultHash struct {
	hash.Hash
	line []byte
}

func newResultHash() *resultHash { return &resultHash{Hash: sha256.New()} }

// String returns the digest so far, in hexadecimal.
func (h *resultHash) String() string { return hex.EncodeToString(h.Sum(nil)) }

// Digest takes a sample into the result's digest; give it all, in order.
func (p *Plan) Digest(s *dataset.Sample) { p.result.add(s) }

func (h *resultHash) add(s *dataset.Sample) {
	b := append(append(h.line[:0], s.ID...), ' ')
	b = append(append(b, s.Partition...), ' ')
	h.line = append(append(b, s.Role...), '\n')
	_, _ = h.Write(h.line) // a hash takes everything
}

// ResultOf returns the digest that a lock records of a manifest's roles.
func ResultOf(m dataset.Manifest) string {
	h := newResultHash()
	for i := range m.Samples {
		h.add(&m.Samples[i])
	}
	return h.String()
}

// round keeps four decimals, which is what a share is read to.
func round(share float64) float64 { return math.Round(share*1e4) / 1e4 }

// Write writes the lock as JSON, a group a line.
func (l Lock) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(l)
}

// ReadLock reads a lock file. Faults of its content wrap dataset.ErrInvalid.
func ReadLock(name string) (*Lock, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read split lock: %w", err)
	}
	l, err := ParseLock(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", dataset.ErrInvalid, name, err)
	}
	l.file = name
	return l, nil
}

// ParseLock reads the content of a lock file.
func ParseLock(data []byte) (*Lock, error) {
	var head struct{ Algorithm string }
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, broken(err)
	}
	if head.Algorithm != algorithm {
		return nil, fmt.Errorf("it is of the algorithm %q, this gesturekit has %q: delete the file to deal all groups anew, or use the gesturekit that wrote it", head.Algorithm, algorithm)
	}
	var l Lock
	if err := json.Unmarshal(data, &l); err != nil {
		return nil, broken(err)
	}
	if len(l.Groups) == 0 {
		return nil, broken(errors.New("it names no group"))
	}
	return &l, nil
}

func broken(err error) error {
	return fmt.Errorf("it is no split lock: %w: take it from version control again, or delete it to deal all groups anew", err)
}

// title is how messages call the lock: by its file, if it was read from one.
func (l *Lock) title() string { return strings.TrimSpace("the split lock " + l.file) }

// entries fails when the lock says something else of a group than its role or fold,
// a number, a digest and captures.
func (l *Lock) entries(b bins) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(l.Groups)) {
		if (l.in(name, b) == free || l.garbled(name)) && len(errs) < maxDifferences {
			errs = append(errs, fmt.Errorf("%s says %.80q of group %q: want a role or fold, a number of samples and a digest, and captures, of which each is %d digits of 0-9 and a-f: take it from version control again", l.title(), l.Groups[name], name, markDigits))
		}
	}
	if len(errs) > 0 {
		return fmt.Errorf("%w: %w", dataset.ErrInvalid, errors.Join(errs...))
	}
	return nil
}

// in returns the bin that a group is in: leftOut if it is the test with leave_out,
// free if the lock says nothing of the kind.
func (l *Lock) in(group string, b bins) int {
	if len(l.LeaveOut) > 0 && l.bin(group) == string(dataset.Test) {
		return leftOut
	}
	return b.index(l.bin(group))
}

// bin returns the role or fold that the lock has for a group, "" for none.
func (l *Lock) bin(group string) string {
	bin, _, _ := strings.Cut(l.Groups[group], " ")
	return bin
}

func (l *Lock) partition() Partition {
	p := Partition{}
	for _, c := range l.Categories {
		p[c.Category] = c.Partition
	}
	return p
}

// fits fails when the lock was made with settings under which its groups
// cannot stay where they are.
func (l *Lock) fits(o Options, seed uint64) error {
	p := Plan{o: o, bins: o.bins(), seed: seed}
	now := Lock{Seed: fmt.Sprintf("%016x", seed), Repeat: o.Repeat, Folds: o.Folds, LeaveOut: o.LeaveOut, Asked: p.asked()}
	if o.By != ByGroup {
		now.By = o.By
	}
	if differences := now.settings(*l); len(differences) > 0 {
		return fmt.Errorf("%w: %s was made with other settings: %s: set them back, or delete it to deal all groups anew", dataset.ErrInvalid, l.title(), strings.Join(differences, "; "))
	}
	if o.Salt >= 0 && o.Salt != l.Salt {
		return fmt.Errorf("%w: split.salt is %d, but %s has %d: remove one or the other", dataset.ErrInvalid, o.Salt, l.title(), l.Salt)
	}
	return nil
}

// settings says in which settings that move groups l differs from old.
func (l Lock) settings(old Lock) (out []string) {
	differ := func(what string, was, is any) {
		if a, b := fmt.Sprint(was), fmt.Sprint(is); a != b {
			out = append(out, fmt.Sprintf("%s changed from %s to %s", what, a, b))
		}
	}
	differ("the seed's key", old.Seed, l.Seed)
	differ("split.by", cmp.Or(old.By, ByGroup), cmp.Or(l.By, ByGroup))
	differ("split.repeat", old.Repeat, l.Repeat)
	differ("split.folds", old.Folds, l.Folds)
	differ("whether split.leave_out is set", len(old.LeaveOut) > 0, len(l.LeaveOut) > 0)
	if old.Folds == l.Folds {
		for _, r := range dataset.Roles() {
			differ(fmt.Sprintf("the share of %s", r), old.Asked[r], l.Asked[r])
		}
	}
	return out
}

// moves returns the groups that have another role or fold than in old, sorted, but
// for those left out by name in either.
func (l Lock) moves(old Lock) (out []string) {
	for _, name := range slices.Sorted(maps.Keys(old.Groups)) {
		if _, ok := l.Groups[name]; ok && l.bin(name) != old.bin(name) && !l.leaves(name) && !old.leaves(name) {
			out = append(out, name)
		}
	}
	return out
}

// leaves tells whether split.leave_out named the group.
func (l Lock) leaves(group string) bool { return slices.Contains(l.LeaveOut, group) }

// Report says in sentences how the split came out: shares asked for and got,
// groups of several categories, groups that were moved, samples whose group
// nobody knows, and what is missing in a role.
func (l Lock) Report() []string {
	shares := func(of map[dataset.Role]float64) string {
		var out []string
		for _, r := range dataset.Roles() {
			if share, ok := of[r]; ok {
				out = append(out, fmt.Sprintf("%s %.1f %%", r, 100*share))
			}
		}
		return strings.Join(out, ", ")
	}
	out := []string{
		fmt.Sprintf("asked of the known and unknown samples: %s; got: %s", shares(l.Asked), shares(l.Got)),
		fmt.Sprintf("a share lies at most %.1f %% from the one asked for, in a category at half weight; the tolerance is %g %%", 100*l.Off, 100*l.Tolerance),
		fmt.Sprintf("%d of %d groups have samples of more than one category; all samples of a group have one role", l.Spanning, len(l.Groups)),
	}
	if len(l.Settled) > 0 {
		out = append(out, fmt.Sprintf("%s moved so that no category lacks a role: %s", plural(len(l.Settled), "group"), strings.Join(limited(l.Settled, maxDifferences), ", ")))
	}
	if l.Ungrouped > 0 {
		out = append(out, fmt.Sprintf("of %d of %d samples neither person nor session is known: each is a group of its own, or with its near-duplicates", l.Ungrouped, total(l.Samples)))
	}
	if l.InBursts > 0 {
		out = append(out, fmt.Sprintf("of %d of %d samples neither person nor session is known: they are grouped by time, in bursts", l.InBursts, total(l.Samples)))
	}
	if n := l.Samples[dataset.Unused]; n > 0 {
		out = append(out, fmt.Sprintf("%s unused: unseen, of groups in train or validation", plural(n, "sample")))
	}
	return append(out, limited(l.Lacking, maxDifferences)...)
}
