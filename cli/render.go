package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/progress"
)

// renderer shows what stages report. Its methods may be called from several
// goroutines.
type renderer interface {
	event(progress.Event)
	notice(pipeline.Notice)
	close(error) // with the error that ended the run, if any
}

// progressFlags are what style looks at.
func progressFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "json", Usage: "report progress as JSON lines on stderr"},
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "report warnings only"},
	}
}

// style chooses a renderer: bars on a terminal, lines elsewhere, JSON lines or
// nothing when asked for.
func style(std IO, c *cli.Context) renderer {
	switch {
	case c.Bool("json"):
		return &jsonLines{w: std.Stderr}
	case c.Bool("quiet"):
		return &lines{w: std.Stderr, quiet: true}
	case std.Terminal:
		return &bars{lines: lines{w: std.Stderr}}
	}
	return &lines{w: std.Stderr}
}

// lines prints a line when a stage starts or ends, when it has something to
// say, and every few seconds of a long one.
type lines struct {
	mu      sync.Mutex
	w       io.Writer
	quiet   bool
	why     string
	started time.Time
	shown   time.Time
	note    string
}

// every is the time between two lines of progress.
const every = 5 * time.Second

func (l *lines) event(e progress.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.Warning {
		fmt.Fprintf(l.w, "%-9s warning: %s\n", e.Stage, e.Note)
		return
	}
	if l.quiet || (e.Note == "" || e.Note == l.note) && time.Since(l.shown) < every {
		return
	}
	l.shown, l.note = time.Now(), e.Note
	fmt.Fprintf(l.w, "%-9s %s\n", e.Stage, counts(e))
}

func counts(e progress.Event) string {
	s := fmt.Sprintf("%d/%d %s", e.Done, e.Total, e.Unit)
	if e.Note != "" {
		s += "  " + e.Note
	}
	return s
}

func (l *lines) notice(n pipeline.Notice) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch n.State {
	case pipeline.Running:
		l.why, l.started, l.shown, l.note = n.Why, time.Now(), time.Now(), ""
	case pipeline.Done:
		if !l.quiet {
			fmt.Fprintf(l.w, "%-9s done in %.1f s: %s\n", n.Stage, time.Since(l.started).Seconds(), l.why)
		}
	case pipeline.Cached:
		if !l.quiet {
			fmt.Fprintf(l.w, "%-9s cached\n", n.Stage)
		}
	}
}

func (l *lines) close(error) {}

// bars draws a bar for the stage at work and leaves a line for each one done.
type bars struct {
	lines
	bar   *progressbar.ProgressBar
	stage string
	total int
}

func (b *bars) event(e progress.Event) {
	if e.Warning {
		b.clear()
		b.lines.event(e)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bar == nil || b.stage != e.Stage || b.total != e.Total {
		b.stage, b.total = e.Stage, e.Total
		b.bar = newBar(b.w, e)
	}
	if e.Note != "" && e.Note != b.note { // above the bar, so that it fits any terminal
		b.note = e.Note
		_ = b.bar.Clear()
		fmt.Fprintf(b.w, "%-9s %s\n", e.Stage, e.Note)
	}
	_ = b.bar.Set(e.Done) // an error means a closed terminal: nothing to tell it to
}

func newBar(w io.Writer, e progress.Event) *progressbar.ProgressBar {
	total := e.Total
	if total == 0 {
		total = -1
	}
	return progressbar.NewOptions(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(fmt.Sprintf("%-9s", e.Stage)),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString(e.Unit),
		progressbar.OptionSetPredictTime(true), progressbar.OptionSetElapsedTime(true),
		progressbar.OptionSetWidth(12), progressbar.OptionThrottle(80*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)
}

func (b *bars) notice(n pipeline.Notice) {
	b.clear()
	b.lines.notice(n)
}

func (b *bars) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bar != nil {
		_ = b.bar.Clear()
		b.bar = nil
	}
}

func (b *bars) close(error) { b.clear() }

// jsonLines prints events and notices, at most a few a second of mere counts, as
// one JSON object a line.
type jsonLines struct {
	mu    sync.Mutex
	w     io.Writer
	shown time.Time
}

type jsonLine struct {
	Stage   string         `json:"stage,omitempty"`
	Error   string         `json:"error,omitempty"`
	State   pipeline.State `json:"state,omitempty"`
	Why     string         `json:"why,omitempty"`
	Done    int            `json:"done,omitempty"`
	Total   int            `json:"total,omitempty"`
	Unit    string         `json:"unit,omitempty"`
	Note    string         `json:"note,omitempty"`
	Warning bool           `json:"warning,omitempty"`
}

func (j *jsonLines) line(l jsonLine) {
	j.mu.Lock()
	defer j.mu.Unlock()
	_ = json.NewEncoder(j.w).Encode(l) // nobody is left to tell of a closed stderr
}

func (j *jsonLines) event(e progress.Event) {
	j.mu.Lock()
	skip := e.Note == "" && e.Done < e.Total && e.Done > 0 && time.Since(j.shown) < 200*time.Millisecond
	if !skip {
		j.shown = time.Now()
	}
	j.mu.Unlock()
	if skip {
		return
	}
	j.line(jsonLine{Stage: e.Stage, Done: e.Done, Total: e.Total, Unit: e.Unit, Note: e.Note, Warning: e.Warning})
}

func (j *jsonLines) notice(n pipeline.Notice) {
	j.line(jsonLine{Stage: n.Stage, State: n.State, Why: n.Why})
}

func (j *jsonLines) close(err error) {
	if err != nil {
		j.line(jsonLine{State: "failed", Error: err.Error()})
	}
}
