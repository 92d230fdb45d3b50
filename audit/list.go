package audit

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"github.com/gesturekit/gesturekit/dataset"
)

// shown is how many findings WriteText spells out.
const shown = 20

// WriteText writes the result for a person to read: a table of the checks and
// the gravest findings.
func (r Result) WriteText(w io.Writer) error {
	fmt.Fprintf(w, "%s: %d samples\n", r.folder.File, r.Samples)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "check\tlevel\tfaults\tleaks\tconflicts\tduplicates\t\n")
	for _, c := range r.Checks {
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%d\t\n", c.Check, c.Level, c.Faults, c.Leaks, c.Conflicts, c.Duplicates)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	at := index(r.folder.Manifest)
	for i, f := range r.Findings {
		if f.Level == Off {
			break
		}
		if i == shown {
			fmt.Fprintf(w, "and more: %s lists them\n", FindingsFile)
			break
		}
		fmt.Fprintf(w, "%s: %s", f.Level, f.what())
		if f.B == "" {
			fmt.Fprintf(w, ": %s\n", f.detail())
			continue
		}
		fmt.Fprintf(w, "\n  %s\n  %s\n", describe(at[f.A]), describe(at[f.B]))
	}
	return nil
}

func (f Finding) detail() string {
	if f.A == "" {
		return f.Detail
	}
	return f.A + ": " + f.Detail
}

// what names a finding in a few words.
func (f Finding) what() string {
	kind := "duplicate"
	switch {
	case f.B == "":
		return string(f.Check)
	case f.Leak && f.Conflict:
		kind = "leak and label conflict"
	case f.Leak:
		kind = "leak"
	case f.Conflict:
		kind = "label conflict"
	}
	switch f.Check {
	case Content:
		return kind + ", same bytes"
	case Pixels:
		return kind + ", same pixels"
	}
	return fmt.Sprintf("%s, similarity %.3f", kind, f.Similarity)
}

func describe(s *dataset.Sample) string {
	role := string(s.Role)
	if role == "" {
		role = "no role"
	}
	return fmt.Sprintf("%s (%s, group %s, from %s)", s.ID, role, s.Group, s.Source)
}

// index returns the samples by ID.
func index(m dataset.Manifest) map[string]*dataset.Sample {
	at := make(map[string]*dataset.Sample, len(m.Samples))
	for i := range m.Samples {
		at[m.Samples[i].ID] = &m.Samples[i]
	}
	return at
}

// WriteCSV writes a line a finding, the gravest first, with LF line ends.
func (r Result) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	header := []string{"check", "level", "leak", "conflict", "similarity", "detail"}
	for _, side := range []string{"a", "b"} {
		header = append(header, side+"_id", side+"_path", side+"_source", side+"_category", side+"_group", side+"_role")
	}
	if err := c.Write(header); err != nil {
		return err
	}
	at := index(r.folder.Manifest)
	for _, f := range r.Findings {
		similarity := ""
		if f.Check == Near {
			similarity = strconv.FormatFloat(f.Similarity, 'f', 3, 64)
		}
		row := []string{string(f.Check), string(f.Level), strconv.FormatBool(f.Leak), strconv.FormatBool(f.Conflict), similarity, f.Detail}
		for _, id := range []string{f.A, f.B} {
			s := at[id]
			if s == nil {
				s = &dataset.Sample{ID: id}
			}
			row = append(row, s.ID, s.Path, s.Source, s.Category, s.Group, string(s.Role))
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
