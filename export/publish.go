package export

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gofrs/flock"

	"github.com/gesturekit/gesturekit/pipeline"
)

// ErrForeign is returned when there is something in the place of an export that
// no export wrote, or that somebody changed since.
var ErrForeign = errors.New("not an export as it was written")

// ErrBusy is returned when another process writes the same export.
var ErrBusy = errors.New("another gesturekit is writing this folder")

// publish makes the folder dir: fill builds it beside its place, in a hidden
// folder, and it then takes its place by renaming. A folder that is there
// already is replaced only if it is empty or every entry is as its checksums say.
func publish(ctx context.Context, env pipeline.Env, dir string, fill func(tmp string) error) (err error) {
	if dir, err = place(dir); err != nil {
		return err
	}
	if err := mine(dir); err != nil {
		return err
	}
	work := filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+".unfinished")
	if err := os.MkdirAll(work, 0o755); err != nil {
		return err
	}
	guard := flock.New(filepath.Join(work, "busy"))
	if ok, err := guard.TryLock(); err != nil {
		return fmt.Errorf("lock %s: %w", work, err)
	} else if !ok {
		return fmt.Errorf("%s: %w: wait for it, or give another folder", dir, ErrBusy)
	}
	defer func() { err = errors.Join(err, guard.Unlock(), os.RemoveAll(work)) }()
	tmp, old := filepath.Join(work, "new"), filepath.Join(work, "old")
	if err := errors.Join(os.RemoveAll(tmp), os.RemoveAll(old)); err != nil {
		return err
	}
	if err := os.Mkdir(tmp, 0o755); err != nil {
		return err
	}
	if err := fill(tmp); err != nil {
		return err
	}
	if err := unchanged(ctx, env, dir); err != nil {
		return err
	}
	if err := os.Rename(dir, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(tmp, dir)
}

// place returns dir as an absolute path without links, and makes the folder it
// is to lie in.
func place(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real, nil
	}
	return abs, os.MkdirAll(filepath.Dir(abs), 0o755)
}

// mine tells quickly whether dir may be an export, or is free: before much work
// is done for it.
func mine(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	} else if err != nil {
		return err
	}
	want, fault, err := listed(dir)
	if err != nil {
		return err
	}
	t, err := list(dir)
	if err != nil {
		return err
	}
	for _, name := range slices.Concat(t.files, t.odd) {
		if _, ok := want[name]; !ok && name != ChecksumsFile && fault == nil {
			fault = &Fault{name, ChecksumsFile + " does not list it"}
		}
	}
	return foreign(dir, fault)
}

// unchanged fails unless dir is free or an export of which every byte is as it
// was written.
func unchanged(ctx context.Context, env pipeline.Env, dir string) error {
	if err := mine(dir); err != nil {
		return err
	}
	if entries, err := os.ReadDir(dir); errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	c, err := check(ctx, env, dir)
	if err != nil || len(c.faults) == 0 {
		return err
	}
	return foreign(dir, &c.faults[0])
}

func foreign(dir string, fault *Fault) error {
	if fault == nil {
		return nil
	}
	return fmt.Errorf("%s is there already and %w: %s: move it away, or give another folder", dir, ErrForeign, fault)
}
