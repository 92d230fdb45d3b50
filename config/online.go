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
		return func(dst, src *image.RGBA, category string, key rng.Key) (string, error) {
			trace = o.Recipe.Draw(trace[:0], key)
			trace, category = o.Mirror.Apply(trace, category)
			return category, trace.Apply(dst, src, &scratch)
		}
	}}
}
