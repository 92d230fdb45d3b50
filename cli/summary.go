package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/gesturekit/gesturekit/evaluate"
)

// printSummary prints the test's headline numbers and where the report lies.
func printSummary(w io.Writer, root string) error {
	f, err := os.Open(filepath.Join(root, "validate", evaluate.ResultFile))
	if err != nil {
		return err
	}
	defer f.Close()
	result, err := evaluate.ReadResult(f)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name(), err)
	}
	t := result.Test
	of := ""
	if !result.Score.IsProbability() {
		of = " of " + string(result.Score)
	}
	fmt.Fprintf(w, "\ntest at threshold %.4g%s\n", result.Threshold, of)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, line := range []struct {
		what string
		p    evaluate.Proportion
	}{
		{"known: named right", t.KnownAccuracy}, {"unknown: told as na", t.NARecallUnknown},
		{"unseen: told as na", t.NARecallUnseen}, {"all", t.OverallAccuracy},
	} {
		value := "n/a"
		if v, ok := line.p.Value(); ok {
			value = fmt.Sprintf("%.3f", v)
		}
		fmt.Fprintf(table, "  %s\t%s\t(%d of %d)\n", line.what, value, line.p.Count, line.p.Of)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "report: %s\n", filepath.Join(root, "report", "report.html"))
	return nil
}
