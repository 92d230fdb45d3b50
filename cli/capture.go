package cli

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/capture"
)

func captureCommand(std IO) *cli.Command {
	return &cli.Command{
		Name: "capture", Usage: "record captures with the camera, on a page",
		Description: "Serves a page that records frames into a folder that gesturekit ingest reads: a folder for each\n" +
			"category, in it one for each person, in it one for each recording. Stop it with Ctrl-C.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "out", Aliases: []string{"o"}, Usage: "folder of the captures", Value: "captures"},
		}, webFlags("127.0.0.1:8321")...),
		Action: func(c *cli.Context) (err error) {
			if err := noArgs(c); err != nil {
				return err
			}
			log, err := logger(c, std)
			if err != nil {
				return err
			}
			folder, err := capture.Open(c.String("out"))
			if err != nil {
				return fmt.Errorf("capture: %w", err)
			}
			defer func() { err = errors.Join(err, folder.Close()) }()
			handler, err := capture.Handler(folder, log)
			if err != nil {
				return fmt.Errorf("capture: %w", err)
			}
			return serveWeb(c, std, log, "capture", handler, nil)
		},
	}
}
