package cli

import (
	"fmt"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/pipeline"
)

func statusCommand(std IO) *cli.Command {
	return &cli.Command{
		Name: "status", Usage: "tell which stages are up to date, and why the others are not",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "check", Usage: fmt.Sprintf("exit with status %d unless all are up to date", statusStale)},
		}, settingFlags()...),
		Action: func(c *cli.Context) error {
			conf, err := settingsAlone(c, std)
			if err != nil {
				return err
			}
			stages, err := conf.Stages()
			if err != nil {
				return err
			}
			status, err := pipeline.Examine(c.Context, stages, pipeline.Options{Root: conf.Out, Seed: conf.Seed, Workers: conf.Parallel()})
			if err != nil {
				return err
			}
			stale := 0
			w := tabwriter.NewWriter(std.Stdout, 0, 0, 2, ' ', 0)
			for _, s := range status {
				state, files := "up to date", ""
				if s.Stale != "" {
					stale++
					state = s.Stale
				}
				if s.Entry != nil {
					files = fmt.Sprintf("%d files", s.Entry.Files)
				}
				fmt.Fprintf(w, "%s\t%s\t%s\n", s.Stage, files, state)
			}
			if err := w.Flush(); err != nil {
				return err
			}
			if stale > 0 && c.Bool("check") {
				return fmt.Errorf("%w: %d of %d stages are not up to date; gesturekit run mends that", errStale, stale, len(status))
			}
			return nil
		},
	}
}
