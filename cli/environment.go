package cli

import (
	"bufio"
	"bytes"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/gesturekit/gesturekit/progress"
	"github.com/gesturekit/gesturekit/report"
)

// machine returns what a command runs on.
func machine() report.Environment {
	return report.Environment{
		Gesturekit: version(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		CPU: processor(), CPUs: runtime.GOMAXPROCS(0),
	}
}

// processor returns the first processor's name from Linux, "" elsewhere.
func processor() string {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for s := bufio.NewScanner(bytes.NewReader(data)); s.Scan(); {
		if key, value, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// environment returns what tells on what, and when, a run that begins now is made.
// timings are those of its stages.
func environment(workers int, timings func() []report.StageTiming) func() report.Environment {
	start := time.Now()
	return func() report.Environment {
		e := machine()
		e.Workers, e.Started, e.Written, e.Stages = workers, stamp(start), stamp(time.Now()), timings()
		return e
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// timing is how long a stage took, and how many images it has reported since
// the first.
type timing struct {
	report.StageTiming
	images      int
	first, last time.Time
	done        int // of the last event
}

func (t *timing) event(e progress.Event) {
	if e.Warning || e.Unit != "images" {
		return
	}
	now := time.Now()
	if t.first.IsZero() || e.Done < t.done { // a new count within the stage
		t.first, t.images = now, 0
	} else {
		t.images += e.Done - t.done
	}
	t.done, t.last = e.Done, now
}

func (t *timing) timing() report.StageTiming {
	out := t.StageTiming
	if s := t.last.Sub(t.first).Seconds(); t.images > 0 && s > 0 {
		rate := float64(t.images) / s
		out.ImagesPerSecond = &rate
	}
	return out
}

// timings returns those of the stages before the report.
func (j *job) timings() []report.StageTiming {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := []report.StageTiming{}
	for _, t := range j.timed {
		if t.Stage != (report.Stage{}).Name() {
			out = append(out, t.timing())
		}
	}
	return out
}
