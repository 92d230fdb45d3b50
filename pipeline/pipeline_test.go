package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
)

// fake is a stage that writes one file: its text, or that of the input file.
type fake struct {
	name, version, text, input string
	fail                       error
	runs                       int
	found                      []string // what lay in the folder when it started
}

func (f *fake) Name() string    { return f.name }
func (f *fake) Version() string { return f.name + "/" + f.version }
func (f *fake) Settings() any   { return map[string]any{"text": f.text, "deep": map[string]int{"n": 1}} }
func (f *fake) Inputs() []string {
	if f.input == "" {
		return nil
	}
	return []string{f.input}
}

func (f *fake) Run(ctx context.Context, in dataset.Manifest, env pipeline.Env) (dataset.Manifest, error) {
	f.runs++
	f.found = nil
	names, _ := os.ReadDir(env.Dir)
	for _, n := range names {
		f.found = append(f.found, n.Name())
	}
	text := f.text
	if f.input != "" {
		data, err := os.ReadFile(f.input)
		if err != nil {
			return in, err
		}
		text = strings.ToLower(string(data))
	}
	if err := os.WriteFile(filepath.Join(env.Dir, "out.txt"), []byte(text), 0o644); err != nil {
		return in, err
	}
	return in, f.fail
}

type bench struct {
	t      *testing.T
	root   string
	stages []*fake
	seed   uint64
	only   string
	force  bool
}

func newBench(t *testing.T) *bench {
	input := filepath.Join(t.TempDir(), "in.txt")
	if err := os.WriteFile(input, []byte("a"), 0o644); err != nil {
		t.Fatal(err)
	}
	return &bench{t: t, root: filepath.Join(t.TempDir(), "run"), stages: []*fake{
		{name: "one", version: "1", input: input}, {name: "two", version: "1", text: "x"}, {name: "three", version: "1"},
	}}
}

func (b *bench) list() []pipeline.Stage {
	var out []pipeline.Stage
	for _, s := range b.stages {
		out = append(out, s)
	}
	return out
}

// run returns the stages that ran, with the reason, and the error.
func (b *bench) run(ctx context.Context) ([]string, error) {
	var ran []string
	err := pipeline.Run(ctx, b.list(), pipeline.Options{
		Root: b.root, Seed: b.seed, Workers: 2, Only: b.only, Force: b.force,
		Notify: func(n pipeline.Notice) {
			if n.State == pipeline.Running {
				ran = append(ran, n.Stage+": "+n.Why)
			}
		},
	})
	return ran, err
}

func (b *bench) want(want ...string) {
	b.t.Helper()
	got, err := b.run(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		b.t.Errorf("ran %q, want %q", got, want)
	}
}

