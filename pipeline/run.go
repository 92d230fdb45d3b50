package pipeline

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/gofrs/flock"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/progress"
	"github.com/gesturekit/gesturekit/rng"
)

// stateDir is where a run keeps what can be made again at any time: unfinished
// outputs and the sizes and times of files.
const stateDir = ".gesturekit"

// Options steer a run of stages.
type Options struct {
	Root    string // the run's folder; made if missing
	Seed    uint64
	Workers int
	Only    string // run this stage alone, on the outputs that are there
	// Base is the folder of another run, or "": a stage whose output there is
	// what it would make is not run, and its folder becomes a link to that one.
	Base     string
	Force    bool // run also what is up to date
	Progress progress.Func
	Notify   func(Notice) // may be nil; called from one goroutine
	Check    Check        // may be nil; asked before a stage's output is taken on
}

// Check looks at the manifest that a stage returned, besides Validate. digest
// gives the SHA-256 of the image of a sample, or "" if no stage of the run made
// it. An error ends the run, and the stage's output is not taken on.
type Check func(stage string, m dataset.Manifest, digest func(*dataset.Sample) string) error

// Notice tells that a stage starts, is finished, or need not run.
type Notice struct {
	Stage string
	State State
	Why   string // why a stage runs
}

// State is what a Notice tells.
type State string

// The states of a stage in a run.
const (
	Running State = "running"
	Done    State = "done"
	Cached  State = "cached"
	Linked  State = "linked" // to the base run's output
)

// ErrStale marks an earlier stage's output that is out of date.
var ErrStale = errors.New("out of date")

// ErrMissing marks the absence of an earlier stage's output.
var ErrMissing = errors.New("output is missing")

// ErrBusy is returned when another process works on the same run.
var ErrBusy = errors.New("another gesturekit is working in this folder")

// Run runs the stages in order, skipping those that are up to date. When a
// stage fails or ctx ends, the outputs of the stages before it stay, the lock
// file tells the truth about them, and the next Run goes on from there.
func Run(ctx context.Context, stages []Stage, o Options) (err error) {
	if err := apart(o.Root, stages); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(o.Root, stateDir), 0o755); err != nil {
		return fmt.Errorf("make the run's folder: %w", err)
	}
	guard := flock.New(filepath.Join(o.Root, stateDir, "busy"))
	if ok, err := guard.TryLock(); err != nil {
		return fmt.Errorf("lock the run's folder: %w", err)
	} else if !ok {
		return fmt.Errorf("%s: %w: wait for it, or give another --out", o.Root, ErrBusy)
	}
	defer func() { err = errors.Join(err, guard.Unlock()) }()
	if err := sweep(o.Root, filepath.Join(o.Root, stateDir)); err != nil {
		return err
	}
	lock, err := ReadLock(o.Root)
	if err != nil {
		return err
	}
	r := runner{Options: o, lock: lock}
	if o.Base != "" {
		if r.base, err = ReadLock(o.Base); err != nil {
			return err
		}
	}
	if o.Only != "" && !slices.ContainsFunc(stages, func(s Stage) bool { return s.Name() == o.Only }) {
		return fmt.Errorf("stage %s has no part in this run", o.Only)
	}
	for i, s := range stages {
		if o.Only != "" && s.Name() != o.Only {
			if slices.ContainsFunc(stages[i:], func(s Stage) bool { return s.Name() == o.Only }) {
				if err := r.current(ctx, stages[:i], s); err != nil {
					return err
				}
			}
			continue
		}
		if err := r.stage(ctx, stages[:i], s); err != nil {
			return fmt.Errorf("%s: %w", s.Name(), err)
		}
	}
	return nil
}

// apart fails when the run's folder lies in a folder that a stage reads, or
// when what a stage reads lies where a stage would write.
func apart(root string, stages []Stage) error {
	root, err := resolved(root)
	if err != nil {
		return err
	}
	for _, s := range stages {
		for _, in := range s.Inputs() {
			in, err := resolved(in)
			if err != nil {
				return err
			}
			if within(root, in) {
				return fmt.Errorf("%w: the run's folder %s lies inside %s, which %s reads: choose another one (--out)", dataset.ErrInvalid, root, in, s.Name())
			}
			for _, w := range stages {
				if within(in, filepath.Join(root, w.Name())) {
					return fmt.Errorf("%w: %s, which %s reads, lies where %s writes: choose another folder for the run (--out)", dataset.ErrInvalid, in, s.Name(), w.Name())
				}
			}
		}
	}
	return nil
}

