// Package compare trains and measures every combination of some losses, recipes,
// settings, ways of splitting, partitions and seeds over one set of captures, and
// puts the results into one table.
//
// Each combination is a cell: a run of the pipeline in a folder of its own, so
// that it goes on where it was interrupted and is skipped when it is done. The
// captures are ingested once; the cells' ingest folders are links to that. One
// training gives a row for each way of decoding its outputs. Rows are compared
// over the same cells, partition by partition and seed by seed.
package compare

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/gesturekit/gesturekit/config"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/split"
)

// Spec is what to compare: the file that the command is given. A list that is
// left out has one element, what the settings say.
type Spec struct {
	Title    string       `yaml:"title"`
	Out      string       `yaml:"out"`      // folder of the comparison, relative to the file
	Config   string       `yaml:"config"`   // config file with the settings that all cells share, relative to the file
	Settings config.Patch `yaml:"settings"` // more of them, over those of the file

	Losses     []string    `yaml:"losses"`     // train.loss
	Recipes    []string    `yaml:"recipes"`    // presets of augment.recipe
	Variants   []Variant   `yaml:"variants"`   // other settings
	Splits     []Split     `yaml:"splits"`     // what is kept together: group (the default) or image
	Partitions []Partition `yaml:"partitions"` // of the categories
	Draws      []uint64    `yaml:"draws"`      // more partitions, drawn as a run with that seed would
	Seeds      []uint64    `yaml:"seeds"`      // of roles, weights and augmentation

	Thresholds  []float64 `yaml:"thresholds"`   // fixed ones, of the largest probability
	KnownRecall []float64 `yaml:"known_recall"` // operating points at which every score is calibrated

	dir string // of the file, that paths in it start from
}

// Apply sets in c the settings that all cells share: those of the config file
// that the spec names, if any, and the spec's own over them.
func (s Spec) Apply(c *config.Config) error {
	if s.Config != "" {
		if err := config.Load(s.Config, c); err != nil {
			return err
		}
	}
	if err := s.Settings.Apply(s.dir, c); err != nil {
		return fmt.Errorf("%w: settings: %w", config.ErrConfig, err)
	}
	return nil
}

// Variant is a set of settings with a name.
type Variant struct {
	Name     string       `yaml:"name"`
	Settings config.Patch `yaml:"settings"`
}

// Partition is a partition of the categories with a name: three lists, or a
// file such as split.partition names.
type Partition struct {
	Name    string   `yaml:"name" json:"name"`
	Known   []string `yaml:"known" json:"known"`
	Unknown []string `yaml:"unknown" json:"unknown"`
	Unseen  []string `yaml:"unseen" json:"unseen"`
	File    string   `yaml:"file" json:"-"` // relative to the file of the Spec
}

// Split says which images have one role.
type Split string

// The splits.
const (
	ByGroup Split = "group" // all of a person or session: the honest one
	ByImage Split = "image" // each on its own, as much of the literature does
)

// presets returns the specs that have a name.
func presets() map[string]Spec {
	return map[string]Spec{
		// The three experiments of the article: the same network trained on known
		// gestures alone, with na as a class, and with na's column zeroed.
		"article": {Title: "Three losses", Losses: []string{"ce", "bce-na", "bcena"}, Seeds: []uint64{1, 2, 3}},
	}
}

// Presets lists the names that Preset takes.
func Presets() []string { return []string{"article"} }

// Preset returns the spec of a name.
func Preset(name string) (Spec, bool) {
	s, ok := presets()[name]
	return s.defaults(), ok
}

// Load reads a spec from YAML. Unknown keys and values of the wrong type are
// faults that name file and line. Paths are made relative to the file's folder.
func Load(name string) (Spec, error) {
	var s Spec
	data, err := os.ReadFile(name)
	if err != nil {
		return s, fmt.Errorf("%w: read the comparison: %w", config.ErrConfig, err)
	}
	if err := config.Decode(data, &s); err != nil {
		return s, fmt.Errorf("%w: %s: %w", config.ErrConfig, name, err)
	}
	s.dir = filepath.Dir(name)
	paths := []*string{&s.Out, &s.Config}
	for i := range s.Partitions {
		paths = append(paths, &s.Partitions[i].File)
	}
	for _, p := range paths {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(s.dir, *p)
		}
	}
	s = s.defaults()
	if err := s.Validate(); err != nil {
		return s, fmt.Errorf("%w: %s: %w", config.ErrConfig, name, err)
	}
	return s, nil
}

