package cli

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/compare"
	"github.com/gesturekit/gesturekit/config"
	"github.com/gesturekit/gesturekit/internal/nearest"
	"github.com/gesturekit/gesturekit/report"
)

func compareCommand(std IO) *cli.Command {
	return &cli.Command{
		Name: "compare", Usage: "train and measure combinations of losses, recipes, seeds and partitions",
		ArgsUsage: "FILE.yaml | --preset NAME",
		Description: "Runs every combination that the file lists as a run of its own below the comparison's folder,\n" +
			"over the same ingested captures, and writes tables and a page. docs/compare.md describes the\n" +
			"file. Interrupt it at any time: the same command goes on. Settings given as flags hold in all cells.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "preset", Usage: "a comparison in place of a file: " + strings.Join(compare.Presets(), ", "), DefaultText: "none"},
			&cli.IntFlag{Name: "jobs", Aliases: []string{"j"}, Usage: "how many cells run at once; 0 for as many as there are cores for"},
			&cli.BoolFlag{Name: "list", Usage: "list the cells and run none"},
		}, append(progressFlags(), settingFlags("train", "augment", "split", "ingest")...)...),
		Action: func(c *cli.Context) error {
			spec, err := comparison(c)
			if err != nil {
				return err
			}
			conf, err := settings(c, std, c.String("config"), spec.Apply)
			if err != nil {
				return err
			}
			if c.IsSet("out") {
				spec.Out = conf.Out
			}
			show := style(std, c)
			err = runComparison(c, std, spec, conf, show)
			show.close(err)
			return err
		},
	}
}

// comparison returns the spec that the arguments name.
func comparison(c *cli.Context) (compare.Spec, error) {
	if err := flagsFirst(c); err != nil {
		return compare.Spec{}, err
	}
	name := c.String("preset")
	if (name == "") == (c.NArg() == 0) || c.NArg() > 1 {
		return compare.Spec{}, fmt.Errorf("%w: compare takes one file that says what to compare, or --preset %s", errUsage, strings.Join(compare.Presets(), "|"))
	}
	if name == "" {
		return compare.Load(c.Args().First())
	}
	spec, ok := compare.Preset(name)
	if !ok {
		return spec, fmt.Errorf("%w: there is no preset %q, want %s%s", errUsage, name, strings.Join(compare.Presets(), ", "), nearest.Hint(name, compare.Presets()))
	}
	return spec, nil
}

func runComparison(c *cli.Context, std IO, spec compare.Spec, conf config.Config, show renderer) error {
	workers := max(1, conf.Workers)
	o := compare.Options{Jobs: c.Int("jobs"), Workers: workers, Progress: show.event}
	o.Environment = environment(workers, func() []report.StageTiming { return []report.StageTiming{} })
	if o.Jobs < 0 {
		return fmt.Errorf("%w: --jobs is %d: want 1 or more, or 0 for as many as there are cores for", errUsage, o.Jobs)
	}
	if o.Jobs == 0 {
		o.Jobs = max(1, runtime.GOMAXPROCS(0)/workers)
	}
	plan, err := compare.Prepare(c.Context, spec, conf, o)
	if err != nil {
		return err
	}
	if c.Bool("list") {
		for _, cell := range plan.Cells {
			fmt.Fprintln(std.Stdout, cell.Name())
		}
		return nil
	}
	result, err := plan.Run(c.Context, o)
	if err != nil {
		return err
	}
	if err := result.WriteFiles(spec.Out); err != nil {
		return err
	}
	if err := printComparison(std.Stdout, result); err != nil {
		return err
	}
	fmt.Fprintf(std.Stdout, "tables: %s\npage: %s\n", filepath.Join(spec.Out, compare.MarkdownFile), filepath.Join(spec.Out, compare.HTMLFile))
	if failed := result.Failed(); len(failed) > 0 {
		return fmt.Errorf("%d of %d cells failed, %s first: %w", len(failed), len(result.Cells), failed[0].Name(), errors.New(failed[0].Error))
	}
	return nil
}

func printComparison(w io.Writer, r compare.Result) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "split\ttraining\tdecoding")
	for _, m := range compare.Metrics() {
		fmt.Fprintf(table, "\t%s", m)
	}
	fmt.Fprintln(table)
	for _, row := range r.Rows {
		fmt.Fprintf(table, "%s\t%s\t%s", row.Split, r.Label(row.Training), row.Decoding)
		for _, m := range compare.Metrics() {
			fmt.Fprintf(table, "\t%s", row.Metrics[m])
		}
		fmt.Fprintln(table)
	}
	return table.Flush()
}