// resolved returns an absolute path without links, as far as it exists.
func resolved(name string) (string, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(abs)
	if errors.Is(err, fs.ErrNotExist) && abs != filepath.Dir(abs) {
		parent, err := resolved(filepath.Dir(abs))
		return filepath.Join(parent, filepath.Base(abs)), err
	}
	return real, err
}

func within(name, dir string) bool {
	rel, err := filepath.Rel(dir, name)
	return err == nil && filepath.IsLocal(rel)
}

// ours fails when there is a folder in the output's place that no run made.
func (r *runner) ours(s Stage) error {
	final := filepath.Join(r.Root, s.Name())
	if _, err := os.Lstat(final); errors.Is(err, fs.ErrNotExist) || r.lock.Stages[s.Name()] != nil {
		return nil
	}
	if _, err := os.Stat(r.state(s.Name(), "outputs")); err == nil {
		return nil
	}
	return fmt.Errorf("%s is there already and no run made it: move it away, or choose another folder for the run (--out)", final)
}

// sweep removes what a killed process was just writing, in the folders
// themselves.
func sweep(dirs ...string) error {
	for _, dir := range dirs {
		names, err := filepath.Glob(filepath.Join(dir, atomicfile.Pattern))
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := os.Remove(name); err != nil {
				return err
			}
		}
	}
	return nil
}

type runner struct {
	Options
	lock Lock
	base Lock    // of the base run
	seen content // the inputs of the stage at hand
	anew string  // the first stage whose lost output was made again
	look bool    // only look: write nothing
}

// current fails unless an earlier stage's output is what a run would make.
func (r *runner) current(ctx context.Context, before []Stage, s Stage) error {
	if r.lock.Stages[s.Name()] == nil {
		return missing(s)
	}
	why, err := r.stale(ctx, before, s)
	if err == nil && why != "" {
		err = fmt.Errorf("%w: %s: %s: run 'gesturekit run', and give every stage the same settings, best in a config file", ErrStale, s.Name(), why)
	}
	return err
}

func missing(s Stage) error {
	return fmt.Errorf("%s: %w: run 'gesturekit %[1]s' first, or 'gesturekit run' for all stages, and give every stage the same settings, best in a config file", s.Name(), ErrMissing)
}

func (r *runner) notify(n Notice) {
	if r.Notify != nil {
		r.Notify(n)
	}
}

func (r *runner) state(stage, kind string) string {
	return stateOfRun(r.Root, stage, kind)
}

// stage brings one stage up to date. When a recorded output was deleted or
// changed by hand, the later stages run too, even if it comes out the same:
// whoever deletes an output asks to redo things from there. A changed input, by
// contrast, stops having effect at the first output that comes out the same.
func (r *runner) stage(ctx context.Context, before []Stage, s Stage) error {
	entry, why, err := r.examine(ctx, before, s)
	if err != nil {
		return err
	}
	lost := ""
	if why == "" {
		if lost, err = r.output(ctx, s, r.lock.Stages[s.Name()]); err != nil {
			return err
		}
	}
	switch {
	case why != "":
	case lost != "":
		why = lost
		r.anew = cmp.Or(r.anew, s.Name())
	case r.Force:
		why = "--force asks for it"
	case r.anew != "":
		why = r.anew + " was made again"
	default:
		r.notify(Notice{Stage: s.Name(), State: Cached})
		return nil
	}
	if !r.Force {
		if ok, err := r.link(ctx, s, entry); err != nil {
			return err
		} else if ok {
			r.notify(Notice{Stage: s.Name(), State: Linked})
			return nil
		}
	}
	r.notify(Notice{Stage: s.Name(), State: Running, Why: why})
	if err := r.execute(ctx, before, s, entry); err != nil {
		return err
	}
	r.notify(Notice{Stage: s.Name(), State: Done})
	return nil
}

