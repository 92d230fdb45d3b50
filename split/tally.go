package split

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
)

// Tally counts the samples by group and category. It needs 8 bytes a sample
// besides what it keeps of each group, and 16 more of one in a group without
// person or session, so it takes manifests that are read as a stream. The order in
// which samples are added plays no part in what comes out.
type Tally struct {
	groupAt, categoryAt map[string]uint32
	groups, categories  []string
	pairs               []uint64      // a group and a category for each sample
	digests             []groupDigest // by group
	byContent           []bool        // by group, unless by camera: it is named by the content of a sample
	inBursts            int           // samples grouped by time

	held []held          // the captures of groups that may be nameless
	of   map[mark]uint32 // the group in the lock of a capture
	old  []string        // the groups that of means
	from []uint64        // a group and one of old for each such capture
	lock *Lock           // whose groups stay where they are, or nil

	by        By
	starts    []int64                // by time: of each group when its first sample was taken, in seconds, or untimed
	cameraOf  map[string]cameraGroup // by camera: of each group
	uncamered int                    // by camera: samples of which it is not known
}

// groupDigest is the sum of the digests of a group's sample IDs, so that their
// order plays no part.
type groupDigest struct{ high, low uint64 }

func (d groupDigest) String() string { return fmt.Sprintf("%016x", d.high^d.low) }

type held struct {
	group uint32
	mark  mark
}

// NewTally returns an empty tally for Plan. Groups and drawn categories of the
// lock, if it is not nil, will stay where they are.
func (o Options) NewTally(lock *Lock) *Tally {
	t := &Tally{
		groupAt: map[string]uint32{}, categoryAt: map[string]uint32{},
		by: o.By, cameraOf: map[string]cameraGroup{}, lock: lock,
	}
	if lock != nil {
		t.old, t.of = lock.groupsOf()
	}
	return t
}

// tallyOf counts the samples of a manifest.
func (o Options) tallyOf(m dataset.Manifest, lock *Lock) *Tally {
	t := o.NewTally(lock)
	for i := range m.Samples {
		t.Add(&m.Samples[i])
	}
	return t
}

// Add counts a sample.
func (t *Tally) Add(s *dataset.Sample) {
	g, c := intern(t.groupAt, &t.groups, t.by.unit(s)), intern(t.categoryAt, &t.categories, s.Category)
	if int(g) == len(t.digests) {
		t.digests = append(t.digests, groupDigest{})
		t.byContent = append(t.byContent, false)
	}
	t.pairs = append(t.pairs, uint64(g)<<32|uint64(c))
	if s.NamesGroup() {
		t.byContent[g] = true
	} else if isBurst(s.Group) {
		t.inBursts++
	}
	if t.by != ByCamera {
		t.addMark(g, s)
	}
	switch t.by {
	case ByTime:
		t.addTime(int(g), s)
	case ByCamera:
		t.addCamera(s)
	}
	sum := sha256.Sum256([]byte(s.ID))
	t.digests[g].high += binary.BigEndian.Uint64(sum[:])
	t.digests[g].low += binary.BigEndian.Uint64(sum[8:])
}

func (t *Tally) addMark(group uint32, s *dataset.Sample) {
	m, ok := markOf(s.SHA256)
	if !ok {
		return
	}
	if old, ok := t.of[m]; ok {
		t.from = append(t.from, uint64(group)<<32|uint64(old))
	}
	if mayBeNameless(s.Group) {
		t.held = append(t.held, held{group, m})
	}
}

func (t *Tally) addTime(group int, s *dataset.Sample) {
	if group == len(t.starts) {
		t.starts = append(t.starts, untimed)
	}
	if at, err := dataset.WallTime(s.TakenAt); err == nil {
		t.starts[group] = min(t.starts[group], at.Unix())
	}
}

// cameraGroup is what a split by camera must know of a group.
type cameraGroup struct {
	camera            string
	shared, byContent bool // it has samples of several cameras; it is named by the content of one
	samples           int
}

func (t *Tally) addCamera(s *dataset.Sample) {
	if s.Camera == "" {
		t.uncamered++
	}
	g, ok := t.cameraOf[s.Group]
	if !ok {
		g.camera = strings.Clone(s.Camera)
	}
	g.samples++
	g.shared = g.shared || g.camera != s.Camera
	g.byContent = g.byContent || s.NamesGroup()
	t.cameraOf[strings.Clone(s.Group)] = g
}

// ungrouped counts the samples of groups that are named by content.
func (t *Tally) ungrouped() (n int) {
	if t.by == ByCamera {
		for _, g := range t.cameraOf {
			if g.byContent {
				n += g.samples
			}
		}
		return n
	}
	for _, p := range t.pairs {
		if t.byContent[p>>32] {
			n++
		}
	}
	return n
}

func intern(at map[string]uint32, names *[]string, name string) uint32 {
	i, ok := at[name]
	if !ok {
		name = strings.Clone(name) // it may be part of a longer line
		i = uint32(len(*names))
		at[name] = i
		*names = append(*names, name)
	}
	return i
}

