package split

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
)

// maxDifferences bounds how many differences of one kind are spelt out.
const maxDifferences = 20

// Differences says in what l differs from an older lock: settings, categories
// and groups, sorted; nothing if in nothing.
func (l Lock) Differences(old Lock) []string {
	var out []string
	if old.Algorithm != l.Algorithm {
		out = append(out, fmt.Sprintf("the algorithm changed from %s to %s", old.Algorithm, l.Algorithm))
	}
	out = append(out, l.settings(old)...)
	if old.Fold != l.Fold {
		out = append(out, fmt.Sprintf("split.fold changed from %d to %d", old.Fold, l.Fold))
	}
	if !slices.Equal(old.LeaveOut, l.LeaveOut) {
		out = append(out, fmt.Sprintf("split.leave_out changed from %q to %q", old.LeaveOut, l.LeaveOut))
	}
	if old.Salt != l.Salt {
		out = append(out, fmt.Sprintf("the salt changed from %d to %d", old.Salt, l.Salt))
	}
	categories, _ := l.categoryDifferences(old)
	out = append(out, categories...)
	moved, added, removed, changed := l.groupDifferences(old)
	for _, list := range [][]string{moved, added, removed, changed} {
		out = append(out, limited(list, maxDifferences)...)
	}
	if old.Result != l.Result && len(out) == 0 {
		out = append(out, fmt.Sprintf("the result's digest changed from %s to %s", old.Result, l.Result))
	}
	return out
}

// categoryDifferences tells of the categories that differ, and again of those that both
// locks have in different partitions.
func (l Lock) categoryDifferences(old Lock) (all, changed []string) {
	was, is := old.partition(), l.partition()
	for _, c := range slices.Sorted(maps.Keys(merged(was, is))) {
		switch {
		case was[c] == dataset.NoPartition:
			all = append(all, fmt.Sprintf("category %q was added as %s", c, is[c]))
		case is[c] == dataset.NoPartition:
			all = append(all, fmt.Sprintf("category %q (%s) was removed", c, was[c]))
		case was[c] != is[c]:
			changed = append(changed, fmt.Sprintf("category %q changed from %s to %s", c, was[c], is[c]))
			all = append(all, changed[len(changed)-1])
		}
	}
	return all, changed
}

func (l Lock) groupDifferences(old Lock) (moved, added, removed, changed []string) {
	for _, g := range slices.Sorted(maps.Keys(merged(old.Groups, l.Groups))) {
		was, _ := old.entry(g)
		is, _ := l.entry(g)
		switch {
		case was == is:
		case was == "":
			added = append(added, fmt.Sprintf("group %q was added to %s with %s samples", g, l.bin(g), samplesIn(is)))
		case is == "" && len(l.became[g]) > 0:
			removed = append(removed, fmt.Sprintf("group %q (%s, %s samples) goes on as %s", g, old.bin(g), samplesIn(was), strings.Trim(fmt.Sprintf("%q", l.became[g]), "[]")))
		case is == "":
			removed = append(removed, fmt.Sprintf("group %q (%s, %s samples) was removed", g, old.bin(g), samplesIn(was)))
		case old.bin(g) != l.bin(g):
			moved = append(moved, fmt.Sprintf("group %q moved from %s to %s", g, old.bin(g), l.bin(g)))
		case samplesIn(was) != samplesIn(is):
			changed = append(changed, fmt.Sprintf("group %q (%s) has %s samples in place of %s", g, l.bin(g), samplesIn(is), samplesIn(was)))
		default:
			changed = append(changed, fmt.Sprintf("group %q (%s) has other samples than before, %s in number", g, l.bin(g), samplesIn(is)))
		}
	}
	return moved, added, removed, changed
}

func samplesIn(entry string) string {
	if f := strings.Fields(entry); len(f) == 3 {
		return f[1]
	}
	return "?"
}

func merged[V any](a, b map[string]V) map[string]V {
	out := maps.Clone(a)
	if out == nil {
		out = map[string]V{}
	}
	maps.Copy(out, b)
	return out
}