// examine works out what decides the stage's output now, and in what it differs
// from what made the recorded output, "" if in nothing.
func (r *runner) examine(ctx context.Context, before []Stage, s Stage) (*Entry, string, error) {
	settings, err := flatten(s.Settings())
	if err != nil {
		return nil, "", err
	}
	e := &Entry{Code: s.Version(), Seed: r.Seed, Settings: settings, Upstream: map[string]string{}}
	if _, ok := s.(Seedless); ok {
		e.Seed = 0
	}
	for _, b := range before {
		up := r.lock.Stages[b.Name()]
		if up == nil {
			return nil, "", missing(b)
		}
		e.Upstream[b.Name()] = up.Output
	}
	inputs, why, err := r.inputs(ctx, s)
	if err != nil {
		return nil, "", err
	}
	old := r.lock.Stages[s.Name()]
	e.Inputs, e.Tools = inputs, tools(ctx, s, old)
	return e, e.why(old, why), nil
}

// tools returns what is there now of the tools that made an output.
func tools(ctx context.Context, s Stage, old *Entry) map[string]string {
	t, ok := s.(Tooled)
	if !ok || old == nil || len(old.Tools) == 0 {
		return nil
	}
	now := map[string]string{}
	for name := range old.Tools {
		now[name] = t.Tool(ctx, name)
	}
	return now
}

// inputs returns the digest of the files that a stage reads from outside, and
// what changed in them since they were last looked at.
func (r *runner) inputs(ctx context.Context, s Stage) (digest, why string, err error) {
	r.seen = nil
	if len(s.Inputs()) == 0 {
		return "", "", nil
	}
	known := readContent(r.state(s.Name(), "inputs"))
	times := known
	if len(times) == 0 && r.Base != "" {
		times = readContent(stateOfRun(r.Base, s.Name(), "inputs"))
	}
	c, err := scan(ctx, s.Inputs(), times, r.Workers, nil)
	if err != nil {
		return "", "", err
	}
	r.seen = c
	if why := c.difference(known); why != "" && len(known) > 0 {
		return c.digest(), "in its input, " + why, nil
	}
	return c.digest(), "", r.remember(c, known, s, "inputs")
}

// remember keeps the sizes and times of files whose digests are known to be
// current, so that the next look need not read them.
func (r *runner) remember(c, known content, s Stage, kind string) error {
	if r.look || slices.Equal(c, known) {
		return nil
	}
	return c.write(r.state(s.Name(), kind))
}

// output says what is wrong with the stage's recorded output, or "".
func (r *runner) output(ctx context.Context, s Stage, old *Entry) (string, error) {
	dir := filepath.Join(r.Root, s.Name())
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return "its output is missing", nil
	}
	known := readContent(r.state(s.Name(), "outputs"))
	c, err := scan(ctx, []string{dir}, known, r.Workers, lasting(s))
	if err != nil {
		return "", err
	}
	if c.digest() == old.Output {
		return "", r.remember(c, known, s, "outputs")
	}
	if why := c.difference(known); why != "" {
		return "in its output, " + why, nil
	}
	return "its output changed", nil
}

// execute runs the stage in an unfinished folder and puts the result in place.
func (r *runner) execute(ctx context.Context, before []Stage, s Stage, e *Entry) error {
	if err := r.ours(s); err != nil {
		return err
	}
	in, err := r.previous(before)
	if err != nil {
		return err
	}
	dir, err := r.unfinished(s, e)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	e.Tools = map[string]string{}
	out, err := s.Run(ctx, in, Env{
		Name: s.Name(), Root: r.Root, Dir: dir, Workers: max(1, r.Workers), Progress: r.Progress,
		Seed: r.Seed, Key: rng.New(r.Seed).With(s.Name()),
		Digests: r.seen.sha256, Previous: func() (*Previous, error) { return r.last(ctx, s) },
		Uses: func(tool, version string) { mu.Lock(); defer mu.Unlock(); e.Tools[tool] = version },
	})
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := out.Validate(); err != nil {
		return err
	}
	if err := out.Write(dir); err != nil {
		return err
	}
	return r.publish(ctx, s, e, out, dir)
}

