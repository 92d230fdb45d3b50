package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/config"
	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/export"
	"github.com/gesturekit/gesturekit/pipeline"
)

func exportCommand(std IO) *cli.Command {
	return &cli.Command{
		Name: "export", Usage: "write the dataset in a layout that others read",
		Description: "Brings the stages before train up to date, as run does, and writes what they made.",
		Subcommands: []*cli.Command{
			exportTo(std, "folder", "a dataset folder for torchvision, Keras, fastai and Hugging Face", exportFolder),
			exportTo(std, "webdataset", "a folder of tar shards for WebDataset", exportShards),
			exportTo(std, "parquet", "the manifest as a Parquet file", exportTable),
		},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return fmt.Errorf("%w: there is no export %q; gesturekit export --help lists them", errUsage, c.Args().First())
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
}

// exporter writes a manifest's samples to a place and says what it wrote.
type exporter func(ctx context.Context, m dataset.Manifest, o export.Options, to string, env pipeline.Env) (string, error)

func exportFolder(ctx context.Context, m dataset.Manifest, o export.Options, to string, env pipeline.Env) (string, error) {
	s, err := export.Folder(ctx, m, o, to, env)
	return fmt.Sprintf("%d images; %d files set aside", s.Images, s.Aside), err
}

func exportShards(ctx context.Context, m dataset.Manifest, o export.Options, to string, env pipeline.Env) (string, error) {
	s, err := export.Shards(ctx, m, o, to, env)
	return fmt.Sprintf("%d images; %d unused ones left out", s.Images, s.Aside), err
}

func exportTable(_ context.Context, m dataset.Manifest, _ export.Options, to string, _ pipeline.Env) (string, error) {
	return fmt.Sprintf("%d samples", len(m.Samples)), export.Table(m, to)
}

// exportTo is an export to one place, which is its argument.
func exportTo(std IO, name, usage string, write exporter) *cli.Command {
	return &cli.Command{
		Name: name, Usage: usage, ArgsUsage: "place", OnUsageError: usageError, UseShortOptionHandling: true,
		Flags: append(showFlags(), settingFlags("export")...),
		Action: func(c *cli.Context) error {
			if err := flagsFirst(c); err != nil {
				return err
			}
			if c.NArg() != 1 {
				return fmt.Errorf("%w: export %s takes the one place to write to, got %q", errUsage, name, c.Args().Slice())
			}
			conf, err := settings(c, std, c.String("config"))
			if err != nil {
				return err
			}
			if err := export.Apart(c.Args().First(), conf.Out, conf.Ingest.Captures); err != nil {
				return fmt.Errorf("export %s: %w", name, err)
			}
			show := style(std, c)
			err = exportRun(c, conf, show, func(m dataset.Manifest, env pipeline.Env) error {
				text, err := write(c.Context, m, conf.Export, c.Args().First(), env)
				if err == nil {
					fmt.Fprintf(std.Stdout, "wrote %s: %s\n", c.Args().First(), text)
				}
				return err
			})
			show.close(err)
			return err
		},
	}
}

// exportRun brings the stages before train up to date and exports the last
// manifest of them.
func exportRun(c *cli.Context, conf config.Config, show renderer, write func(dataset.Manifest, pipeline.Env) error) error {
	stages, err := conf.Stages()
	if err != nil {
		return err
	}
	stages = stages[:slices.IndexFunc(stages, func(s pipeline.Stage) bool { return s.Name() == "train" })]
	err = pipeline.Run(c.Context, stages, pipeline.Options{
		Root: conf.Out, Seed: conf.Seed, Workers: conf.Parallel(), Force: c.Bool("force"), Progress: show.event, Notify: show.notice,
	})
	if err != nil {
		return err
	}
	m, err := dataset.Read(filepath.Join(conf.Out, stages[len(stages)-1].Name()))
	if err != nil {
		return err
	}
	err = write(m, pipeline.Env{Name: "export", Root: conf.Out, Workers: conf.Parallel(), Progress: show.event})
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}