func (s Spec) defaults() Spec {
	if s.Title == "" {
		s.Title = "Comparison"
	}
	if s.Out == "" {
		s.Out = "compare"
	}
	if s.Splits == nil {
		s.Splits = []Split{ByGroup}
	}
	if s.Thresholds == nil {
		s.Thresholds = []float64{0.4, 0.5}
	}
	if s.KnownRecall == nil {
		s.KnownRecall = []float64{0.98}
	}
	return s
}

// Validate reports every value that is out of range, twice there, or no name for
// a folder. What losses and recipes there are is for the settings to know.
func (s Spec) Validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	names := func(key string, list []string) {
		for i, name := range list {
			if !isName(name) {
				fault("%s: %q: want a name of small letters, digits, dots and hyphens", key, name)
			} else if slices.Contains(list[:i], name) {
				fault("%s: %q stands twice", key, name)
			}
		}
	}
	var variants, partitions []string
	for _, v := range s.Variants {
		variants = append(variants, v.Name)
	}
	for _, p := range s.Partitions {
		partitions = append(partitions, p.Name)
		if err := p.options(split.Default()).Validate(); err != nil {
			fault("partition %q: %w", p.Name, err)
		} else if !p.options(split.Default()).Partitioned() {
			fault("partition %q is empty: give known, unknown and unseen, or a file", p.Name)
		}
	}
	for _, d := range s.Draws {
		partitions = append(partitions, drawName(d))
	}
	names("losses", s.Losses)
	names("recipes", s.Recipes)
	names("variants", variants)
	names("partitions and draws", partitions)
	for i, sp := range s.Splits {
		if sp != ByGroup && sp != ByImage {
			fault("splits: %q: want group or image", sp)
		} else if slices.Contains(s.Splits[:i], sp) {
			fault("splits: %s stands twice", sp)
		}
	}
	for i, n := range s.Seeds {
		if slices.Contains(s.Seeds[:i], n) {
			fault("seeds: %d stands twice", n)
		}
	}
	for i, t := range s.Thresholds {
		if !(t >= 0 && t <= 1) || slices.Contains(s.Thresholds[:i], t) {
			fault("thresholds: %v: want different numbers from 0 to 1", t)
		}
	}
	for i, r := range s.KnownRecall {
		if !(r > 0 && r <= 1) || slices.Contains(s.KnownRecall[:i], r) {
			fault("known_recall: %v: want different numbers above 0 and up to 1", r)
		}
	}
	return errors.Join(errs...)
}

// isName tells names that are safe as parts of a folder's name.
func isName(s string) bool {
	return regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*$`).MatchString(s)
}

func drawName(seed uint64) string { return fmt.Sprintf("draw-%d", seed) }

// options returns o with the partition in place of the one it has.
func (p Partition) options(o split.Options) split.Options {
	o.Known, o.Unknown, o.Unseen, o.Partition = p.Known, p.Unknown, p.Unseen, p.File
	return o
}

// Decoding is a way of turning outputs into predictions.
type Decoding struct {
	Name  string         `json:"name"`
	Score evaluate.Score `json:"score"`
	// Threshold is fixed, and null when it is calibrated in each cell.
	Threshold *float64 `json:"threshold"`
	// KnownRecall is the share of the known validation samples that must still be
	// named right at the calibrated threshold, and null when it is fixed.
	KnownRecall *float64 `json:"known_recall"`
}

// decodings lists argmax, the fixed thresholds, and every score at every
// operating point.
func (s Spec) decodings() []Decoding {
	fixed := func(name string, t float64) Decoding {
		return Decoding{Name: name, Score: evaluate.MaxProbability, Threshold: &t}
	}
	out := []Decoding{fixed("argmax", 0)}
	for _, t := range s.Thresholds {
		out = append(out, fixed(fmt.Sprint(t), t))
	}
	for _, r := range s.KnownRecall {
		for _, score := range evaluate.Scores() {
			out = append(out, Decoding{Name: fmt.Sprintf("%s @%v", score, r), Score: score, KnownRecall: &r})
		}
	}
	return out
}
