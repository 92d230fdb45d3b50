package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/config"
	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/internal/nearest"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/progress"
	"github.com/gesturekit/gesturekit/rng"
	"github.com/gesturekit/gesturekit/split"
)

const splitName = "split"

// addSplitCommands gives the command of the split stage its check and its
// subcommands.
func addSplitCommands(std IO, list []*cli.Command) {
	c := list[slices.IndexFunc(list, func(c *cli.Command) bool { return c.Name == splitName })]
	c.Description = "Lists, a file or the seed say which categories are known, unknown and unseen; each person\n" +
		"or session goes to one role. With split.lock set, old groups stay where they are."
	c.Flags = append([]cli.Flag{
		&cli.BoolFlag{Name: "check", Usage: fmt.Sprintf("write nothing; exit with status %d if the split would come out differently, and say in what", statusStale)},
	}, c.Flags...)
	run := c.Action
	c.Action = func(c *cli.Context) error {
		switch {
		case c.Args().Present() && !strings.HasPrefix(c.Args().First(), "-"):
			return fmt.Errorf("%w: split takes no arguments, got %q%s; its subcommands are plan, update and assign, and settings are flags: gesturekit split --help lists them", errUsage, c.Args().First(), nearest.Hint(c.Args().First(), names(c.Command.Subcommands)))
		case c.Bool("check"):
			return checkSplit(c, std)
		}
		if err := run(c); err != nil || c.Bool("quiet") {
			return err
		}
		return showSplit(c, std)
	}
	c.Subcommands = []*cli.Command{
		assignCommand(std),
		{
			Name: "plan", Usage: "show partition and roles, asked and got, and write nothing",
			Flags: append([]cli.Flag{
				&cli.BoolFlag{Name: "groups", Usage: "list the groups, too"},
				&cli.BoolFlag{Name: "json", Usage: "print what split.lock.json would be"},
			}, settingFlags(splitName)...),
			Action: func(c *cli.Context) error { return planSplit(c, std) },
		},
		{
			Name: "update", Usage: "split a dataset that grew: old groups stay, new ones are dealt, split.lock is written",
			Flags:  append(showFlags(), settingFlags(splitName)...),
			Action: func(c *cli.Context) error { return updateSplit(c, std) },
		},
	}
}

// splitting is what the split commands work on.
type splitting struct {
	conf   config.Config
	stages []pipeline.Stage
	stage  split.Stage
	key    rng.Key
}

func newSplitting(c *cli.Context, std IO) (splitting, error) {
	if err := noArgs(c); err != nil {
		return splitting{}, err
	}
	return configured(c, std)
}

func configured(c *cli.Context, std IO) (splitting, error) {
	conf, err := settings(c, std, c.String("config"))
	if err != nil {
		return splitting{}, err
	}
	stages, err := conf.Stages()
	if err != nil {
		return splitting{}, err
	}
	s := splitting{conf: conf, stages: stages, key: rng.New(conf.Seed).With(splitName)}
	for _, stage := range stages {
		if found, ok := stage.(split.Stage); ok {
			s.stage = found
		}
	}
	return s, nil
}

func (s splitting) options() pipeline.Options {
	return pipeline.Options{Root: s.conf.Out, Seed: s.conf.Seed, Workers: s.conf.Parallel()}
}

func (s splitting) input(c *cli.Context) (dataset.Manifest, error) {
	return pipeline.Input(c.Context, s.stages, s.options(), splitName)
}

// recorded is where the last run left its lock.
func (s splitting) recorded() string {
	return filepath.Join(s.conf.Out, splitName, split.LockFile)
}

// planned returns what a split would give now, and of what.
func planned(c *cli.Context, std IO) (s splitting, in dataset.Manifest, plan *split.Plan, err error) {
	if s, err = newSplitting(c, std); err != nil {
		return s, in, nil, err
	}
	if in, err = s.input(c); err != nil {
		return s, in, nil, err
	}
	if plan, _, err = s.stage.Plan(in, s.key); err != nil {
		return s, in, nil, fmt.Errorf("split: %w", err)
	}
	return s, in, plan, nil
}

func planSplit(c *cli.Context, std IO) error {
	_, _, plan, err := planned(c, std)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return plan.Lock().Write(std.Stdout)
	}
	if err := printPlan(std.Stdout, plan.Lock(), c.Bool("groups")); err != nil {
		return err
	}
	for _, w := range plan.Warnings {
		fmt.Fprintf(std.Stderr, "warning: %s\n", w)
	}
	return nil
}

