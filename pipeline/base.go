package pipeline

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Seedless is a Stage that draws nothing at random: its output is the same for
// any seed, and the seed is not recorded.
type Seedless interface {
	Stage
	Seedless()
}

// link puts the output of the same stage of the base run in place, as a
// symbolic link, if it is what the stage would make. It reports whether it did;
// where no links can be made, it did not.
func (r *runner) link(ctx context.Context, s Stage, e *Entry) (bool, error) {
	old := r.base.Stages[s.Name()]
	if r.Base == "" || old == nil {
		return false, nil
	}
	e.Tools = tools(ctx, s, old)
	if e.why(old, "") != "" {
		return false, nil
	}
	if err := r.ours(s); err != nil {
		return false, err
	}
	known := readContent(stateOfRun(r.Base, s.Name(), "outputs"))
	made, err := resolved(filepath.Join(r.Base, s.Name()))
	if err != nil {
		return false, err
	}
	if _, err := os.Stat(made); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	c, err := scan(ctx, []string{made}, known, r.Workers, lasting(s))
	if err != nil {
		return false, err
	}
	if c.digest() != old.Output {
		return false, errors.New("the output in " + made + " is not what its lock file records: run again what made it")
	}
	if err := r.symlink(made, s.Name()); err != nil {
		return false, nil // the stage runs instead
	}
	if err := c.write(r.state(s.Name(), "outputs")); err != nil {
		return false, err
	}
	e.Output, e.Files = old.Output, old.Files
	r.lock.Stages[s.Name()] = e
	return true, r.lock.write(r.Root)
}

// symlink makes the stage's folder a link to made, relative so that both runs
// can be moved together.
func (r *runner) symlink(made, stage string) error {
	root, err := resolved(r.Root)
	if err != nil {
		return err
	}
	target, err := filepath.Rel(root, made)
	if err != nil {
		return err
	}
	unfinished := r.state(stage, "link")
	if err := os.RemoveAll(unfinished); err != nil {
		return err
	}
	if err := os.Symlink(target, unfinished); err != nil { // a relative target means something only in its final place
		return err
	}
	final := filepath.Join(root, stage)
	if err := os.RemoveAll(final); err != nil {
		return err
	}
	return os.Rename(unfinished, final)
}

func stateOfRun(root, stage, kind string) string {
	return filepath.Join(root, stateDir, stage+"."+kind)
}
