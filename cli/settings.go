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
	"github.com/gesturekit/gesturekit/internal/nearest"
)

// configFile is the config that is read when it is there and none is named.
const configFile = "pipeline.yaml"

// settingFlags returns a flag for each setting. The help shows those outside any
// section and those of the sections named, or all when none is named.
func settingFlags(sections ...string) []cli.Flag {
	c := config.Default()
	flags := []cli.Flag{&cli.StringFlag{
		Name: "config", Aliases: []string{"c"}, Usage: "YAML file with the settings; " + configFile + " is read if it is there", DefaultText: "none",
	}}
	for _, s := range config.Settings(&c) {
		section, _, inSection := strings.Cut(s.Path, ".")
		hidden := inSection && len(sections) > 0 && !slices.Contains(sections, section)
		category := ""
		if inSection {
			category = section
		}
		text := s.String()
		if text == "" {
			text = "none"
		}
		if s.IsBool() {
			flags = append(flags, &cli.BoolFlag{Name: s.Path, Usage: s.Doc, DefaultText: text, Category: category, Hidden: hidden})
			continue
		}
		flags = append(flags, &cli.StringFlag{Name: s.Path, Usage: s.Doc, DefaultText: text, Category: category, Hidden: hidden})
	}
	return flags
}

// variables returns the environment's settings, and an error for one that
// stands for none.
func variables(environ []string, all []config.Setting) (map[string]string, error) {
	var known []string
	for _, s := range all {
		known = append(known, s.Env())
	}
	env := map[string]string{}
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, "GESTUREKIT_") || value == "" { // CI systems pass what is not set as empty
			continue
		}
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("%w: the environment variable %s stands for no setting%s", config.ErrConfig, name, nearest.Hint(name, known))
		}
		env[name] = value
	}
	return env, nil
}

// settings composes the config: defaults, then the file, then what more sets,
// then the environment, then the flags.
func settings(c *cli.Context, std IO, file string, more ...func(*config.Config) error) (config.Config, error) {
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
	for _, set := range more {
		if err := set(&conf); err != nil {
			return conf, err
		}
	}
	env, err := variables(std.Env, config.Settings(&conf))
	if err != nil {
		return conf, err
	}
	var errs []error
	for _, s := range config.Settings(&conf) {
		if text, ok := env[s.Env()]; ok {
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
