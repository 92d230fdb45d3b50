package pipeline

import (
	"context"
	"errors"
	"fmt"

	"github.com/gesturekit/gesturekit/dataset"
)

// Status is one stage's state as Examine found it.
type Status struct {
	Stage string
	Entry *Entry // what the lock file records, or nil
	Stale string // why the stage would run, "" when its output is up to date
}

// Examine tells for each stage whether a Run would run it, and why. It changes
// no output.
func Examine(ctx context.Context, stages []Stage, o Options) ([]Status, error) {
	lock, err := ReadLock(o.Root)
	if err != nil {
		return nil, err
	}
	r := runner{Options: o, lock: lock, look: true}
	var out []Status
	waits := ""
	for i, s := range stages {
		st := Status{Stage: s.Name(), Entry: lock.Stages[s.Name()]}
		if waits != "" {
			st.Stale = "it waits for " + waits
		} else if st.Stale, err = r.stale(ctx, stages[:i], s); err != nil {
			return nil, err
		}
		if st.Stale != "" && waits == "" {
			waits = s.Name()
		}
		out = append(out, st)
	}
	return out, nil
}

func (r *runner) stale(ctx context.Context, before []Stage, s Stage) (string, error) {
	_, why, err := r.examine(ctx, before, s)
	if err != nil || why != "" {
		if errors.Is(err, ErrMissing) {
			return "an earlier output is missing", nil
		}
		return why, err
	}
	return r.output(ctx, s, r.lock.Stages[s.Name()])
}

// Input returns the manifest that the stage of that name would be given. It
// fails when an earlier output is missing or out of date, and writes nothing.
func Input(ctx context.Context, stages []Stage, o Options, name string) (dataset.Manifest, error) {
	lock, err := ReadLock(o.Root)
	if err != nil {
		return dataset.Manifest{}, err
	}
	r := runner{Options: o, lock: lock, look: true}
	for i, s := range stages {
		if s.Name() == name {
			return r.previous(stages[:i])
		}
		if err := r.current(ctx, stages[:i], s); err != nil {
			return dataset.Manifest{}, err
		}
	}
	return dataset.Manifest{}, fmt.Errorf("stage %s has no part in this run", name)
}
