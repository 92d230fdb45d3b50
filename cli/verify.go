package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/config"
	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/export"
	"github.com/gesturekit/gesturekit/pipeline"
)

func verifyCommand(std IO) *cli.Command {
	return &cli.Command{
		Name: "verify", Usage: "recompute every checksum, label, role and count of a dataset folder",
		ArgsUsage: "folder",
		Description: "Reads a folder that gesturekit export folder wrote and compares every byte with its checksums, every\n" +
			"place with its manifest, and every table with what the manifest makes of it; a folder of WebDataset\n" +
			"shards, which has no manifest, with its checksums alone. Lists what is wrong,\n" +
			fmt.Sprintf("file by file, and then exits with status %d. Changes nothing.", statusInvalid),
		Flags: append(progressFlags(), &cli.IntFlag{Name: "workers", Usage: "how many cores to use; 0 for all"}),
		Action: func(c *cli.Context) error {
			if err := flagsFirst(c); err != nil {
				return err
			}
			if c.NArg() != 1 || c.Int("workers") < 0 {
				return fmt.Errorf("%w: verify takes one dataset folder, got %q, and workers from 0", errUsage, c.Args().Slice())
			}
			dir := c.Args().First()
			show := style(std, c)
			v, err := export.Verify(c.Context, dir, pipeline.Env{
				Name: "verify", Workers: config.Config{Workers: c.Int("workers")}.Parallel(), Progress: show.event,
			})
			show.close(err)
			if err != nil {
				return fmt.Errorf("verify: %w", err)
			}
			for _, f := range v.Faults {
				fmt.Fprintln(std.Stdout, f)
			}
			if n := len(v.Faults); n > 0 {
				return fmt.Errorf("verify %s: %w: %d faults, the first in %s", dir, dataset.ErrInvalid, n, v.Faults[0])
			}
			if v.Shards {
				fmt.Fprintf(std.Stdout, "%s is whole by its checksums: %d files, %d bytes of an export for WebDataset\n", dir, v.Files, v.Bytes)
				return nil
			}
			fmt.Fprintf(std.Stdout, "%s is whole: %d samples, %d files, %d bytes\n", dir, v.Samples, v.Files, v.Bytes)
			return nil
		},
	}
}
