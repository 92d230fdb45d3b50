// Package labels numbers the categories and writes the files by which other
// tools read the numbers: labels.txt, labels.csv and classes.json.
//
// Label 0 is always na, "no known gesture". The known categories follow as
// 1..K, by name or in the order that the settings give.
package labels

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/internal/nearest"
	"github.com/gesturekit/gesturekit/pipeline"
)

// The names of the files that the stage writes.
const (
	NamesFile   = "labels.txt"   // a label a line, in the order of the model's outputs
	TableFile   = "labels.csv"   // file_name,label,is_valid for train and validation
	ClassesFile = "classes.json" // label, partition and number of samples of each category
)

// Options steer the labels stage.
type Options struct {
	Order   []string `yaml:"order" doc:"known categories in the order of their labels 1..K; empty for the order of their names"`
	Aliases Aliases  `yaml:"aliases" doc:"categories to merge, such as {palm: five}: the samples of palm are of the category five from here on; the two must be in one partition"`
}

// Default returns the settings of a run that sets none.
func Default() Options { return Options{} }

// Validate reports a category that is listed twice, and aliases that lead nowhere.
func (o Options) Validate() error {
	var errs []error
	for i, c := range o.Order {
		if slices.Contains(o.Order[:i], c) {
			errs = append(errs, fmt.Errorf("labels.order lists %q twice", c))
		}
	}
	return errors.Join(append(errs, o.Aliases.Validate())...)
}

// Names returns the labels by index: na, then the known categories, which are
// those after merging.
func (o Options) Names(known []string) ([]string, error) {
	if len(o.Order) == 0 {
		return append([]string{dataset.NA}, slices.Sorted(slices.Values(known))...), nil
	}
	var errs []error
	for _, c := range o.Order {
		if !slices.Contains(known, c) {
			errs = append(errs, fmt.Errorf("labels.order lists %q, which is no known category%s", c, nearest.Hint(c, known)))
		}
	}
	for _, c := range known {
		if !slices.Contains(o.Order, c) {
			errs = append(errs, fmt.Errorf("labels.order lacks the known category %q", c))
		}
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("%w: %w", dataset.ErrInvalid, errors.Join(errs...))
	}
	return append([]string{dataset.NA}, o.Order...), nil
}

// Stage gives every sample its label and writes the label files. It copies no
// image.
type Stage struct{ Options Options }

// Name returns "labels".
func (Stage) Name() string { return "labels" }

// Version identifies the form of the files.
func (Stage) Version() string { return "labels/2" }

// Settings returns the options.
func (s Stage) Settings() any { return s.Options }

// Inputs returns nothing: labels come from the manifest.
func (Stage) Inputs() []string { return nil }

// Run labels the samples of in.
func (s Stage) Run(_ context.Context, in dataset.Manifest, env pipeline.Env) (dataset.Manifest, error) {
	isKnown := func(s *dataset.Sample) bool { return s.Partition == dataset.Known }
	out, err := s.Options.Aliases.Merge(in)
	if err != nil {
		return in, err
	}
	names, err := s.Options.Names(out.Select(isKnown).Categories())
	if err != nil {
		return in, err
	}
	for i := range out.Samples {
		c := &out.Samples[i]
		c.Label = dataset.NALabel
		if isKnown(c) {
			c.Label = slices.Index(names, c.Category)
		}
	}
	env.Report(len(out.Samples), len(out.Samples), "samples")
	return out, errors.Join(
		atomicfile.Write(filepath.Join(env.Dir, NamesFile), func(w io.Writer) error { return WriteNames(w, names) }),
		atomicfile.Write(filepath.Join(env.Dir, TableFile), func(w io.Writer) error { return WriteTable(w, out, names) }),
		atomicfile.Write(filepath.Join(env.Dir, ClassesFile), func(w io.Writer) error { return WriteClasses(w, out, names) }),
	)
}

// WriteNames writes NamesFile: a label a line, by index.
func WriteNames(w io.Writer, names []string) error {
	_, err := io.WriteString(w, strings.Join(names, "\n")+"\n")
	return err
}

// WriteTable writes TableFile, the table that fastai's from_csv reads, of train
// and validation: the samples' paths, the label's name, and True for validation.
func WriteTable(w io.Writer, m dataset.Manifest, names []string) error {
	c := csv.NewWriter(w)
	if err := c.Write([]string{"file_name", "label", "is_valid"}); err != nil {
		return err
	}
	for _, s := range m.Samples {
		if s.Role != dataset.Train && s.Role != dataset.Validation {
			continue
		}
		valid := map[bool]string{true: "True", false: "False"}[s.Role == dataset.Validation]
		if err := c.Write([]string{s.Path, names[s.Label], valid}); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

type classes struct {
	Labels     []string   `json:"labels"` // by index
	Categories []category `json:"categories"`
}

type category struct {
	Category  string            `json:"category"`
	Partition dataset.Partition `json:"partition"`
	Label     int               `json:"label"`
	Samples   int               `json:"samples"`
}

// WriteClasses writes ClassesFile.
func WriteClasses(w io.Writer, m dataset.Manifest, names []string) error {
	c := classes{Labels: names}
	for _, s := range m.Samples {
		i, found := slices.BinarySearchFunc(c.Categories, s.Category, func(c category, name string) int {
			return strings.Compare(c.Category, name)
		})
		if !found {
			c.Categories = slices.Insert(c.Categories, i, category{s.Category, s.Partition, s.Label, 0})
		}
		c.Categories[i].Samples++
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(c)
}
