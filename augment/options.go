package augment

import (
	"errors"
	"fmt"
)

// Options steer the augment stage, and the trainer when nothing is written.
type Options struct {
	Recipe  Recipe `yaml:"recipe" doc:"a preset (none, light, standard, strong, fastai) or a list of steps, as preview shows"`
	Copies  int    `yaml:"copies" doc:"variants written per train image, 0..1000; 0 writes none and lets the trainer apply the recipe afresh in every epoch"`
	Quality int    `yaml:"quality" doc:"JPEG quality of the variants, 1..100"`
	Mirror  Mirror `yaml:"mirror" doc:"what a mirrored gesture becomes, such as {swipe_left: swipe_right, palm: palm}; a recipe may flip left_right the gestures named here, and the label changes with the picture"`
}

// Default returns the settings of a run that sets none.
func Default() Options {
	r, _ := Preset("standard") // presets are valid, as the tests check
	return Options{Recipe: r, Copies: 0, Quality: 95}
}

// Validate reports every setting out of its range. The recipe was checked when
// it was read.
func (o Options) Validate() error {
	var errs []error
	if o.Copies < 0 || o.Copies > 1000 {
		errs = append(errs, fmt.Errorf("augment.copies is %d; want 0 to 1000", o.Copies))
	}
	if o.Quality < 1 || o.Quality > 100 {
		errs = append(errs, fmt.Errorf("augment.quality is %d; want 1 to 100", o.Quality))
	}
	if o.Copies > 0 && o.Recipe.IsNone() {
		errs = append(errs, fmt.Errorf("augment.copies is %d but the recipe changes nothing; set augment.recipe, or copies to 0", o.Copies))
	}
	switch flips := o.Recipe.Uses("flip"); {
	case flips && len(o.Mirror) == 0:
		errs = append(errs, errors.New("augment.recipe flips pictures, which may turn one gesture into another while its label stays; set augment.mirror, or remove flip"))
	case flips && upends(o.Recipe.steps):
		errs = append(errs, errors.New("augment.recipe flips up_down, and augment.mirror tells what left_right makes; remove that flip"))
	}
	return errors.Join(errs...)
}

// Online reports whether the trainer applies the recipe.
func (o Options) Online() bool { return o.Copies == 0 && !o.Recipe.IsNone() }
