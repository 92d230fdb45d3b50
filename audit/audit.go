// Package audit looks for what makes a test's figures better than they are:
// one picture, or nearly the same one, in two roles; and for one picture under
// two categories.
//
// A picture found in two roles is a leak, one under two categories a conflict,
// and any other pair a duplicate, which is worth knowing and no fault. What the
// manifest says of parents and groups comes first: an augmented sample and what
// it was made from are no finding, and where they lie apart dataset.Validate
// has said so. Everything compared is an integer, so that a dataset has the same
// findings on any machine.
package audit

import (
	"errors"
	"fmt"
	"math"

	"github.com/gesturekit/gesturekit/dataset"
)

// Check is one question that the audit asks.
type Check string

// The checks, in the order in which they are reported.
const (
	Rules   Check = "rules"   // dataset.Validate: groups, parents, unseen, captures, labels
	Images  Check = "images"  // every image is there and can be decoded
	Content Check = "content" // same bytes
	Pixels  Check = "pixels"  // other bytes, same pixels
	Near    Check = "near"    // other pixels, the same photograph
)

// Checks lists them all.
func Checks() []Check { return []Check{Rules, Images, Content, Pixels, Near} }

// Level is what becomes of a finding.
type Level string

// The levels. Off also saves the work of looking, where nothing else needs it.
const (
	Off  Level = "off"
	Warn Level = "warn"
	Fail Level = "fail"
)

// Options steer the audit.
type Options struct {
	Content   Level   `yaml:"content" doc:"leaks between samples of the same bytes, by capture or image: off, warn, or fail (exit status 3)"`
	Pixels    Level   `yaml:"pixels" doc:"leaks between images of other bytes and the same pixels: off, warn or fail"`
	Near      Level   `yaml:"near" doc:"leaks between images of one photograph, turned, mirrored, cropped or of another exposure: off, warn or fail; gesturekit audit alone looks for them"`
	Conflict  Level   `yaml:"conflict" doc:"one picture, by any of these checks, under two categories: off, warn or fail"`
	Threshold float64 `yaml:"threshold" doc:"correlation above which two images are near-duplicates, once the one was laid over the other; 0..1"`
	Folds     int     `yaml:"folds" doc:"for audit labels: parts that the groups are dealt to; each is predicted by a network trained on the others; 3..50"`
	Epochs    int     `yaml:"epochs" doc:"for audit labels: epochs of each of these trainings, from 1; all else is as in train"`
}

// Default returns the settings of a run that sets none.
func Default() Options {
	return Options{Content: Fail, Pixels: Fail, Near: Fail, Conflict: Fail, Threshold: 0.985, Folds: 5, Epochs: 12}
}

// Validate reports every setting out of its range.
func (o Options) Validate() error {
	var errs []error
	for _, s := range []struct {
		key   string
		value Level
	}{{"content", o.Content}, {"pixels", o.Pixels}, {"near", o.Near}, {"conflict", o.Conflict}} {
		if s.value != Off && s.value != Warn && s.value != Fail {
			errs = append(errs, fmt.Errorf("audit.%s is %q, want off, warn or fail", s.key, s.value))
		}
	}
	if math.IsNaN(o.Threshold) || o.Threshold < 0 || o.Threshold > 1 {
		errs = append(errs, fmt.Errorf("audit.threshold is %v, want a number from 0 to 1", o.Threshold))
	}
	if o.Folds < 3 || o.Folds > 50 {
		errs = append(errs, fmt.Errorf("audit.folds is %d, want 3 to 50", o.Folds))
	}
	if o.Epochs < 1 {
		errs = append(errs, fmt.Errorf("audit.epochs is %d, want 1 or more", o.Epochs))
	}
	return errors.Join(errs...)
}

// of returns the level of a check's leaks.
func (o Options) of(c Check) Level {
	switch c {
	case Content:
		return o.Content
	case Pixels:
		return o.Pixels
	case Near:
		return o.Near
	}
	return Fail
}

// Finding is a fault of one sample, or a pair that the audit found. Without
// Leak and Conflict a pair is a duplicate.
type Finding struct {
	Check      Check   `json:"check"`
	Level      Level   `json:"level"` // fail, warn, or off for a duplicate
	Leak       bool    `json:"leak"`
	Conflict   bool    `json:"conflict"`
	A          string  `json:"a,omitempty"`          // sample, by ID
	B          string  `json:"b,omitempty"`          // the other one of a pair
	Similarity float64 `json:"similarity,omitempty"` // of near-duplicates, 0..1
	Detail     string  `json:"detail,omitempty"`
}

// ErrFound marks a dataset in which the audit found what must not be.
var ErrFound = fmt.Errorf("%w: the audit failed", dataset.ErrInvalid)

// pair makes the finding that a and b are the same by a check.
func (o Options) pair(c Check, a, b *dataset.Sample) Finding {
	f := Finding{Check: c, Level: Off, A: a.ID, B: b.ID, Leak: apart(a, b), Conflict: a.Category != b.Category}
	if f.Leak {
		f.Level = o.of(c)
	}
	if f.Conflict && (f.Level == Off || o.Conflict == Fail) {
		f.Level = o.Conflict
	}
	return f
}

// apart tells whether two samples have different uses.
func apart(a, b *dataset.Sample) bool { return used(a) && used(b) && a.Role != b.Role }

func used(s *dataset.Sample) bool { return s.Role != dataset.NoRole && s.Role != dataset.Unused }

// related tells whether the manifest says that both come from one capture.
func related(a, b *dataset.Sample) bool { return origin(a) == origin(b) }

func origin(s *dataset.Sample) string {
	if s.Parent != "" {
		return s.Parent
	}
	return s.ID
}
