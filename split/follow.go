package split

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
)

// mark is what a lock knows a capture by: so many digits of its SHA-256 that among
// a million captures two are alike in one of 500 datasets.
type mark uint64

const markDigits = 12

// markOf reads the mark off a SHA-256, or a lock, in lower-case hexadecimal digits.
func markOf(digits string) (m mark, ok bool) {
	if len(digits) < markDigits {
		return 0, false
	}
	for _, c := range []byte(digits[:markDigits]) {
		at := strings.IndexByte("0123456789abcdef", c)
		if at < 0 {
			return 0, false
		}
		m = m<<4 | mark(at)
	}
	return m, true
}

func (m mark) String() string { return fmt.Sprintf("%0*x", markDigits, uint64(m)) }

// mayBeNameless reports whether ingest may have given this name to a group of
// which neither person nor session is known: a burst, or eight digits of the
// SHA-256 of a capture.
func mayBeNameless(group string) bool {
	return isBurst(group) || len(group) == 8 && strings.Trim(group, "0123456789abcdef") == ""
}

func isBurst(group string) bool { return strings.HasPrefix(group, dataset.BurstPrefix) }

// marks returns the captures that the lock has of a group, whose name may change
// as captures are added: none if it is a person or session.
func (l *Lock) marks(group string) (marks []mark) {
	_, captures := l.entry(group)
	for f := range strings.FieldsSeq(captures) {
		if m, ok := markOf(f); ok {
			marks = append(marks, m)
		}
	}
	return marks
}

// entry returns what the lock says of a group: role or fold, number and digest, and
// apart the captures, which the digest covers and locks of before did not have.
func (l *Lock) entry(group string) (head, captures string) {
	f := append(strings.SplitN(l.Groups[group], " ", 4), "")
	n := min(3, len(f)-1)
	return strings.Join(f[:n], " "), f[n]
}

// garbled tells whether the captures of a group are not all marks.
func (l *Lock) garbled(group string) bool {
	_, captures := l.entry(group)
	for f := range strings.FieldsSeq(captures) {
		if _, ok := markOf(f); !ok || len(f) != markDigits {
			return true
		}
	}
	return false
}

// groupsOf returns the groups of which the lock has the captures, sorted, and by
// mark the index of the capture's group. A capture in groups of different roles
// or folds is left out, as it cannot tell which of them another group was.
func (l *Lock) groupsOf() (names []string, of map[mark]uint32) {
	of = map[mark]uint32{}
	for name := range l.Groups {
		if len(l.marks(name)) > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	unsure := map[mark]bool{}
	for i, name := range names {
		for _, m := range l.marks(name) {
			if first, ok := of[m]; !ok {
				of[m] = uint32(i)
			} else if l.bin(names[first]) != l.bin(name) {
				unsure[m] = true
			}
		}
	}
	maps.DeleteFunc(of, func(m mark, _ uint32) bool { return unsure[m] })
	return names, of
}

// origin is how many captures of a group the lock has in one of its own.
type origin struct {
	group, old int // old is an index of table.old
	samples    int
}

// kept returns the role or fold that the lock has for each group, "" for none. A
// group with captures that the lock has in groups without person or session is
// where most of these were; where as many were elsewhere, in train, else
// validation, else test, or in the higher fold. But a person or session that the
// lock names stays. It notes what became of old groups, and which of them are one
// now that were in different roles or folds.
func (p *Plan) kept(old *Lock) []string {
	in := make([]string, len(p.all.groups))
	if old == nil {
		return in
	}
	p.locked, p.became = true, map[string][]string{}
	for g, name := range p.all.groups {
		in[g] = old.stays(name)
	}
	for from := p.all.from; len(from) > 0; {
		n := 1
		for n < len(from) && from[n].group == from[0].group {
			n++
		}
		g := from[0].group
		in[g] = p.join(old, p.all.groups[g], in[g], from[:n])
		from = from[n:]
	}
	p.Merged = limited(p.Merged, 5)
	p.unmarked(old)
	return in
}

// unmarked warns of groups of which the lock should have the captures and has none.
func (p *Plan) unmarked(old *Lock) {
	n, last := 0, uint32(0)
	for i, h := range p.all.marks {
		if i > 0 && h.group == last {
			continue
		}
		last = h.group
		if name := p.all.groups[h.group]; old.bin(name) != "" && len(old.marks(name)) == 0 {
			n++
		}
	}
	if n > 0 {
		p.Warnings = append(p.Warnings, fmt.Sprintf("%s does not list the captures of %s without a person or session: with another name, which an earlier capture gives them, they would be dealt anew; gesturekit split update, before captures are added, lists them", old.title(), plural(n, "group")))
	}
}

// stays returns the role or fold of a group that is to stay, "" for none: what was
// in test for its name goes where it would be without.
func (l *Lock) stays(group string) string {
	if l.leaves(group) {
		return ""
	}
	return l.bin(group)
}

// join returns the role or fold of a group, where it is in by its own name, if
// any, and has captures from groups of the lock.
func (p *Plan) join(old *Lock, name, in string, from []origin) string {
	samples := map[string]int{}
	var were []string
	person := in != "" && len(old.marks(name)) == 0
	if person {
		samples[in] = 1
		were = append(were, fmt.Sprintf("%q (%s)", name, in))
	}
	for _, f := range from {
		was := p.all.old[f.old]
		if was != name {
			p.became[was] = append(p.became[was], name)
		}
		if bin := old.stays(was); bin != "" {
			samples[bin] += f.samples
			were = append(were, fmt.Sprintf("%q (%s)", was, bin))
		}
	}
	if !person {
		for _, bin := range append([]string{string(dataset.Test)}, p.bins.names...) { // with leave_out, test is none of them
			if samples[bin] > 0 && samples[bin] >= samples[in] {
				in = bin
			}
		}
	}
	if len(samples) > 1 && !slices.Contains(p.o.LeaveOut, name) {
		p.Merged = append(p.Merged, fmt.Sprintf("captures of different groups of the split lock, %s, are one group now, %q, which is in %s: those that were elsewhere moved there. To keep them apart, tell whose they are (ingest.groups)", strings.Join(limited(were, maxDifferences), ", "), name, in))
	}
	return in
}

// Growth counts the groups of a lock by what became of them, and new ones.
type Growth struct {
	Stayed  int // with their names
	Renamed int // with other names, in their role or fold
	Moved   int // to another role or fold, in whole or in part
	New     int
	Gone    int
}

// Growth compares with the lock that l was planned with.
func (l Lock) Growth(old Lock) (n Growth) {
	renamed := map[string]bool{}
	for name := range old.Groups {
		is := l.became[name]
		if _, there := l.Groups[name]; there {
			is = append([]string{name}, is...)
		}
		moved := slices.ContainsFunc(is, func(g string) bool { return l.bin(g) != old.bin(name) })
		switch {
		case len(is) == 0:
			n.Gone++
		case moved:
			n.Moved++
		case is[0] == name:
			n.Stayed++
		default:
			n.Renamed++
		}
		for _, g := range is {
			renamed[g] = true
		}
	}
	for name := range l.Groups {
		if !renamed[name] {
			n.New++
		}
	}
	return n
}
