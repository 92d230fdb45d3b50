package config

import (
	"image"

	"github.com/gesturekit/gesturekit/augment"
	"github.com/gesturekit/gesturekit/rng"
	"github.com/gesturekit/gesturekit/trainer"
)

// online returns the augmentation that the trainer applies afresh in every
// epoch, unless variants are written to disk or there is nothing to do.
func online(o augment.Options) trainer.Augmentation {
	if !o.Online() {
		return trainer.Augmentation{}
	}
	s := augment.Stage{Options: o}
	settings := map[string]any{"code": s.Version(), "steps": s.Settings()}
	return trainer.Augmentation{Settings: settings, New: func() trainer.Augment {
		var scratch augment.Scratch
		var trace augment.Trace
		return func(dst, src *image.RGBA, key rng.Key) error {
			trace = o.Recipe.Draw(trace[:0], key)
			return trace.Apply(dst, src, &scratch)
		}
	}}
}
