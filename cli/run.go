package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/config"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/report"
)

func commands(std IO) []*cli.Command {
	list := []*cli.Command{runCommand(std)}
	for _, s := range config.StageDocs() {
		list = append(list, stageCommand(std, s))
	}
	addSplitCommands(std, list)
	list = append(list, initCommand(std), fetchCommand(std), statusCommand(std), gateCommand(std), previewCommand(std), replayCommand(std), explainCommand(std), captureCommand(std), serveCommand(std), auditCommand(std), exportCommand(std), verifyCommand(std), compareCommand(std))
	polish(list)
	return list
}

func polish(list []*cli.Command) {
	for _, c := range list {
		c.OnUsageError = usageError
		c.HideHelpCommand = true
		c.UseShortOptionHandling = true
		polish(c.Subcommands)
	}
}

func showFlags() []cli.Flag {
	return append([]cli.Flag{&cli.BoolFlag{Name: "force", Aliases: []string{"f"}, Usage: "run also what is up to date"}}, progressFlags()...)
}

func runCommand(std IO) *cli.Command {
	return &cli.Command{
		Name: "run", Usage: "take captures through all stages", ArgsUsage: "[pipeline.yaml]",
		Description: "Runs each stage whose settings, inputs or code changed since its output was made,\n" +
			"and those after it that this concerns. An interrupted run goes on where it was.\n" +
			fmt.Sprintf("Then it checks the gates that are set; the exit status is %d when one fails.", statusGate),
		Flags: append(append(showFlags(), jobFlags()...), settingFlags()...),
		Action: func(c *cli.Context) error {
			file := c.String("config")
			if err := flagsFirst(c); err != nil {
				return err
			}
			if c.NArg() > 1 || c.NArg() == 1 && file != "" {
				return fmt.Errorf("%w: run takes one config file, got %q", errUsage, c.Args().Slice())
			}
			if c.NArg() == 1 {
				file = c.Args().First()
			}
			return runStages(c, std, file, "")
		},
	}
}

func stageCommand(std IO, doc config.StageDoc) *cli.Command {
	return &cli.Command{
		Name: doc.Name, Usage: doc.Usage, Category: "stages, in the order of run",
		Flags: append(showFlags(), settingFlags(doc.Name)...),
		Action: func(c *cli.Context) error {
			if err := noArgs(c); err != nil {
				return err
			}
			return runStages(c, std, c.String("config"), doc.Name)
		},
	}
}

// flagsFirst fails on a flag behind an argument, where it would not be read.
func flagsFirst(c *cli.Context) error {
	for _, a := range c.Args().Slice() {
		if strings.HasPrefix(a, "-") && a != "-" {
			return fmt.Errorf("%w: flags stand before other arguments: put %s in front of %s", errUsage, a, c.Args().First())
		}
	}
	return nil
}

func noArgs(c *cli.Context) error {
	if c.Args().Present() {
		return fmt.Errorf("%w: %s takes no arguments, got %q; settings are flags: gesturekit %s --help lists them", errUsage, c.Command.Name, c.Args().First(), c.Command.Name)
	}
	return nil
}

// settingsAlone returns the settings of a command that takes no arguments.
func settingsAlone(c *cli.Context, std IO) (config.Config, error) {
	if err := noArgs(c); err != nil {
		return config.Config{}, err
	}
	return settings(c, std, c.String("config"))
}

// runStages runs all stages, or the one named only.
func runStages(c *cli.Context, std IO, file, only string) error {
	conf, err := settings(c, std, file)
	if err != nil {
		return err
	}
	if only == "" || only == "train" {
		if err := conf.CheckTraining(); err != nil {
			return err
		}
	}
	stages, err := conf.Stages()
	if err != nil {
		return err
	}
	var base *report.Document
	if only == "" {
		if base, err = baseline(conf.Gates); err != nil {
			return err
		}
	}
	show := newJob(c, std)
	err = pipeline.Run(c.Context, report.WithEnvironment(stages, environment(conf.Parallel(), show.timings)), pipeline.Options{
		Root: conf.Out, Seed: conf.Seed, Workers: conf.Parallel(), Only: only, Force: c.Bool("force"),
		Progress: show.event, Notify: show.notice, Check: quickAudit(conf, show.event),
	})
	show.close(err)
	if err == nil && (only == "" || only == "report") {
		err = printSummary(std.Stdout, conf.Out)
	}
	if only != "" {
		return err
	}
	return show.finish(err, conf.Gates, reportFile(conf), base)
}
