package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/gate"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/progress"
	"github.com/gesturekit/gesturekit/report"
)

// jobFlags are those of the commands that check gates.
func jobFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "ci", Usage: "log plain lines; on GitHub Actions also write annotations and the job's summary"},
		&cli.StringFlag{Name: "junit", Usage: "write stages and gates to this file as JUnit XML", DefaultText: "none"},
		&cli.StringFlag{Name: "summary", Usage: "write a summary to this file as Markdown", DefaultText: "none"},
	}
}

// job shows a command to a person, as the renderer does, and to a CI system.
type job struct {
	renderer
	std            IO
	junit, summary string
	stepSummary    string // the file that GitHub Actions shows, or ""
	annotate       bool
	json           bool

	mu      sync.Mutex
	stages  []gate.Case
	timed   []*timing // of stages
	started time.Time
	running bool
	notes   []string
}

func newJob(c *cli.Context, std IO) *job {
	if c.Bool("ci") {
		std.Terminal = false
	}
	j := &job{
		renderer: style(std, c), std: std, json: c.Bool("json"),
		junit: c.String("junit"), summary: c.String("summary"),
	}
	if c.Bool("ci") {
		j.annotate = std.variable("GITHUB_ACTIONS") == "true"
		j.stepSummary = std.variable("GITHUB_STEP_SUMMARY")
	}
	return j
}

// variable returns an environment variable, "" if it is not set.
func (std IO) variable(name string) string {
	for _, e := range std.Env {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			return v
		}
	}
	return ""
}

func (j *job) event(e progress.Event) {
	j.mu.Lock()
	if e.Warning {
		j.notes = append(j.notes, e.Stage+": "+e.Note)
		j.annotation("warning", e.Stage, e.Note)
	}
	if n := len(j.timed); n > 0 && j.timed[n-1].Stage == e.Stage {
		j.timed[n-1].event(e)
	}
	j.mu.Unlock()
	j.renderer.event(e)
}

func (j *job) notice(n pipeline.Notice) {
	j.mu.Lock()
	switch n.State {
	case pipeline.Running:
		j.started, j.running = time.Now(), true
		j.stages = append(j.stages, gate.Case{Name: n.Stage, Output: n.Why})
		j.timed = append(j.timed, &timing{StageTiming: report.StageTiming{Stage: n.Stage}})
	case pipeline.Done:
		j.running = false
		seconds := time.Since(j.started).Seconds()
		j.stages[len(j.stages)-1].Seconds, j.timed[len(j.timed)-1].Seconds = seconds, seconds
	case pipeline.Cached:
		j.timed = append(j.timed, &timing{StageTiming: report.StageTiming{Stage: n.Stage, Cached: true}})
		j.stages = append(j.stages, gate.Case{Name: n.Stage, Output: string(n.State)})
	}
	j.mu.Unlock()
	j.renderer.notice(n)
}

func (j *job) annotation(level, title, text string) {
	if j.annotate {
		_ = gate.Annotate(j.std.Stdout, level, title, text) // nobody is left to tell of a closed stdout
	}
}

// fail records why the run ended early.
func (j *job) fail(err error) {
	j.annotation("error", "gesturekit", err.Error())
	if n := len(j.stages); j.running {
		j.stages[n-1].Error = err.Error()
		j.stages[n-1].Seconds = time.Since(j.started).Seconds()
		return
	}
	j.stages = append(j.stages, gate.Case{Name: "run", Error: err.Error()})
}

// finish checks the gates of a report, unless failed says that there is none,
// and writes what the CI system is to be told. Of failed and the gates it
// returns what is to end the command.
func (j *job) finish(failed error, o gate.Options, file string, baseline *report.Document) error {
	s := gate.Summary{Failed: failed, Notes: j.notes, Baseline: baseline}
	if s.Failed == nil {
		s.Outcomes, s.Report, s.Failed = check(o, file, baseline)
	}
	result := s.Failed
	if s.Failed != nil {
		j.fail(s.Failed)
	} else if err := j.print(s.Outcomes); err != nil {
		return err
	} else {
		result = gate.Failures(s.Outcomes)
	}
	return errors.Join(result, j.write(s))
}

func check(o gate.Options, file string, baseline *report.Document) ([]gate.Outcome, *report.Document, error) {
	doc, err := readReport(file)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w: run 'gesturekit run' first, or name a report by --report", err)
	}
	if err != nil {
		return nil, nil, err
	}
	outcomes, err := gate.Check(o, *doc, baseline)
	return outcomes, doc, err
}

// print shows the outcomes, to GitHub those that failed.
func (j *job) print(outcomes []gate.Outcome) error {
	if len(outcomes) == 0 {
		return nil
	}
	fmt.Fprintln(j.std.Stdout, "gates")
	w := tabwriter.NewWriter(j.std.Stdout, 0, 0, 2, ' ', 0)
	for _, o := range outcomes {
		verdict := "passed"
		if !o.Passed {
			verdict = "FAILED"
		}
		fmt.Fprintf(w, "  %s\t%s\n", verdict, o)
		if j.json {
			e := json.NewEncoder(j.std.Stderr)
			e.SetEscapeHTML(false)
			if err := e.Encode(o); err != nil {
				return err
			}
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, o := range outcomes {
		if !o.Passed {
			j.annotation("error", "gate "+o.Figure, o.String())
		}
	}
	return nil
}

// write writes the files that were asked for.
func (j *job) write(s gate.Summary) error {
	var errs []error
	if j.junit != "" {
		on := machine()
		environment := [][2]string{{"gesturekit", on.Gesturekit}, {"go", on.Go}, {"platform", on.Platform}, {"cpu", on.CPU}, {"cpus", strconv.Itoa(on.CPUs)}}
		errs = append(errs, create(j.junit, func(w io.Writer) error {
			return gate.WriteJUnit(w, j.stages, s.Outcomes, environment)
		}))
	}
	if j.summary != "" {
		errs = append(errs, create(j.summary, s.WriteMarkdown))
	}
	if j.stepSummary != "" {
		f, err := os.OpenFile(j.stepSummary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err == nil {
			err = errors.Join(s.WriteMarkdown(f), f.Close())
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// create writes a file, and the folders above it.
func create(name string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return atomicfile.Write(name, write)
}