func (b *bench) write(name, text string) {
	b.t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func TestRunSkipsWhatIsUnchanged(t *testing.T) {
	b := newBench(t)
	b.want("one: it has not run yet", "two: it has not run yet", "three: it has not run yet")
	b.want()

	b.stages[1].text = "y"
	b.want("two: text changed from x to y", "three: the output of two changed")
	b.stages[2].version = "2"
	b.want("three: the code changed from three/1 to three/2")
	b.write(b.stages[0].input, "b")
	b.want("one: in its input, ./in.txt is changed", "two: the output of one changed", "three: the output of one changed")
	b.write(b.stages[0].input, "B")
	b.want("one: in its input, ./in.txt is changed") // its output comes out the same
	b.want()
	b.seed = 9
	b.want("one: the seed changed from 0 to 9", "two: the seed changed from 0 to 9", "three: the seed changed from 0 to 9")
	b.force, b.only = true, "two"
	b.want("two: --force asks for it")
}

func TestLostOutputIsMadeAgainWithAllThatFollows(t *testing.T) {
	b := newBench(t)
	b.want("one: it has not run yet", "two: it has not run yet", "three: it has not run yet")
	out := filepath.Join(b.root, "two", "out.txt")
	if err := os.Remove(out); err != nil {
		t.Fatal(err)
	}
	b.want("two: in its output, out.txt is missing", "three: two was made again")
	b.write(out, "tampered")
	b.want("two: in its output, out.txt is changed", "three: two was made again")
	b.write(filepath.Join(b.root, "two", "more.txt"), "")
	b.want("two: in its output, more.txt is new", "three: two was made again")
	if err := os.RemoveAll(filepath.Join(b.root, "two")); err != nil {
		t.Fatal(err)
	}
	b.want("two: its output is missing", "three: two was made again")
	if err := os.RemoveAll(filepath.Join(b.root, ".gesturekit")); err != nil {
		t.Fatal(err)
	}
	b.want() // the state folder can be lost at no cost but time
}

func TestRunGoesOnAfterFailure(t *testing.T) {
	b := newBench(t)
	boom := errors.New("boom")
	b.stages[1].fail = boom
	if _, err := b.run(t.Context()); !errors.Is(err, boom) {
		t.Fatalf("got %v, want the stage's error", err)
	}
	if _, err := os.Stat(filepath.Join(b.root, "two")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a failed stage left an output")
	}
	b.stages[1].fail = nil
	b.want("two: it has not run yet", "three: it has not run yet")
	if want := []string{"out.txt"}; !slices.Equal(b.stages[1].found, want) {
		t.Errorf("the second try found %q of the first, want %q", b.stages[1].found, want)
	}

	b.stages[1].text, b.stages[1].fail = "z", boom
	if _, err := b.run(t.Context()); !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(filepath.Join(b.root, "two", "out.txt")); string(data) != "x" {
		t.Errorf("the old output is %q while the new one is not finished, want it whole", data)
	}
	b.stages[1].text, b.stages[1].fail = "other work", nil
	b.want("two: text changed from x to other work", "three: the output of two changed")
	if b.stages[1].found != nil {
		t.Errorf("other work found %q", b.stages[1].found)
	}
}

func TestRunStopsWhenCancelled(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want context.Canceled", err)
	}
	if _, err := os.Stat(filepath.Join(b.root, "one")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a cancelled run left an output")
	}
}

func TestOnlyNeedsTheOutputsBefore(t *testing.T) {
	b := newBench(t)
	b.only = "two"
	if _, err := b.run(t.Context()); !errors.Is(err, pipeline.ErrMissing) || !strings.Contains(err.Error(), "gesturekit one") {
		t.Errorf("got %v, want ErrMissing with the command to run", err)
	}
}

func TestOnlyRefusesWhatIsOutOfDate(t *testing.T) {
	b := newBench(t)
	b.want("one: it has not run yet", "two: it has not run yet", "three: it has not run yet")
	b.only = "three"
	b.want()
	b.write(filepath.Join(b.root, "two", "out.txt"), "tampered")
	if _, err := b.run(t.Context()); !errors.Is(err, pipeline.ErrStale) || !strings.Contains(err.Error(), "out.txt is changed") {
		t.Errorf("tampered output: got %v, want ErrStale", err)
	}
	b.write(filepath.Join(b.root, "two", "out.txt"), "x")
	b.want()
	b.stages[0].version = "2"
	if _, err := b.run(t.Context()); !errors.Is(err, pipeline.ErrStale) || !strings.Contains(err.Error(), "the code changed") {
		t.Errorf("stale stage: got %v, want ErrStale", err)
	}
}

func TestEmptyFoldersCount(t *testing.T) {
	b := newBench(t)
	b.stages = b.stages[1:]
	b.stages[0].input = ""
	dir := t.TempDir()
	reader := &lister{fake{name: "zero", version: "1", input: dir}}
	all := func() (ran int) {
		t.Helper()
		if err := pipeline.Run(t.Context(), []pipeline.Stage{reader}, pipeline.Options{Root: b.root}); err != nil {
			t.Fatal(err)
		}
		return reader.runs
	}
	all()
	if all() != 1 {
		t.Errorf("%d runs on an unchanged folder, want 1", reader.runs)
	}
	if err := os.Mkdir(filepath.Join(dir, "new"), 0o755); err != nil {
		t.Fatal(err)
	}
	if all() != 2 {
		t.Errorf("%d runs after a new empty folder, want 2", reader.runs)
	}
}

