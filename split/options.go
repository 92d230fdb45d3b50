// Package split decides what each category and each sample is for.
//
// Categories are partitioned into known, unknown and unseen: by lists, by a
// partition file, or drawn from the seed. Samples get the role train,
// validation or test by their group, a person or a session, never one by one:
// images of one person or one burst resemble each other, and a split between
// them would let the test reward memory.
//
// A group's role is a pure function of the seed, a small number called salt and
// the group's name; the order of files and the machine play no part. The salt
// is the first of 0, 1, 2 ... under which the shares that come out lie close
// enough to those asked for, in all and in each category. Where a category
// would still lack a role that it has groups enough for, single groups are
// moved. The lock records salt and groups, and with it as split.lock captures
// added later move no group that was there before, even if they give it another
// name, unless it becomes one with a group of another role.
//
// In place of the hash the time may decide, the groups taken last being the
// test, or whole cameras may be dealt in place of groups.
package split

import (
	"errors"
	"fmt"
	"math"
)

// Options steer the split stage.
type Options struct {
	Known     []string `yaml:"known" doc:"categories that the network must name; with unknown and unseen, every category must be in exactly one list"`
	Unknown   []string `yaml:"unknown" doc:"categories trained as na: no known gesture"`
	Unseen    []string `yaml:"unseen" doc:"categories kept for the test only, where they must come out as na"`
	Partition string   `yaml:"partition" path:"file" doc:"CSV file with the columns category,partition in place of the three lists"`
	Draw      Draw     `yaml:"draw" doc:"shares or numbers of the categories when neither lists nor a file are given: they are drawn from the seed"`

	By       By       `yaml:"by" doc:"what decides the role: group (a hash of its name), time (the groups taken last are the test, those before them validation) or camera (a hash of its name, for a test with cameras never seen)"`
	LeaveOut []string `yaml:"leave_out" doc:"groups, or cameras where they decide, that are the test, in place of a share: one person for leave-one-person-out"`
	Folds    int      `yaml:"folds" doc:"number of folds for cross-validation, 3 or more, in place of the shares; 0 for none. Each group is in one fold"`
	Fold     int      `yaml:"fold" doc:"which fold is the test, from 0 to folds-1; the next one is validation, and the others are train"`
	Repeat   int      `yaml:"repeat" doc:"which of many independent splits of one seed, from 0: for repeated splits and repeated cross-validation"`
	Lock     string   `yaml:"lock" path:"file" doc:"split.lock.json of an earlier split, kept beside the config: its groups and drawn categories stay where they are, and only new ones are dealt. gesturekit split update writes it"`

	Validation float64 `yaml:"validation" doc:"share of the samples for choosing the best epoch, above 0 and below 1"`
	Test       float64 `yaml:"test" doc:"share of the samples for the final test, above 0 and below 1"`
	Tolerance  float64 `yaml:"tolerance" doc:"how far a share may lie from the one asked for before another salt is tried, 0..1"`
	Salt       int     `yaml:"salt" doc:"number that fixes the roles together with the seed; -1 takes that of split.lock, and without such a file the first one within tolerance"`
}

// Default returns the settings of a run that sets none.
func Default() Options {
	return Options{
		By:   ByGroup,
		Draw: Draw{Unknown: 0.25, Unseen: 0.25}, Validation: 0.15, Test: 0.2, Tolerance: 0.02, Salt: -1,
	}
}

// Validate reports every setting out of its range, and categories listed twice.
func (o Options) Validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	for _, s := range []struct {
		key   string
		value float64
		open  bool
	}{
		{"validation", o.Validation, true}, {"test", o.Test, true}, {"tolerance", o.Tolerance, false},
	} {
		switch {
		case math.IsNaN(s.value) || s.value < 0 || s.value > 1:
			fault("split.%s is %v, want a number from 0 to 1", s.key, s.value)
		case s.open && (s.value == 0 || s.value == 1):
			fault("split.%s is %v, want a number between 0 and 1, neither included", s.key, s.value)
		}
	}
	if o.Validation+o.Test >= 1 {
		fault("split.validation and split.test sum to %v: nothing is left for train; want less than 1", o.Validation+o.Test)
	}
	errs = append(errs, o.Draw.validate()...)
	errs = append(errs, o.validateFolds()...)
	errs = append(errs, o.validateBy()...)
	if o.Salt < -1 {
		fault("split.salt is %d, want -1 or a number from 0", o.Salt)
	}
	if o.listed() && o.Partition != "" {
		fault("split.partition is %q beside lists of categories: give one or the other", o.Partition)
	}
	if o.listed() && len(o.Known) == 0 {
		fault("split.known is empty: list at least one category for the network to name")
	}
	in := map[string]string{}
	for _, l := range o.lists() {
		for _, c := range l.categories {
			if other, ok := in[c]; ok {
				fault("category %q is listed in split.%s and in split.%s: want one list", c, other, l.partition)
			}
			in[c] = string(l.partition)
		}
	}
	return errors.Join(errs...)
}

func (o Options) validateFolds() (errs []error) {
	switch {
	case o.Folds < 0 || o.Folds == 1 || o.Folds == 2:
		errs = append(errs, fmt.Errorf("split.folds is %d, want 0, or 3 or more: a fold each for test and validation, and at least one for train", o.Folds))
	case o.Folds == 0 && o.Fold != 0:
		errs = append(errs, fmt.Errorf("split.fold is %d without split.folds: set how many folds there are", o.Fold))
	case o.Fold < 0 || o.Folds > 0 && o.Fold >= o.Folds:
		errs = append(errs, fmt.Errorf("split.fold is %d, want 0 to %d", o.Fold, o.Folds-1))
	}
	if o.Folds > 0 && len(o.LeaveOut) > 0 {
		errs = append(errs, errors.New("split.folds and split.leave_out are both set: give one or the other"))
	}
	if o.Repeat < 0 {
		errs = append(errs, fmt.Errorf("split.repeat is %d, want a number from 0", o.Repeat))
	}
	return errs
}

// Partitioned reports whether the partition is given, by lists or a file.
func (o Options) Partitioned() bool { return o.listed() || o.Partition != "" }

func (o Options) listed() bool { return len(o.Known)+len(o.Unknown)+len(o.Unseen) > 0 }
