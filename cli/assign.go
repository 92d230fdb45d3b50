package cli

import (
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/labels"
	"github.com/gesturekit/gesturekit/split"
)

func assignCommand(std IO) *cli.Command {
	return &cli.Command{
		Name: "assign", Usage: "split and label a manifest made elsewhere, of any size, for any trainer",
		ArgsUsage: "manifest.csv",
		Description: "Reads a manifest with the columns of docs/formats.md, sorted by id, as a stream, and writes it\n" +
			"with partition, role and label to the folder --into, with partition.csv, split.lock.json and\n" +
			"labels.txt. It looks at no image. A few bytes a sample are kept in memory.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "into", Usage: "folder to write into", DefaultText: "none"},
		}, settingFlags(splitName, "labels")...),
		Action: func(c *cli.Context) error { return assignSplit(c, std) },
	}
}

func assignSplit(c *cli.Context, std IO) error {
	if err := flagsFirst(c); err != nil {
		return err
	}
	if c.NArg() != 1 || c.String("into") == "" {
		return fmt.Errorf("%w: split assign wants --into FOLDER and one manifest", errUsage)
	}
	in, dir := c.Args().First(), c.String("into")
	s, err := configured(c, std)
	if err != nil {
		return err
	}
	s.stage.Options = s.conf.Split // not what suits the drawn captures
	if same, err := sameFile(in, filepath.Join(dir, dataset.FileName)); err != nil {
		return err
	} else if same {
		return fmt.Errorf("%w: %s would be written over itself: choose another folder for --into", errUsage, in)
	}
	t, err := s.stage.NewTally()
	if err != nil {
		return fmt.Errorf("split: %w", err)
	}
	for sample, err := range dataset.Ahead(scanFile(c.Context, in)) {
		if err != nil {
			return err
		}
		t.Add(sample)
	}
	plan, err := s.stage.PlanTally(t, s.key)
	if err != nil {
		return fmt.Errorf("split: %w", err)
	}
	aliases := s.conf.Labels.Aliases
	if err := aliases.Check(plan.Partition); err != nil {
		return fmt.Errorf("labels: %w", err)
	}
	known := plan.Known()
	for i, c := range known {
		known[i] = aliases.Name(c)
	}
	slices.Sort(known)
	names, err := s.conf.Labels.Names(slices.Compact(known))
	if err != nil {
		return fmt.Errorf("labels: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	samples := 0
	err = atomicfile.Write(filepath.Join(dir, dataset.FileName), func(w io.Writer) error {
		samples, err = assign(w, plan, dataset.Ahead(labelled(c.Context, in, plan, aliases, names)))
		return err
	})
	if err != nil {
		return err
	}
	lock := plan.Lock()
	for _, f := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{split.PartitionFile, plan.Partition.WriteCSV}, {split.LockFile, lock.Write},
		{labels.NamesFile, func(w io.Writer) error {
			_, err := io.WriteString(w, strings.Join(names, "\n")+"\n")
			return err
		}},
	} {
		if err := atomicfile.Write(filepath.Join(dir, f.name), f.write); err != nil {
			return err
		}
	}
	for _, w := range plan.Warnings {
		fmt.Fprintf(std.Stderr, "warning: %s\n", w)
	}
	if err := printPlan(std.Stdout, lock, false); err != nil {
		return err
	}
	fmt.Fprintf(std.Stdout, "wrote %d samples of %d groups to %s\n", samples, len(lock.Groups), dir)
	return nil
}

// assign writes samples, checks them as it goes, and counts them.
func assign(w io.Writer, plan *split.Plan, samples iter.Seq2[*dataset.Sample, error]) (n int, err error) {
	out, err := dataset.NewWriter(w)
	if err != nil {
		return 0, err
	}
	check := dataset.NewChecker()
	for s, err := range samples {
		if err != nil {
			return n, err
		}
		n++
		check.Add(s)
		plan.Digest(s)
		if err := out.Write(s); err != nil {
			return n, err
		}
	}
	if err := check.Finish(samples); err != nil {
		return n, err
	}
	return n, out.Flush()
}

// labelled reads the samples with partition, role and label.
func labelled(ctx context.Context, name string, plan *split.Plan, aliases labels.Aliases, names []string) iter.Seq2[*dataset.Sample, error] {
	index := map[string]int{}
	for i, n := range names[1:] {
		index[n] = i + 1
	}
	return func(yield func(*dataset.Sample, error) bool) {
		for s, err := range scanFile(ctx, name) {
			if err == nil {
				plan.Apply(s)
				s.Category = aliases.Name(s.Category)
				s.Label = index[s.Category]
			}
			if !yield(s, err) {
				return
			}
		}
	}
}

// scanFile reads a manifest's samples until ctx is done; errors name the file.
func scanFile(ctx context.Context, name string) iter.Seq2[*dataset.Sample, error] {
	return func(yield func(*dataset.Sample, error) bool) {
		f, err := os.Open(name)
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.Close()
		n := 0
		for s, err := range dataset.Scan(f) {
			if n%1000 == 0 && err == nil {
				err = ctx.Err()
			}
			if n++; err != nil {
				err = fmt.Errorf("%s: %w", name, err)
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

// sameFile reports whether two names mean one file.
func sameFile(a, b string) (bool, error) {
	x, err := os.Stat(a)
	if err != nil {
		return false, err
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y), nil
}
