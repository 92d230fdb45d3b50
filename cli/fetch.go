package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/fetch"
	"github.com/gesturekit/gesturekit/internal/nearest"
	"github.com/gesturekit/gesturekit/pipeline"
)

func fetchCommand(std IO) *cli.Command {
	return &cli.Command{
		Name: "fetch", Usage: "copy captures from the web, a bucket or a public dataset to a folder", ArgsUsage: "[NAME or ADDRESS...]",
		Description: "A dataset's name gets it, checked and unpacked, as a folder of its own below --to; --list shows the names.\n" +
			"An address, https://, s3:// or gs://, gets that file, or the objects below it. https://...#sha256=DIGEST is checked.\n" +
			"An interrupted copy goes on where it was. Without arguments, ingest.captures is looked at anew if it is an address;\n" +
			"run fetches it once and then works on its copy. Credentials of buckets come from where AWS's and Google's tools have\n" +
			"them; s3://bucket/folder?region=eu-west-1&anonymous=true reads a public one.",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "list", Usage: "list the public datasets"},
			&cli.StringFlag{Name: "to", Usage: "folder to copy to", Value: "captures"},
		}, append(progressFlags(), settingFlags("ingest")...)...),
		Action: func(c *cli.Context) error {
			if err := flagsFirst(c); err != nil {
				return err
			}
			switch {
			case c.Bool("list"):
				return listDatasets(std)
			case c.Args().Present():
				return fetchTo(c, std)
			}
			return fetchCaptures(c, std)
		},
	}
}

func listDatasets(std IO) error {
	w := tabwriter.NewWriter(std.Stdout, 0, 0, 2, ' ', 0)
	for _, d := range fetch.Datasets() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", d.Name, d.About, d.License, d.URL)
	}
	return w.Flush()
}

// fetchTo copies what the arguments name.
func fetchTo(c *cli.Context, std IO) error {
	all := fetch.Datasets()
	var known []string
	for _, d := range all {
		known = append(known, d.Name)
	}
	for _, arg := range c.Args().Slice() {
		if !fetch.Remote(arg) && !slices.Contains(known, arg) {
			return fmt.Errorf("%w: there is no dataset %q%s; gesturekit fetch --list shows them, an address begins with https://, s3:// or gs://", errUsage, arg, nearest.Hint(arg, known))
		}
	}
	to := c.String("to")
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	show := style(std, c)
	f := fetch.Fetcher{Progress: show.event}
	err := func() error {
		for _, arg := range c.Args().Slice() {
			i := slices.Index(known, arg)
			if i < 0 {
				if err := f.Get(c.Context, arg, to); err != nil {
					return err
				}
				fmt.Fprintf(std.Stdout, "%s is in %s\n", fetch.Show(arg), to)
				continue
			}
			fresh, err := f.Dataset(c.Context, all[i], to)
			if err != nil {
				return err
			}
			verb := "is in"
			if !fresh {
				verb = "was in"
			}
			fmt.Fprintf(std.Stdout, "%s %s %s: %d files (%s)\n", arg, verb, filepath.Join(to, arg), all[i].Files, all[i].License)
		}
		return nil
	}()
	show.close(err)
	return err
}

// fetchCaptures looks at the address of the config's captures anew.
func fetchCaptures(c *cli.Context, std IO) error {
	conf, err := settings(c, std, c.String("config"))
	if err != nil {
		return err
	}
	if !fetch.Remote(conf.Ingest.Captures) {
		return fmt.Errorf("%w: fetch takes names or addresses, since ingest.captures is no address; gesturekit fetch --list shows the datasets", errUsage)
	}
	stages, err := conf.Stages()
	if err != nil {
		return err
	}
	show := newJob(c, std)
	err = pipeline.Run(c.Context, stages, pipeline.Options{
		Root: conf.Out, Workers: conf.Parallel(), Only: fetch.Name, Force: true, Progress: show.event, Notify: show.notice,
	})
	show.close(err)
	return err
}
