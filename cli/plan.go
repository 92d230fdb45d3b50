package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/split"
)

// printPlan prints what a split does: categories by role, and shares asked for
// and got.
func printPlan(w io.Writer, l split.Lock, groups bool) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "category\tpartition\tgroups\tsamples\ttrain\tvalidation\ttest\tunused\t")
	line := func(name, partition string, groups int, n map[dataset.Role]int) {
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t\n", name, partition, groups, sum(n),
			n[dataset.Train], n[dataset.Validation], n[dataset.Test], n[dataset.Unused])
	}
	for _, c := range l.Categories {
		line(c.Category, string(c.Partition), sum(c.Groups), c.Samples)
	}
	line("all", "", len(l.Groups), l.Samples)
	for _, row := range []struct {
		name   string
		shares map[dataset.Role]float64
	}{{"asked of known and unknown", l.Asked}, {"got", l.Got}} {
		fmt.Fprintf(t, "%s\t\t\t\t", row.name)
		for _, r := range dataset.Roles() {
			if share, ok := row.shares[r]; ok {
				fmt.Fprintf(t, "%.1f %%", 100*share)
			}
			fmt.Fprint(t, "\t")
		}
		fmt.Fprintln(t, "\t")
	}
	if err := t.Flush(); err != nil {
		return err
	}
	switch l.By {
	case split.ByTime:
		fmt.Fprintf(w, "by time: test from %s, validation from %s\n", l.From[dataset.Test], l.From[dataset.Validation])
	case split.ByCamera:
		fmt.Fprintf(w, "by camera, each counted as a group; salt %d\n", l.Salt)
	default:
		fmt.Fprintf(w, "salt %d\n", l.Salt)
	}
	for _, line := range l.Report()[1:] { // the shares stand in the table
		fmt.Fprintln(w, line)
	}
	if !groups {
		return nil
	}
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\ngroup\trole or fold\tsamples")
	for _, g := range slices.Sorted(maps.Keys(l.Groups)) {
		f := strings.Fields(l.Groups[g])
		fmt.Fprintf(t, "%s\t%s\t%s\n", g, f[0], f[1])
	}
	return t.Flush()
}

func sum(counts map[dataset.Role]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}