// showSplit prints what the split that has just been made asked for and got.
func showSplit(c *cli.Context, std IO) error {
	s, err := configured(c, std)
	if err != nil {
		return err
	}
	l, err := split.ReadLock(s.recorded())
	if err != nil {
		return err
	}
	return printPlan(std.Stdout, *l, false)
}

// checkSplit compares what a split would give now with the lock of the last
// run, the manifest beside it, and the lock that the settings name.
func checkSplit(c *cli.Context, std IO) error {
	s, in, plan, err := planned(c, std)
	if err != nil {
		return err
	}
	now := plan.Lock()
	files := []string{s.recorded()}
	if kept := s.stage.Options.Lock; kept != "" {
		files = append([]string{kept}, files...)
	}
	var stale []error
	for _, name := range files {
		differences, err := s.differences(name, now)
		if err != nil {
			return err
		}
		for _, d := range differences {
			stale = append(stale, fmt.Errorf("%s: %s", name, d))
		}
	}
	if len(stale) > 0 {
		return fmt.Errorf("%w: the split would come out differently:\n%w", errStale, errors.Join(stale...))
	}
	fmt.Fprintf(std.Stdout, "the split is what a regeneration gives: %d samples, %d groups, result %s\n", len(in.Samples), len(now.Groups), now.Result)
	return nil
}

// differences says in what now differs from a lock file, and of the last run's
// whether its manifest is still the one that the lock records.
func (s splitting) differences(name string, now split.Lock) ([]string, error) {
	old, err := split.ReadLock(name)
	if errors.Is(err, fs.ErrNotExist) {
		return []string{"it does not exist"}, nil
	} else if err != nil {
		return nil, err
	}
	out := now.Differences(*old)
	if name != s.recorded() {
		return out, nil
	}
	m, err := dataset.Read(filepath.Dir(name))
	if err != nil {
		return append(out, err.Error()), nil
	}
	if split.ResultOf(m) != old.Result {
		out = append(out, dataset.FileName+" beside it was changed: its roles are not those that the lock records")
	}
	return out, nil
}

// updateSplit brings the stages up to the split up to date, with every group of
// the lock where it was, and writes the lock.
func updateSplit(c *cli.Context, std IO) error {
	s, err := newSplitting(c, std)
	if err != nil {
		return err
	}
	lockFile := s.stage.Options.Lock
	if lockFile == "" {
		return fmt.Errorf("%w: split.lock is not set: name the file that keeps the groups, such as %s beside the config, and put it under version control", errUsage, split.LockFile)
	}
	old, err := split.ReadLock(lockFile)
	if errors.Is(err, fs.ErrNotExist) {
		if old, err = split.ReadLock(s.recorded()); errors.Is(err, fs.ErrNotExist) {
			old, err = nil, nil
		}
	}
	if err != nil {
		return err
	}
	stages := s.stages
	at := slices.IndexFunc(stages, func(p pipeline.Stage) bool { return p.Name() == splitName })
	show := style(std, c)
	o := s.options()
	o.Force, o.Progress, o.Notify = c.Bool("force"), show.event, show.notice
	err = pipeline.Run(c.Context, stages[:at], o)
	if err == nil {
		err = s.writeLock(c, std, old, lockFile, o.Progress)
	}
	if err == nil {
		err = pipeline.Run(c.Context, stages[:at+1], o)
	}
	show.close(err)
	return err
}

func (s splitting) writeLock(c *cli.Context, std IO, old *split.Lock, lockFile string, say progress.Func) error {
	in, err := s.input(c)
	if err != nil {
		return err
	}
	plan, _, err := s.stage.PlanFrom(in, s.key, old)
	if err != nil {
		return fmt.Errorf("split: %w", err)
	}
	for _, w := range plan.Merged { // with the new lock the stage will not see it
		say.Warn(splitName, w)
	}
	now := plan.Lock()
	if old != nil {
		g := now.Growth(*old)
		fmt.Fprintf(std.Stdout, "%d groups stay where they were, %d have another name, %d moved, %d are new, %d are gone\n", g.Stayed, g.Renamed, g.Moved, g.New, g.Gone)
		for _, d := range now.Differences(*old) {
			fmt.Fprintf(std.Stdout, "  %s\n", d)
		}
	}
	if err := os.MkdirAll(filepath.Dir(lockFile), 0o755); err != nil {
		return err
	}
	if err := atomicfile.Write(lockFile, now.Write); err != nil {
		return fmt.Errorf("write split lock: %w", err)
	}
	fmt.Fprintf(std.Stdout, "wrote %s: keep it under version control\n", lockFile)
	return nil
}
