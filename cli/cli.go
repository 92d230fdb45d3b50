// Package cli turns arguments into a Config, runs stages and shows what they
// report. Printing, clocks and exit statuses live here and nowhere else.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/config"
	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/fetch"
	"github.com/gesturekit/gesturekit/gate"
	"github.com/gesturekit/gesturekit/internal/nearest"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/report"
)

// The exit statuses of the program.
const (
	statusDone        = 0
	statusFailed      = 1
	statusUsage       = 2
	statusInvalid     = 3
	statusGate        = 4
	statusStale       = 5
	statusInterrupted = 130
)

// IO is the process that a command runs in.
type IO struct {
	Args           []string // Args[0] is the program's name
	Stdout, Stderr io.Writer
	Env            []string // NAME=value
	Terminal       bool     // Stderr is a terminal, so bars may move on it
}

// errStale and errUsage mark errors for status.
var (
	errStale = errors.New("stale")
	errUsage = errors.New("usage")
)

// Main runs one command and returns the exit status. It may be called any
// number of times.
func Main(ctx context.Context, std IO) int {
	err := newApp(std).RunContext(ctx, std.Args)
	if err == nil {
		return statusDone
	}
	status := statusOf(err)
	if status == statusInterrupted {
		fmt.Fprintln(std.Stderr, "gesturekit: interrupted; the same command goes on from here")
		return status
	}
	fmt.Fprintf(std.Stderr, "gesturekit: %s\n", indent(err.Error()))
	return status
}

// statusOf is the one place that maps errors to exit statuses.
func statusOf(err error) int {
	switch {
	case errors.Is(err, context.Canceled):
		return statusInterrupted
	case errors.Is(err, errUsage), errors.Is(err, config.ErrConfig), errors.Is(err, fetch.ErrAddress), errors.Is(err, gate.ErrBaseline):
		return statusUsage
	case errors.Is(err, gate.ErrFailed):
		return statusGate
	case errors.Is(err, errStale), errors.Is(err, pipeline.ErrStale):
		return statusStale
	case errors.Is(err, dataset.ErrInvalid), errors.Is(err, report.ErrDocument):
		return statusInvalid
	}
	return statusFailed
}

// indent sets the second and further faults of an error below the first.
func indent(text string) string { return strings.ReplaceAll(text, "\n", "\n  ") }

func newApp(std IO) *cli.App {
	app := &cli.App{
		Name:  "gesturekit",
		Usage: "from gesture captures to a classifier that knows when no known gesture is shown",
		Description: "gesturekit run takes a folder of captures through all stages. With no folder it draws\n" +
			"captures of people who do not exist, so that it can be tried with nothing at hand.",
		Reader: strings.NewReader(""), Writer: std.Stdout, ErrWriter: std.Stderr,
		Version: version(), UseShortOptionHandling: true,
		ExitErrHandler: func(*cli.Context, error) {},
		OnUsageError:   usageError,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return fmt.Errorf("%w: there is no command %q%s; gesturekit --help lists them", errUsage, c.Args().First(), nearest.Hint(c.Args().First(), names(c.App.Commands)))
			}
			return cli.ShowAppHelp(c)
		},
	}
	app.Commands = commands(std)
	return app
}

func names(commands []*cli.Command) []string {
	var out []string
	for _, c := range commands {
		out = append(out, c.Name)
	}
	return out
}

func usageError(c *cli.Context, err error, isSubcommand bool) error {
	hint := ""
	if _, flag, ok := strings.Cut(err.Error(), "flag provided but not defined: -"); ok && c.Command != nil {
		var known []string
		for _, f := range c.Command.Flags {
			known = append(known, f.Names()...)
		}
		hint = nearest.Hint(flag, known)
	}
	return fmt.Errorf("%w: %w%s; --help lists the flags", errUsage, err, hint)
}

// version returns the module's version, as go install stamps it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(unknown)"
}