// lister reads nothing but the names in a folder.
type lister struct{ fake }

func (l *lister) Run(context.Context, dataset.Manifest, pipeline.Env) (dataset.Manifest, error) {
	l.runs++
	return dataset.Manifest{}, nil
}

func TestRootInsideAnInput(t *testing.T) {
	dir := t.TempDir()
	s := &lister{fake{name: "zero", input: dir}}
	for _, root := range []string{dir, filepath.Join(dir, "run")} {
		if err := pipeline.Run(t.Context(), []pipeline.Stage{s}, pipeline.Options{Root: root}); !errors.Is(err, dataset.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", root, err)
		}
	}
	if names, _ := os.ReadDir(dir); len(names) != 0 {
		t.Errorf("the input folder was written to: %v", names)
	}
}

func TestChangedInputKeepsTheOldOutput(t *testing.T) {
	b := newBench(t)
	b.want("one: it has not run yet", "two: it has not run yet", "three: it has not run yet")
	b.write(b.stages[0].input, "b")
	meddler := &meddle{fake: *b.stages[0]}
	if err := pipeline.Run(t.Context(), []pipeline.Stage{meddler}, pipeline.Options{Root: b.root}); err == nil || !strings.Contains(err.Error(), "changed while the stage ran") {
		t.Errorf("got %v", err)
	}
	if data, _ := os.ReadFile(filepath.Join(b.root, "one", "out.txt")); string(data) != "a" {
		t.Errorf("the old output is %q, want it whole", data)
	}
}

// meddle changes its own input while it runs.
type meddle struct{ fake }

func (m *meddle) Run(ctx context.Context, in dataset.Manifest, env pipeline.Env) (dataset.Manifest, error) {
	out, err := m.fake.Run(ctx, in, env)
	return out, errors.Join(err, os.WriteFile(m.input, []byte("meddled"), 0o644))
}

