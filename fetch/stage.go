package fetch

import (
	"context"
	"os"
	"path/filepath"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
)

// Name is the name of Stage.
const Name = "fetch"

// Stage copies the captures of a run from an address to captures/. It runs once
// for an address; whoever wants what has changed there since runs it by force.
type Stage struct {
	Source  string
	Fetcher Fetcher
}

// Name returns "fetch".
func (Stage) Name() string { return Name }

// Version identifies the layout of the folder.
func (Stage) Version() string { return "fetch/1" }

// Settings returns the address, without what may be secret.
func (s Stage) Settings() any {
	set := map[string]string{"source": Show(s.Source)}
	if a, err := parse(s.Source); err == nil && a.sum != "" {
		set["sha256"] = a.sum
	}
	return set
}

// Seedless tells that the stage draws nothing.
func (Stage) Seedless() {}

// Inputs returns nothing: what is elsewhere cannot be looked at for free.
func (Stage) Inputs() []string { return nil }

// Run copies the captures. It makes no sample: ingest reads them as it would a
// person's.
func (s Stage) Run(ctx context.Context, in dataset.Manifest, env pipeline.Env) (dataset.Manifest, error) {
	dir := filepath.Join(env.Dir, "captures")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return in, err
	}
	f := s.Fetcher
	f.Progress, f.Earlier = env.Progress, filepath.Join(env.Root, Name, "captures")
	return in, f.Get(ctx, s.Source, dir)
}
