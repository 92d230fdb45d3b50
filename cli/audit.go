package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/audit"
	"github.com/gesturekit/gesturekit/config"
	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/progress"
	"github.com/gesturekit/gesturekit/rng"
)

func auditCommand(std IO) *cli.Command {
	return &cli.Command{
		Name: "audit", Usage: "look for leaks between the roles, near-duplicates and label conflicts",
		ArgsUsage: "[folder]",
		Description: "Audits the last dataset of the run, or any folder with a manifest.csv: same bytes, same pixels and\n" +
			"near-duplicates in two roles or categories, and all that must hold of a manifest. Lists what it finds\n" +
			"and writes " + audit.ResultFile + ", " + audit.FindingsFile + " and the pairs as pictures, " + audit.SheetFile + ".\n" +
			"Exits with status 3 on a finding of level fail.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "to", Aliases: []string{"o"}, Usage: "folder to write into", DefaultText: "audit in the run's folder, or here for another one"},
			&cli.StringFlag{Name: "groups", Usage: "also write the captures' groups, those of each pair found merged, to this CSV file, for ingest.groups.file", DefaultText: "none"},
		}, append(progressFlags(), settingFlags("audit")...)...),
		Subcommands: []*cli.Command{auditLabelsCommand(std)},
		Action: func(c *cli.Context) error {
			conf, err := settings(c, std, c.String("config"))
			if err != nil {
				return err
			}
			if err := flagsFirst(c); err != nil {
				return err
			}
			if c.NArg() > 1 {
				return fmt.Errorf("%w: audit takes one folder, got %q", errUsage, c.Args().Slice())
			}
			dir := conf.Out
			if c.NArg() == 1 {
				dir = c.Args().First()
			}
			folder, err := audit.Open(dir)
			if errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%w: nothing to audit: %w: name a folder with a manifest, or run gesturekit run first", errUsage, err)
			}
			if err != nil {
				return err
			}
			show := style(std, c)
			result, err := audit.Examine(c.Context, folder, conf.Audit, pipeline.Env{Name: "audit", Workers: conf.Parallel(), Progress: show.event})
			show.close(err)
			if err != nil {
				return err
			}
			to := auditFolder(c.String("to"), dir)
			if err := result.Write(to); err != nil {
				return fmt.Errorf("audit: %w", err)
			}
			if err := result.WriteText(std.Stdout); err != nil {
				return err
			}
			fmt.Fprintf(std.Stdout, "written to %s\n", to)
			if name := c.String("groups"); name != "" {
				if err := writeGroups(std, result, name); err != nil {
					return err
				}
			}
			return result.Err()
		},
	}
}

func auditLabelsCommand(std IO) *cli.Command {
	return &cli.Command{
		Name: "labels", Usage: "rank the captures whose label a network that never saw their group denies",
		Description: "Trains audit.folds networks on the run's train and validation captures, each without a part of the\n" +
			"groups, which it then predicts, and ranks the labels confidently denied (confident learning). Writes\n" +
			audit.SuspectsFile + " and " + audit.SuspectsSheet + ". What is suspect need not be wrong: look at the pictures.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "to", Aliases: []string{"o"}, Usage: "folder to write into", DefaultText: "audit in the run's folder"},
		}, append(progressFlags(), settingFlags("audit", "train", "augment")...)...),
		Action: func(c *cli.Context) error {
			conf, err := settingsAlone(c, std)
			if err != nil {
				return err
			}
			return auditLabels(c, std, conf)
		},
	}
}

func auditLabels(c *cli.Context, std IO, conf config.Config) (err error) {
	folder, err := audit.Open(conf.Out)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: nothing to audit: %w: run gesturekit labels first", errUsage, err)
	}
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "gesturekit-audit-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	show := style(std, c)
	found, err := audit.Labels(c.Context, folder, conf.Audit, conf.OutOfFold(), pipeline.Env{
		Name: "audit", Root: folder.Root, Dir: work, Seed: conf.Seed, Key: rng.New(conf.Seed).With("audit labels"),
		Workers: conf.Parallel(), Progress: show.event,
	})
	show.close(err)
	if err != nil {
		return fmt.Errorf("audit labels: %w", err)
	}
	to := auditFolder(c.String("to"), conf.Out)
	if err := found.Write(to); err != nil {
		return fmt.Errorf("audit labels: %w", err)
	}
	if err := found.WriteText(std.Stdout); err != nil {
		return err
	}
	fmt.Fprintf(std.Stdout, "written to %s\n", to)
	return nil
}

func writeGroups(std IO, r audit.Result, name string) error {
	merged := 0
	err := atomicfile.Write(name, func(w io.Writer) (err error) {
		merged, err = r.WriteGroups(w)
		return err
	})
	if err != nil {
		return fmt.Errorf("audit: write groups: %w", err)
	}
	fmt.Fprintf(std.Stdout, "%s merges %d groups with others: look at the pairs, then set ingest.groups.file to it\n", name, merged)
	return nil
}

// auditFolder returns where an audit writes: as asked, or into a run, or into
// the working folder, for other datasets are not ours to add to.
func auditFolder(to, dir string) string {
	if to != "" {
		return to
	}
	if _, err := os.Stat(filepath.Join(dir, pipeline.LockName)); err == nil {
		return filepath.Join(dir, "audit")
	}
	return "audit"
}

// quickAudit returns the audit of what each stage of a run returns.
func quickAudit(conf config.Config, report progress.Func) pipeline.Check {
	return func(stage string, m dataset.Manifest, digest func(*dataset.Sample) string) error {
		return audit.Quick(m, conf.Audit, digest, func(note string) { report.Warn(stage, note) })
	}
}