func TestLeftoversOfAKilledProcessAreSwept(t *testing.T) {
	b := newBench(t)
	boom := errors.New("boom")
	b.stages[1].fail = boom
	if _, err := b.run(t.Context()); !errors.Is(err, boom) {
		t.Fatal(err)
	}
	left := []string{".tmp-1", ".gesturekit/.tmp-2", ".gesturekit/two.unfinished/.tmp-3", ".gesturekit/two.unfinished/deep/.tmp-4"}
	if err := os.MkdirAll(filepath.Join(b.root, ".gesturekit/two.unfinished/deep"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range left {
		b.write(filepath.Join(b.root, name), "")
	}
	b.stages[1].fail = nil
	b.want("two: it has not run yet", "three: it has not run yet")
	for _, name := range append(left, "two/.tmp-3", "two/deep/.tmp-4") {
		if _, err := os.Stat(filepath.Join(b.root, name)); err == nil {
			t.Errorf("%s is left", name)
		}
	}
}

func TestInvalidManifestStopsTheRun(t *testing.T) {
	bad := &invalid{fake{name: "bad"}}
	err := pipeline.Run(t.Context(), []pipeline.Stage{bad}, pipeline.Options{Root: t.TempDir()})
	if !errors.Is(err, dataset.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
}

type invalid struct{ fake }

func (*invalid) Run(context.Context, dataset.Manifest, pipeline.Env) (dataset.Manifest, error) {
	return dataset.New([]dataset.Sample{{ID: "a"}}), nil
}

func TestExamine(t *testing.T) {
	b := newBench(t)
	stale := func() (out []string) {
		t.Helper()
		status, err := pipeline.Examine(t.Context(), b.list(), pipeline.Options{Root: b.root, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range status {
			out = append(out, s.Stale)
		}
		return out
	}
	if got, want := stale(), []string{"it has not run yet", "it waits for one", "it waits for one"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := os.Stat(b.root); !errors.Is(err, os.ErrNotExist) {
		t.Error("looking made a folder")
	}
	b.want("one: it has not run yet", "two: it has not run yet", "three: it has not run yet")
	if got, want := stale(), []string{"", "", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	b.stages[1].text = "y"
	if got, want := stale(), []string{"", "text changed from x to y", "it waits for two"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBrokenLock(t *testing.T) {
	for name, text := range map[string]string{
		"not yaml": "{", "other version": "version: 7\n", "unknown key": "version: 1\nstagez: {}\n", "empty stage": "version: 1\nstages: {one: }\n",
	} {
		b := newBench(t)
		if err := os.MkdirAll(b.root, 0o755); err != nil {
			t.Fatal(err)
		}
		b.write(filepath.Join(b.root, pipeline.LockName), text)
		if _, err := b.run(t.Context()); err == nil || !strings.Contains(err.Error(), pipeline.LockName) || !strings.Contains(err.Error(), "delete") {
			t.Errorf("%s: got %v, want an error that names the file and says what to do", name, err)
		}
	}
}

func TestTwoRunsInOneFolder(t *testing.T) {
	b := newBench(t)
	inner := newBench(t)
	inner.root = b.root
	b.stages = b.stages[:1]
	nested := &nest{fake: *b.stages[0], inner: inner}
	err := pipeline.Run(t.Context(), []pipeline.Stage{nested}, pipeline.Options{Root: b.root})
	if err != nil {
		t.Fatal(err)
	}
	if !errors.Is(nested.err, pipeline.ErrBusy) {
		t.Errorf("got %v, want ErrBusy", nested.err)
	}
}

type nest struct {
	fake
	inner *bench
	err   error
}

func (n *nest) Run(ctx context.Context, in dataset.Manifest, env pipeline.Env) (dataset.Manifest, error) {
	_, n.err = n.inner.run(ctx)
	return n.fake.Run(ctx, in, env)
}

func TestEachKeepsOrderForAnyNumberOfWorkers(t *testing.T) {
	items := make([]int, 100)
	for i := range items {
		items[i] = i
	}
	for _, workers := range []int{0, 1, 2, 9, 200} {
		got, err := pipeline.Each(t.Context(), workers, items, func(_ context.Context, i int) (int, error) { return i * i, nil })
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range got {
			if v != i*i {
				t.Fatalf("%d workers: result %d is %d", workers, i, v)
			}
		}
	}
}

func TestEachKeepsACancellationOfTheItemsOwn(t *testing.T) {
	_, err := pipeline.Each(t.Context(), 2, []int{1, 2, 3}, func(_ context.Context, i int) (int, error) {
		return i, fmt.Errorf("item %d: %w", i, context.Canceled)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the item's error", err)
	}
}

func TestForeignFoldersAreKept(t *testing.T) {
	b := newBench(t)
	precious := filepath.Join(b.root, "two", "thesis.txt")
	if err := os.MkdirAll(filepath.Dir(precious), 0o755); err != nil {
		t.Fatal(err)
	}
	b.write(precious, "years of work")
	if _, err := b.run(t.Context()); err == nil || !strings.Contains(err.Error(), "no run made it") {
		t.Errorf("got %v, want an error about the folder", err)
	}
	if data, _ := os.ReadFile(precious); string(data) != "years of work" {
		t.Errorf("the foreign file is now %q", data)
	}
	b.stages[0].input = filepath.Dir(precious)
	if _, err := b.run(t.Context()); !errors.Is(err, dataset.ErrInvalid) || !strings.Contains(err.Error(), "lies where two writes") {
		t.Errorf("input where a stage writes: got %v, want ErrInvalid", err)
	}
}

func TestUnknownStageAlone(t *testing.T) {
	b := newBench(t)
	b.only = "four"
	if _, err := b.run(t.Context()); err == nil || !strings.Contains(err.Error(), "four has no part") {
		t.Errorf("got %v", err)
	}
}

func TestEachStopsAtAnError(t *testing.T) {
	var calls atomic.Int64
	_, err := pipeline.Each(t.Context(), 2, make([]struct{}, 1000), func(ctx context.Context, _ struct{}) (int, error) {
		if n := calls.Add(1); n == 3 {
			return 0, fmt.Errorf("item failed")
		} else if n > 3 {
			<-ctx.Done()
			return 0, ctx.Err()
		}
		return 0, nil
	})
	if err == nil || err.Error() != "item failed" {
		t.Errorf("got %v, want the item's error", err)
	}
	if calls.Load() > 10 {
		t.Errorf("%d calls after the error", calls.Load())
	}
}

func TestCheckStopsAStage(t *testing.T) {
	b := newBench(t)
	refuse := errors.New("refused")
	var asked []string
	check := func(stage string, _ dataset.Manifest, digest func(*dataset.Sample) string) error {
		asked = append(asked, stage)
		for path, want := range map[string]int{"one/out.txt": 64, "one/none.txt": 0, "synth/out.txt": 0} {
			if got := digest(&dataset.Sample{Path: path}); len(got) != want {
				t.Errorf("digest of %s behind stage %s is %q, want %d digits", path, stage, got, want)
			}
		}
		if stage == "two" {
			return refuse
		}
		return nil
	}
	o := pipeline.Options{Root: b.root, Workers: 1, Check: check}
	if err := pipeline.Run(t.Context(), b.list(), o); !errors.Is(err, refuse) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(b.root, "two")); err == nil || !slices.Equal(asked, []string{"one", "two"}) {
		t.Errorf("asked of %v; a refused output was taken on: %v", asked, err == nil)
	}
}

// dated is a stage that writes what passes into the first line of its output.
type dated struct {
	*fake
	date string
}

func (d dated) Run(ctx context.Context, in dataset.Manifest, env pipeline.Env) (dataset.Manifest, error) {
	out, err := d.fake.Run(ctx, in, env)
	if err != nil {
		return out, err
	}
	return out, os.WriteFile(filepath.Join(env.Dir, "out.txt"), []byte(d.date+"\n"+d.text), 0o644)
}

func (dated) Lasting(path string) func([]byte) []byte {
	if path != "out.txt" {
		return nil
	}
	return func(data []byte) []byte { return data[strings.IndexByte(string(data), '\n')+1:] }
}

// TestWhatPassesCountsForNothing: the lock is the same for two runs that differ
// in it, and an output in which it alone was changed is up to date.
func TestWhatPassesCountsForNothing(t *testing.T) {
	locks := map[string]bool{}
	run := func(root, date string) (ran []string) {
		stages := []pipeline.Stage{&fake{name: "one", version: "1"}, dated{&fake{name: "two", version: "1", text: "x"}, date}, &fake{name: "three", version: "1"}}
		err := pipeline.Run(t.Context(), stages, pipeline.Options{Root: root, Workers: 1, Notify: func(n pipeline.Notice) {
			if n.State == pipeline.Running {
				ran = append(ran, n.Stage+": "+n.Why)
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		lock, err := os.ReadFile(filepath.Join(root, pipeline.LockName))
		if err != nil {
			t.Fatal(err)
		}
		locks[string(lock)] = true
		return ran
	}
	root := filepath.Join(t.TempDir(), "a")
	run(root, "monday")
	run(filepath.Join(t.TempDir(), "b"), "sunday")
	if len(locks) != 1 {
		t.Errorf("%d locks, want one: %v", len(locks), locks)
	}
	out := filepath.Join(root, "two", "out.txt")
	for text, want := range map[string][]string{
		"friday\nx": nil,
		"monday\ny": {"two: in its output, out.txt is changed", "three: two was made again"},
	} {
		if err := os.WriteFile(out, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if ran := run(root, "monday"); !slices.Equal(ran, want) {
			t.Errorf("after %q ran %q, want %q", text, ran, want)
		}
	}
}