// cell is how many samples a group has of a category.
type cell struct{ group, category, samples int32 }

// table is a finished tally: groups and categories sorted, cells sorted by
// group and category.
type table struct {
	groups, categories []string
	digests            []groupDigest
	alone, inBursts    int // samples whose group nobody knows, or only by time
	by                 By
	samples, uncamered int
	starts             []int64
	shared             []string // sorted
	marks              []held   // captures of nameless groups, sorted by group and mark
	old                []string // groups of the lock
	from               []origin // sorted by group
	cells              []cell
	first              []int // by group: its first cell; one more entry at the end
}

// table finishes the tally, which takes no more samples after it.
func (t *Tally) table() table {
	var out table
	var groupRank, categoryRank []uint32
	out.groups, groupRank = ranked(t.groups)
	out.categories, categoryRank = ranked(t.categories)
	out.alone, out.inBursts, out.by, out.samples, out.uncamered = t.ungrouped(), t.inBursts, t.by, len(t.pairs), t.uncamered
	for name, g := range t.cameraOf {
		if g.shared {
			out.shared = append(out.shared, name)
		}
	}
	slices.Sort(out.shared)
	out.starts = make([]int64, len(t.starts))
	for i, start := range t.starts {
		out.starts[groupRank[i]] = start
	}
	out.digests = make([]groupDigest, len(t.digests))
	for i, d := range t.digests {
		out.digests[groupRank[i]] = d
	}
	for i, p := range t.pairs {
		t.pairs[i] = uint64(groupRank[p>>32])<<32 | uint64(categoryRank[uint32(p)])
	}
	out.count(t.pairs)
	out.old, out.from = t.old, origins(t.from, groupRank)
	out.marks = t.held[:0]
	for _, h := range t.held {
		if t.byContent[h.group] || isBurst(t.groups[h.group]) {
			out.marks = append(out.marks, held{groupRank[h.group], h.mark})
		}
	}
	slices.SortFunc(out.marks, func(a, b held) int { return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.mark, b.mark)) })
	out.marks = slices.Compact(out.marks)
	*t = Tally{}
	return out
}

// origins counts pairs of a group, by its rank then, and a group of the lock.
func origins(pairs []uint64, rank []uint32) (out []origin) {
	for i, p := range pairs {
		pairs[i] = uint64(rank[p>>32])<<32 | uint64(uint32(p))
	}
	slices.Sort(pairs)
	for i, p := range pairs {
		if i > 0 && p == pairs[i-1] {
			out[len(out)-1].samples++
			continue
		}
		out = append(out, origin{int(p >> 32), int(uint32(p)), 1})
	}
	return out
}

// count makes the cells of pairs of a group and a category, by the ranks of both:
// the categories are brought into the order of their groups, then sorted in each.
func (t *table) count(pairs []uint64) {
	end := make([]int, len(t.groups)+1)
	for _, p := range pairs {
		end[p>>32+1]++
	}
	for g := range t.groups {
		end[g+1] += end[g]
	}
	categories := make([]int32, len(pairs))
	for _, p := range pairs {
		categories[end[p>>32]] = int32(uint32(p))
		end[p>>32]++
	}
	t.first = make([]int, len(t.groups)+1)
	begin := 0
	for g := range t.groups {
		of := categories[begin:end[g]]
		begin = end[g]
		slices.Sort(of)
		for i, c := range of {
			if i > 0 && c == of[i-1] {
				t.cells[len(t.cells)-1].samples++
				continue
			}
			t.cells = append(t.cells, cell{int32(g), c, 1})
		}
		t.first[g+1] = len(t.cells)
	}
}

// ranked sorts names and tells the place of each of the old ones.
func ranked(names []string) (sorted []string, rank []uint32) {
	order := make([]uint32, len(names))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return cmp.Compare(names[a], names[b]) })
	sorted, rank = make([]string, len(names)), make([]uint32, len(names))
	for at, i := range order {
		sorted[at], rank[i] = names[i], uint32(at)
	}
	return sorted, rank
}

// of returns the cells of a group.
func (t table) of(group int) []cell { return t.cells[t.first[group]:t.first[group+1]] }

// restricted returns the table with the cells kept only. Groups without any
// stay.
func (t table) restricted(keep func(cell) bool) table {
	out := t
	out.cells, out.first = nil, make([]int, len(t.first))
	for g := range t.groups {
		for _, c := range t.of(g) {
			if keep(c) {
				out.cells = append(out.cells, c)
			}
		}
		out.first[g+1] = len(out.cells)
	}
	return out
}

// perCategory returns how many samples and groups each category has.
func (t table) perCategory() (samples, groups []int) {
	samples, groups = make([]int, len(t.categories)), make([]int, len(t.categories))
	for _, c := range t.cells {
		samples[c.category] += int(c.samples)
		groups[c.category]++
	}
	return samples, groups
}
