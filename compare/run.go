package compare

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/goccy/go-yaml"

	"github.com/gesturekit/gesturekit/config"
	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/fetch"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/progress"
	"github.com/gesturekit/gesturekit/report"
)

// Options steer a comparison. None of them changes a result.
type Options struct {
	Jobs     int // how many cells run at once, at least 1
	Workers  int // how many goroutines each of them uses, at least 1
	Progress progress.Func
	// Environment tells a cell's report what it was made on; it may be nil.
	Environment func() report.Environment
}

// Plan is a comparison whose captures are ingested and whose cells are known.
type Plan struct {
	Spec       Spec
	Partitions []Partition
	Cells      []Cell
}

// dataDir holds what cells share: drawn captures, and what was ingested.
const dataDir = "data"

// Prepare draws captures where none are set, or fetches them, ingests them, and works out the
// cells. base holds the settings that all of them share. What is wrong with any
// cell's settings is found here, before the work.
func Prepare(ctx context.Context, s Spec, base config.Config, o Options) (Plan, error) {
	base = base.Resolved()
	p := Plan{Spec: s}
	if source := base.Ingest.Captures; source == "" || fetch.Remote(source) {
		drawn, by := filepath.Join(s.Out, dataDir, "drawn"), "synth"
		if source != "" {
			by = fetch.Name
		}
		if err := first(ctx, base, drawn, o); err != nil {
			return p, err
		}
		base.Ingest.Captures = filepath.Join(drawn, by, "captures")
	}
	trained, err := s.trainings(base)
	if err != nil {
		return p, err
	}
	categories, err := s.ingest(ctx, trained, o)
	if err != nil {
		return p, err
	}
	p.Partitions, err = s.partitions(base, categories)
	p.Cells = s.cells(base, trained, p.Partitions)
	return p, err
}

// ingest runs the ingest stage once for all trainings whose captures and
// settings of it are the same, and returns the categories.
func (s Spec) ingest(ctx context.Context, trained []trained, o Options) (categories []string, err error) {
	at := map[string]string{}
	for i := range trained {
		t := &trained[i]
		stages, err := t.settings.Stages()
		if err != nil {
			return nil, err
		}
		stage := stages[0]
		settings, err := yaml.Marshal(stage.Settings())
		if err != nil {
			return nil, err
		}
		key := fmt.Sprintf("%s%q", settings, stage.Inputs())
		if t.base = at[key]; t.base != "" {
			continue
		}
		t.base = filepath.Join(s.Out, dataDir, fmt.Sprintf("%d-%s", len(at)+1, t.Split))
		at[key] = t.base
		if err := first(ctx, t.settings, t.base, o); err != nil {
			return nil, err
		}
		m, err := dataset.Read(filepath.Join(t.base, stage.Name()))
		if err != nil {
			return nil, err
		}
		if categories != nil && !slices.Equal(categories, m.Categories()) {
			return nil, fmt.Errorf("%w: %s has the categories %q, others have %q: the captures need one folder per category for a split by image", dataset.ErrInvalid, t.base, m.Categories(), categories)
		}
		categories = m.Categories()
	}
	return categories, nil
}

// first runs the first stage.
func first(ctx context.Context, c config.Config, root string, o Options) error {
	stages, err := c.Stages()
	if err != nil {
		return err
	}
	return pipeline.Run(ctx, stages[:1], pipeline.Options{
		Root: root, Seed: c.Seed, Workers: max(1, o.Jobs*o.Workers), Progress: o.Progress,
	})
}

// Run runs the cells that are not done yet and measures all. A cell that fails
// does not stop the others; its error is in the result. Run fails when ctx ends.
func (p Plan) Run(ctx context.Context, o Options) (Result, error) {
	decodings := p.Spec.decodings()
	var done atomic.Int64
	o.Progress = once(o.Progress)
	cells, err := pipeline.Each(ctx, o.Jobs, p.Cells, func(ctx context.Context, c Cell) (CellResult, error) {
		out := CellResult{Cell: c}
		err := p.runCell(ctx, c, o)
		if err == nil {
			out.Values, err = measureCell(p.folder(c), decodings)
		}
		if err := ctx.Err(); err != nil {
			return out, err
		}
		note := c.Name() + " is done"
		if err != nil {
			note, out.Error = c.Name()+" failed", err.Error()
			o.Progress.Warn("compare", fmt.Sprintf("%s: %v", c.Name(), err))
		}
		o.Progress.Report(progress.Event{Stage: "compare", Done: int(done.Add(1)), Total: len(p.Cells), Unit: "cells", Note: note})
		return out, nil
	})
	if err != nil {
		return Result{}, err
	}
	return newResult(p, decodings, cells), nil
}

// once passes a warning on only the first time: cells that differ in the loss
// alone have the same to say of the split.
func once(f progress.Func) progress.Func {
	var seen sync.Map
	return func(e progress.Event) {
		if e.Warning {
			_, text, _ := strings.Cut(e.Note, ": ")
			if _, again := seen.LoadOrStore(text, true); again {
				return
			}
		}
		f.Report(e)
	}
}

func (p Plan) folder(c Cell) string { return filepath.Join(p.Spec.Out, filepath.FromSlash(c.Path)) }

func (p Plan) runCell(ctx context.Context, c Cell, o Options) error {
	stages, err := c.settings.Stages()
	if err != nil {
		return err
	}
	return pipeline.Run(ctx, report.WithEnvironment(stages, o.Environment), pipeline.Options{
		Root: p.folder(c), Seed: c.Seed, Workers: o.Workers, Base: c.base,
		Progress: func(e progress.Event) {
			if e.Warning {
				o.Progress.Warn("compare", c.Name()+": "+e.Stage+": "+e.Note)
			}
		},
	})
}