// last returns the stage's output that the lock records, if it is still there.
func (r *runner) last(ctx context.Context, s Stage) (*Previous, error) {
	old := r.lock.Stages[s.Name()]
	if old == nil || r.Force {
		return nil, nil
	}
	if lost, err := r.output(ctx, s, old); err != nil || lost != "" {
		return nil, err
	}
	dir, err := resolved(filepath.Join(r.Root, s.Name()))
	return &Previous{Dir: dir, Code: old.Code, Settings: old.Settings}, err
}

// previous reads the manifest of the stage before.
func (r *runner) previous(before []Stage) (dataset.Manifest, error) {
	if len(before) == 0 {
		return dataset.Manifest{}, nil
	}
	return dataset.Read(filepath.Join(r.Root, before[len(before)-1].Name()))
}

// unfinished returns the folder to run a stage in: the one that an interrupted
// run of the same work left, or an empty one.
func (r *runner) unfinished(s Stage, e *Entry) (string, error) {
	dir, mark := r.state(s.Name(), "unfinished"), r.state(s.Name(), "work")
	data, err := yaml.Marshal(e)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	work := hex.EncodeToString(sum[:])
	if old, err := os.ReadFile(mark); err != nil || string(old) != work {
		if err := os.RemoveAll(dir); err != nil {
			return "", err
		}
		if err := atomicfile.WriteBytes(mark, []byte(work)); err != nil {
			return "", err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	return dir, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return sweep(name)
	})
}

// publish gives a finished folder its name and records it.
func (r *runner) publish(ctx context.Context, s Stage, e *Entry, out dataset.Manifest, dir string) error {
	if err := r.unchanged(ctx, s, e); err != nil {
		return err
	}
	c, err := scan(ctx, []string{dir}, nil, r.Workers, lasting(s))
	if err != nil {
		return err
	}
	if r.Check != nil {
		if err := r.Check(s.Name(), out, r.digests(s.Name(), c)); err != nil {
			return err
		}
	}
	if old := r.lock.Stages[s.Name()]; e.why(old, "") == "" && c.digest() != old.Output {
		r.Progress.Warn(s.Name(), "the output differs from the recorded one though nothing that decides it changed: please report this, with "+LockName)
	}
	if err := c.write(r.state(s.Name(), "outputs")); err != nil {
		return err
	}
	final := filepath.Join(r.Root, s.Name())
	if err := os.RemoveAll(final); err != nil {
		return err
	}
	if err := os.Rename(dir, final); err != nil {
		return err
	}
	if err := os.Remove(r.state(s.Name(), "work")); err != nil {
		return err
	}
	e.Output, e.Files = c.digest(), len(c)
	r.lock.Stages[s.Name()] = e
	return r.lock.write(r.Root)
}

// unchanged fails when the files that the stage reads from outside are no
// longer those that its entry records.
func (r *runner) unchanged(ctx context.Context, s Stage, e *Entry) error {
	if len(s.Inputs()) == 0 {
		return nil
	}
	c, err := scan(ctx, s.Inputs(), r.seen, r.Workers, nil)
	if err != nil {
		return err
	}
	if c.digest() != e.Inputs {
		if err := os.Remove(r.state(s.Name(), "work")); err != nil {
			return err
		}
		return errors.New("the input files changed while the stage ran: run again")
	}
	return c.write(r.state(s.Name(), "inputs"))
}

// digests returns the function that a Check is given: the digests of the stage's
// new output, and of earlier stages as they were last seen.
func (r *runner) digests(stage string, fresh content) func(*dataset.Sample) string {
	outputs := map[string]content{stage: fresh}
	return func(s *dataset.Sample) string {
		of, file, _ := strings.Cut(s.Path, "/")
		c, ok := outputs[of]
		if !ok {
			c = readContent(r.state(of, "outputs"))
			outputs[of] = c
		}
		return c.of(file).SHA256
	}
}
