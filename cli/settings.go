package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/config"
)

// configFile is the config that is read when it is there and none is named.
const configFile = "pipeline.yaml"

// settingFlags returns a flag for each setting outside any section and for
// those of the sections, or of all sections when none is named.
func settingFlags(sections ...string) []cli.Flag {
	c := config.Default()
	flags := []cli.Flag{&cli.StringFlag{
		Name: "config", Aliases: []string{"c"}, Usage: "YAML file with the settings; " + configFile + " is read if it is there", DefaultText: "none",
	}}
	for _, s := range config.Settings(&c) {
		section, _, inSection := strings.Cut(s.Path, ".")
		if inSection && len(sections) > 0 && !slices.Contains(sections, section) {
			continue
		}
		category := ""
		if inSection {
			category = section
		}
		text := s.String()
		if text == "" {
			text = "none"
		}
		if s.IsBool() {
			flags = append(flags, &cli.BoolFlag{Name: s.Path, Usage: s.Doc, DefaultText: text, Category: category})
			continue
		}
		flags = append(flags, &cli.StringFlag{Name: s.Path, Usage: s.Doc, DefaultText: text, Category: category})
	}
	return flags
}

// settings composes the config: defaults, then the file, then the environment,
// then the flags.
func settings(c *cli.Context, std IO, file string) (config.Config, error) {
	conf := config.Default()
	if file == "" {
		if _, err := os.Stat(configFile); err == nil {
			file = configFile
		} else if !errors.Is(err, fs.ErrNotExist) {
			return conf, err
		}
	}
	if file != "" {
		if err := config.Load(file, &conf); err != nil {
			return conf, err
		}
	}
	var errs []error
	for _, s := range config.Settings(&conf) {
		if text, ok := std.LookupEnv(s.Env()); ok {
			if err := s.Set(text); err != nil {
				errs = append(errs, fmt.Errorf("environment variable %s: %w", s.Env(), err))
			}
		}
		if c.IsSet(s.Path) {
			text := c.String(s.Path)
			if s.IsBool() {
				text = fmt.Sprint(c.Bool(s.Path))
			}
			if err := s.Set(text); err != nil {
				errs = append(errs, fmt.Errorf("flag --%w", err))
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return conf, fmt.Errorf("%w: %w", config.ErrConfig, err)
	}
	return conf, conf.Check()
}
