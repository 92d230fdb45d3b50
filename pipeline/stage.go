// Package pipeline runs stages in order and skips those whose result is
// already there. It knows no stage.
//
// A stage is skipped when everything that decides its output equals what the
// lock file recorded: its code version, the seed, its settings, the content of
// the files it reads from outside, and the outputs of the stages before it, and
// when its own output is still there unchanged. A stage writes into a folder
// that gets its final name only when the stage has finished, so an interrupted
// run never leaves a half-written result, and the next run goes on from it.
package pipeline

import (
	"context"
	"path/filepath"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/progress"
	"github.com/gesturekit/gesturekit/rng"
)

// Stage is one step from captures to report.
type Stage interface {
	// Name is the stage's subcommand, section of the config and output folder.
	Name() string
	// Version changes whenever the same settings and inputs would give other
	// output: a number that its author raises, and the name of any codec.
	Version() string
	// Settings is a struct or map of what steers the output, as YAML would
	// write it. What cannot change the output, such as a number of workers, is
	// left out.
	Settings() any
	// Inputs lists the files and folders outside the run that the stage reads.
	Inputs() []string
	// Run takes the manifest of the stage before and returns its own. It writes
	// below env.Dir only, and what it finds there is from an interrupted run of
	// the same stage with the same settings and inputs.
	Run(ctx context.Context, in dataset.Manifest, env Env) (dataset.Manifest, error)
}

// Passing is a Stage whose output tells, besides its result, what it was made on
// and when. That part differs from run to run and counts for nothing: neither for
// the digest in the lock nor for whether the output is as the lock records.
type Passing interface {
	Stage
	// Lasting returns what takes from a file of the output the part that counts,
	// or nil for a file that counts as a whole. Path is slash-separated and
	// relative to the output.
	Lasting(path string) func(data []byte) []byte
}

func lasting(s Stage) func(path string) func([]byte) []byte {
	if p, ok := s.(Passing); ok {
		return p.Lasting
	}
	return nil
}

// Tooled is a Stage that may use tools of the machine, as its inputs demand. What
// a run uses is recorded, and where that is another version now, the stage runs.
type Tooled interface {
	Stage
	// Tool returns the version of a tool that is there now, "" if there is none.
	Tool(ctx context.Context, name string) string
}

// Env is what a stage is given to run in.
type Env struct {
	Name     string        // the stage's own name
	Root     string        // the run's folder: manifest paths are relative to it
	Dir      string        // the folder to write into; it becomes Root/Name
	Seed     uint64        // for the record; draw from Key
	Key      rng.Key       // the stage's random streams
	Workers  int           // how many goroutines to use, at least 1
	Progress progress.Func // may be nil

	// Digests returns the SHA-256 of a file of the input folders, by its path in
	// them, as it was seen before the run; "" if unknown. Nil if nothing is known.
	Digests func(path string) string
	// Previous returns the stage's output as the lock records it, for a stage that
	// can tell which parts of it are still good: nil if there is none, or if it is
	// not what the lock records, or if all is to be made anew. May be nil.
	Previous func() (*Previous, error)
	// Uses records that a tool of this machine, which is no part of the program, has
	// a part in the output; version "" says that it is missing. A stage that calls
	// it is Tooled. It may be nil, and may be called from any goroutine.
	Uses func(tool, version string)
}

// Previous is a stage's output before this run, to be read and linked to, but
// not changed.
type Previous struct {
	Dir      string
	Code     string            // the version that made it
	Settings map[string]string // by path, as YAML writes them
}

// Output returns the folder of an earlier stage.
func (e Env) Output(stage string) string { return filepath.Join(e.Root, stage) }

// Image returns where a sample of an earlier stage lies.
func (e Env) Image(s *dataset.Sample) string {
	return filepath.Join(e.Root, filepath.FromSlash(s.Path))
}

// Report tells that done of total units are finished.
func (e Env) Report(done, total int, unit string) {
	e.Progress.Report(progress.Event{Stage: e.Name, Done: done, Total: total, Unit: unit})
}

// Warn tells something that a person should read.
func (e Env) Warn(note string) { e.Progress.Warn(e.Name, note) }
