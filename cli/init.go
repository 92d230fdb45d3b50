package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/config"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
)

func initCommand(std IO) *cli.Command {
	return &cli.Command{
		Name: "init", Usage: "write a commented " + configFile + " to start from",
		ArgsUsage: "[captures folder]",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "config", Aliases: []string{"c"}, Usage: "file to write", Value: configFile},
			&cli.BoolFlag{Name: "force", Aliases: []string{"f"}, Usage: "replace the file if it is there"},
		},
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				return fmt.Errorf("%w: init takes one folder of captures, got %q", errUsage, c.Args().Slice())
			}
			if err := flagsFirst(c); err != nil {
				return err
			}
			name, captures := c.String("config"), c.Args().First()
			if captures != "" {
				if info, err := os.Stat(captures); err != nil || !info.IsDir() {
					return fmt.Errorf("%w: %s is no folder of captures", errUsage, captures)
				}
				if rel, err := filepath.Rel(filepath.Dir(name), captures); err == nil && !filepath.IsAbs(captures) {
					captures = rel // as seen from the config file
				}
			}
			if _, err := os.Lstat(name); err == nil && !c.Bool("force") {
				return fmt.Errorf("%w: %s is there already: give --force to replace it, or --config for another name", errUsage, name)
			}
			text, err := config.Template(filepath.ToSlash(captures))
			if err != nil {
				return err
			}
			if err := atomicfile.WriteBytes(name, text); err != nil {
				return fmt.Errorf("write config file: %w", err)
			}
			fmt.Fprintf(std.Stdout, "wrote %s; edit it, then: gesturekit run %s\n", name, name)
			return nil
		},
	}
}
