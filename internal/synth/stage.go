package synth

import (
	"context"
	"path/filepath"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/pixel"
)

// Stage draws the captures of a run that has no folder of its own, into
// captures/<category>/. It makes no sample: ingest reads the captures as it
// would a person's.
type Stage struct{ Options Options }

// Name returns "synth".
func (Stage) Name() string { return "synth" }

// Version identifies the drawing and the codec.
func (Stage) Version() string { return "synth/2 " + pixel.Codec{}.Identity() }

// Settings returns the options.
func (s Stage) Settings() any { return s.Options }

// Inputs returns nothing: everything comes from the seed.
func (Stage) Inputs() []string { return nil }

// Run draws the captures.
func (s Stage) Run(ctx context.Context, in dataset.Manifest, env pipeline.Env) (dataset.Manifest, error) {
	return in, Write(ctx, filepath.Join(env.Dir, "captures"), env.Key, s.Options, env.Workers, env.Progress)
}

// Partition returns a partition of the categories for the embedded default.
// Unknown are an empty scene, a hand at rest and neighbours of the known
// gestures, so that the network learns where these end: three beside peace, four
// and ok beside palm, rock beside point, thumbs_down beside thumbs_up.
func Partition(categories []string) (known, unknown, unseen []string) {
	for _, c := range categories {
		switch c {
		case idle, "relaxed", "three", "four", "ok", "rock", "thumbs_down":
			unknown = append(unknown, c)
		case "call", "ell", "pinky", "salute":
			unseen = append(unseen, c)
		default:
			known = append(known, c)
		}
	}
	return known, unknown, unseen
}
