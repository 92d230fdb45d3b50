package split

import (
	"cmp"
	"math"
	"slices"

	"github.com/gesturekit/gesturekit/rng"
)

// maxSalts and maxDraws bound the search for a salt with shares within
// tolerance: how many are tried, and how many groups are looked at in all.
const (
	maxSalts = 1000
	maxDraws = 20_000_000
)

// dealing is groups and what they are dealt to.
type dealing struct {
	table // known and unknown categories only
	bins
	key       rng.Key
	tolerance float64
	fixed     []int // by group: the bin that it must stay in, or free

	samples, groupsWith []int // by category
}

// free marks a group that no lock and no rule puts in a bin.
const free = -1

// drawAll fills in the bin of every group: a pure function of seed (in key),
// salt and group, but for the groups that are fixed.
func (d *dealing) drawAll(salt int, into []int) {
	key := d.key.WithInt(salt)
	for g := range d.groups {
		if into[g] = d.fixed[g]; into[g] == free {
			into[g] = d.at(key.With(d.groups[g]).Unit())
		}
	}
}

// deal returns the bin of each group, the salt under which most of them were
// drawn, and the groups that were then moved so that their categories lack no
// bin. A salt below 0 stands for the first that gives shares within tolerance.
func (d *dealing) deal(salt int) (in []int, used int, settled []int) {
	d.samples, d.groupsWith = d.perCategory()
	in = make([]int, len(d.groups))
	if salt < 0 {
		salt = d.search(in)
	}
	d.drawAll(salt, in)
	return in, salt, d.settle(in)
}

// search returns the first salt within tolerance, else the best one tried.
func (d *dealing) search(in []int) int {
	best, bestFit := 0, fit{lacking: math.MaxInt}
	for s := range max(1, min(maxSalts, maxDraws/max(1, len(d.groups)))) {
		d.drawAll(s, in)
		f := d.fit(in)
		if f.lacking == 0 && f.off <= d.tolerance {
			return s
		}
		if f.better(bestFit) {
			best, bestFit = s, f
		}
	}
	return best
}

// fit tells how well the groups lie: first how many categories lack a bin that
// they could be in, then the largest distance of a share from the one asked
// for, over all samples and, at half weight, in each category.
type fit struct {
	lacking int
	off     float64
}

func (f fit) better(g fit) bool {
	return f.lacking < g.lacking || f.lacking == g.lacking && f.off < g.off
}

func (d *dealing) fit(in []int) fit {
	n := len(d.names)
	per, all := d.counts(in), make([]int, n)
	var f fit
	off := func(counts []int, weight float64) {
		total := 0
		for _, c := range counts {
			total += c
		}
		for b, c := range counts {
			f.off = max(f.off, weight*math.Abs(float64(c)/float64(max(1, total))-d.shares[b]))
		}
	}
	for c := range d.categories {
		if d.samples[c] == 0 {
			continue
		}
		counts := per[c*n : (c+1)*n]
		for b, samples := range counts {
			all[b] += samples
		}
		for _, b := range d.needed(d.groupsWith[c]) {
			if counts[b] == 0 {
				f.lacking++
			}
		}
		off(counts, 0.5)
	}
	off(all, 1)
	return f
}

// counts returns how many samples each category has in each bin, one row of
// bins a category.
func (d *dealing) counts(in []int) []int {
	n := len(d.names)
	per := make([]int, len(d.categories)*n)
	for _, c := range d.cells {
		per[int(c.category)*n+in[c.group]] += int(c.samples)
	}
	return per
}

// settle moves single groups so that a category with groups enough for all
// bins is in each, as far as that takes no category out of another. It returns
// the groups moved.
func (d *dealing) settle(in []int) (moved []int) {
	n := len(d.names)
	in3 := make([]int, len(d.categories)*n) // groups by category and bin
	for _, c := range d.cells {
		in3[int(c.category)*n+in[c.group]]++
	}
	type gap struct{ category, bin int }
	var gaps []gap
	for c := range d.categories {
		for _, b := range d.needed(d.groupsWith[c]) {
			if in3[c*n+b] == 0 {
				gaps = append(gaps, gap{c, b})
			}
		}
	}
	if len(gaps) == 0 {
		return nil
	}
	slices.SortStableFunc(gaps, func(a, b gap) int { return cmp.Compare(d.groupsWith[a.category], d.groupsWith[b.category]) })
	with := d.groupsOf()
	samples := d.counts(in)
	for _, want := range gaps {
		if in3[want.category*n+want.bin] > 0 { // a move for another category helped
			continue
		}
		best, least := free, math.Inf(1)
		for _, g := range with[want.category] {
			if d.fixed[g] != free || !d.spare(g, in[g], in3) {
				continue
			}
			if cost := d.cost(g, in[g], want.bin, samples); cost < least {
				best, least = g, cost
			}
		}
		if best == free {
			continue
		}
		for _, c := range d.of(best) {
			row := int(c.category) * n
			in3[row+in[best]]--
			in3[row+want.bin]++
			samples[row+in[best]] -= int(c.samples)
			samples[row+want.bin] += int(c.samples)
		}
		in[best] = want.bin
		moved = append(moved, best)
	}
	slices.Sort(moved)
	return slices.Compact(moved)
}

// groupsOf lists the groups of each category.
func (d *dealing) groupsOf() [][]int {
	with := make([][]int, len(d.categories))
	for _, c := range d.cells {
		with[c.category] = append(with[c.category], int(c.group))
	}
	return with
}

// spare reports whether a group can leave its bin with no category missing
// there afterwards that ought to be there.
func (d *dealing) spare(group, bin int, groups []int) bool {
	n := len(d.names)
	for _, c := range d.of(group) {
		if groups[int(c.category)*n+bin] == 1 && slices.Contains(d.needed(d.groupsWith[c.category]), bin) {
			return false
		}
	}
	return true
}

// cost is by how much moving a group would raise the distances of the shares of
// its categories from those asked for.
func (d *dealing) cost(group, from, to int, samples []int) float64 {
	n, cost := len(d.names), 0.0
	for _, c := range d.of(group) {
		total, row := float64(d.samples[c.category]), int(c.category)*n
		for _, m := range []struct{ bin, by int }{{from, -int(c.samples)}, {to, int(c.samples)}} {
			before := math.Abs(float64(samples[row+m.bin])/total - d.shares[m.bin])
			after := math.Abs(float64(samples[row+m.bin]+m.by)/total - d.shares[m.bin])
			cost += after - before
		}
	}
	return cost
}
