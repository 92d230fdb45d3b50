package compare

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteMarkdown writes the table of rows, and those of the paired tests.
func (r Result) WriteMarkdown(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "# %s\n\n", r.Title)
	fmt.Fprintf(b, "%s, each trained and tested on its own. Mean ± standard deviation over them; all figures are of the test.\n"+
		"known: named right; unknown, unseen: told as na; known only: the closed set, without a threshold;\n"+
		"AUROC and OSCR: known against unseen, by the score of the decoding, without a threshold.\n", r.extent())
	for _, s := range r.splits() {
		fmt.Fprintf(b, "\n## Split by %s\n\n", s)
		r.table(b, s)
		r.tests(b, s)
	}
	for _, n := range r.notes() {
		fmt.Fprintf(b, "\n%s\n", n)
	}
	return b.Flush()
}

// extent says how many cells a row has.
func (r Result) extent() string {
	seeds := map[uint64]bool{}
	for _, c := range r.Cells {
		seeds[c.Seed] = true
	}
	return fmt.Sprintf("%s × %s", count(len(r.Partitions), "partition"), count(len(seeds), "seed"))
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

func (r Result) splits() (out []Split) {
	for i, row := range r.Rows {
		if i == 0 || row.Split != r.Rows[i-1].Split {
			out = append(out, row.Split)
		}
	}
	return out
}

func (r Result) table(w io.Writer, s Split) {
	fmt.Fprint(w, "| training | decoding |")
	for _, m := range Metrics() {
		fmt.Fprintf(w, " %s |", m.Heading())
	}
	fmt.Fprintf(w, "\n|---|---|%s\n", strings.Repeat("---|", len(Metrics())))
	for _, row := range r.Rows {
		if row.Split != s {
			continue
		}
		fmt.Fprintf(w, "| %s | %s |", r.Label(row.Training), row.Decoding)
		for _, m := range Metrics() {
			fmt.Fprintf(w, " %s |", row.Metrics[m])
		}
		fmt.Fprintln(w)
	}
}

// tests writes the pairs of a split.
func (r Result) tests(w io.Writer, s Split) {
	head := false
	for _, p := range r.Pairs {
		a, b := r.Rows[p.A], r.Rows[p.B]
		if a.Split != s || p.Difference.Cells < 2 {
			continue
		}
		if !head {
			head = true
			fmt.Fprintf(w, "\nDifferences over the same partitions and seeds, and the probability of one as large by chance:\n\n"+
				"| | minus | metric | difference | paired t | Wilcoxon | t over partitions |\n|---|---|---|---|---|---|---|\n")
		}
		fmt.Fprintf(w, "| %s, %s | %s, %s | %s | %s | %s | %s | %s |\n", r.Label(b.Training), b.Decoding, r.Label(a.Training), a.Decoding,
			p.Metric, p.Difference, chance(p.TTest), chance(p.Wilcoxon), chance(p.ByPartition))
	}
}

// notes says what the reader must know of rows and cells.
func (r Result) notes() (out []string) {
	for _, row := range r.Rows {
		if row.Missed > 0 {
			out = append(out, fmt.Sprintf("%s, %s: in %d of %d cells no known validation sample is named right, so everything is rejected.",
				r.Label(row.Training), row.Decoding, row.Missed, row.Metrics[Overall].Cells))
		}
	}
	for _, c := range r.Failed() {
		out = append(out, fmt.Sprintf("%s failed and is left out: %s", c.Name(), strings.ReplaceAll(c.Error, "\n", "; ")))
	}
	return out
}

// Label names a training by the axes along which the trainings differ.
func (r Result) Label(t Training) string {
	recipes := map[string]bool{}
	for _, row := range r.Rows {
		recipes[row.Recipe] = true
	}
	parts := []string{t.Loss}
	if len(recipes) > 1 {
		parts = append(parts, t.Recipe)
	}
	if t.Variant != "" {
		parts = append(parts, t.Variant)
	}
	return strings.Join(parts, " ")
}

// String writes mean ± standard deviation to three places.
func (s Statistic) String() string {
	switch {
	case s.Mean == nil:
		return "n/a"
	case s.SD == nil:
		return fmt.Sprintf("%.3f", *s.Mean)
	}
	return fmt.Sprintf("%.3f ± %.3f", *s.Mean, *s.SD)
}

// chance writes a p-value.
func chance(p *float64) string {
	switch {
	case p == nil:
		return "n/a"
	case *p < 0.001:
		return "< 0.001"
	}
	return fmt.Sprintf("%.3f", *p)
}
