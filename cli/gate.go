package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/config"
	"github.com/gesturekit/gesturekit/gate"
	"github.com/gesturekit/gesturekit/report"
)

func gateCommand(std IO) *cli.Command {
	return &cli.Command{
		Name: "gate", Usage: "check the gates of a report that is there",
		Description: fmt.Sprintf("run checks them too, behind the stages. The exit status is %d when a gate fails.", statusGate),
		Flags: append(append([]cli.Flag{
			&cli.StringFlag{Name: "report", Usage: "the report.json to check", DefaultText: "that of the run's folder"},
			&cli.BoolFlag{Name: "json", Usage: "also print the gates as JSON lines on stderr"},
		}, jobFlags()...), settingFlags("gates")...),
		Action: func(c *cli.Context) error {
			conf, err := settingsAlone(c, std)
			if err != nil {
				return err
			}
			if !conf.Gates.Set() {
				return fmt.Errorf("%w: no gate is set: give a bound to a figure of the section gates, such as unseen_recall: \">= 0.9\"", config.ErrConfig)
			}
			base, err := baseline(conf.Gates)
			if err != nil {
				return err
			}
			file := c.String("report")
			if file == "" {
				file = reportFile(conf)
			}
			return newJob(c, std).finish(nil, conf.Gates, file, base)
		},
	}
}

func reportFile(conf config.Config) string {
	return filepath.Join(conf.Out, "report", report.JSONFile)
}

// baseline reads the report to compare with, nil if none is set.
func baseline(o gate.Options) (*report.Document, error) {
	if o.Baseline == "" {
		return nil, nil
	}
	d, err := readReport(o.Baseline)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w: copy the report.json of a run there that the next ones must not fall behind", err)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: gates.baseline: %w", config.ErrConfig, err)
	}
	return d, nil
}

func readReport(name string) (*report.Document, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	d, err := report.ReadDocument(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &d, nil
}
