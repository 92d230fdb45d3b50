package compare

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/config"
	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/split"
	"github.com/gesturekit/gesturekit/trainer"
)

// Training is one way of making a model: all that a cell is made by, but for
// partition and seed.
type Training struct {
	Split   Split  `json:"split"`
	Loss    string `json:"loss"`
	Recipe  string `json:"recipe"`
	Variant string `json:"variant"`
}

// name is the training's folder.
func (t Training) name() string {
	parts := []string{string(t.Split), t.Loss, t.Recipe}
	if t.Variant != "" {
		parts = append(parts, t.Variant)
	}
	return strings.Join(parts, "-")
}

// trained is a Training with its settings.
type trained struct {
	Training
	settings config.Config // of the base's partition and seed
	base     string        // the run that its ingested captures are taken from
}

// Cell is one training on one partition with one seed.
type Cell struct {
	Training
	Partition string `json:"partition"`
	Seed      uint64 `json:"seed"`
	Path      string `json:"path"` // of its run, relative to the comparison's folder

	settings config.Config
	base     string
}

// Name tells the cell from the others.
func (c Cell) Name() string { return strings.TrimPrefix(c.Path, cellsDir+"/") }

const cellsDir = "cells"

// partitions returns the partitions as lists. It fails when one does not fit the
// categories, so that hours of training are not spent to find out.
func (s Spec) partitions(base config.Config, categories []string) ([]Partition, error) {
	var out []Partition
	var errs []error
	add := func(name string, o split.Options, seed uint64) {
		of, err := o.PartitionOf(categories, seed)
		if err != nil {
			errs = append(errs, fmt.Errorf("partition %s: %w", name, err))
		}
		lists := map[dataset.Partition][]string{}
		for _, c := range slices.Sorted(maps.Keys(of)) {
			lists[of[c]] = append(lists[of[c]], c)
		}
		out = append(out, Partition{Name: name, Known: lists[dataset.Known], Unknown: lists[dataset.Unknown], Unseen: lists[dataset.Unseen]})
	}
	for _, p := range s.Partitions {
		add(p.Name, p.options(base.Split), 0)
	}
	for _, d := range s.Draws {
		add(drawName(d), Partition{}.options(base.Split), d)
	}
	switch {
	case len(out) > 0:
	case base.Split.Partitioned():
		add("given", base.Split, 0)
	default:
		add(drawName(base.Seed), base.Split, base.Seed)
	}
	return out, errors.Join(errs...)
}

// cells returns every combination.
func (s Spec) cells(base config.Config, ts []trained, partitions []Partition) []Cell {
	seeds := s.Seeds
	if len(seeds) == 0 {
		seeds = []uint64{base.Seed}
	}
	var out []Cell
	for _, t := range ts {
		for _, p := range partitions {
			for _, seed := range seeds {
				c := Cell{Training: t.Training, Partition: p.Name, Seed: seed, settings: t.settings, base: t.base}
				c.settings.Split, c.settings.Seed = p.options(t.settings.Split), seed
				c.Path = fmt.Sprintf("%s/%s/%s-s%d", cellsDir, t.name(), p.Name, seed)
				out = append(out, c)
			}
		}
	}
	return out
}

// trainings lists the combinations of what decides a model, splits first. It
// reports all settings that none could run with.
func (s Spec) trainings(base config.Config) (out []trained, err error) {
	losses, recipes, variants := s.Losses, s.Recipes, s.Variants
	if len(losses) == 0 {
		losses = []string{""}
	}
	if len(recipes) == 0 {
		recipes = []string{""}
	}
	if len(variants) == 0 {
		variants = []Variant{{}}
	}
	var errs []error
	for _, sp := range s.Splits {
		for _, v := range variants {
			for _, r := range recipes {
				for _, l := range losses {
					t, err := s.training(base, Training{Split: sp, Loss: l, Recipe: r, Variant: v.Name}, v.Settings)
					if err != nil {
						errs = append(errs, fmt.Errorf("%s: %w", t.name(), err))
					}
					out = append(out, t)
				}
			}
		}
	}
	return out, errors.Join(errs...)
}

// training applies the variant's settings, then the loss and recipe if they are
// not empty, and reads off those that are in force.
func (s Spec) training(c config.Config, t Training, variant config.Patch) (trained, error) {
	out := trained{Training: t}
	if err := variant.Apply(s.dir, &c); err != nil {
		return out, fmt.Errorf("%w: %w", config.ErrConfig, err)
	}
	if t.Loss != "" {
		c.Train.Loss = trainer.Loss(t.Loss)
	}
	if t.Recipe != "" {
		if err := c.Augment.Recipe.UnmarshalText([]byte(t.Recipe)); err != nil {
			return out, fmt.Errorf("%w: recipes: %w", config.ErrConfig, err)
		}
	}
	if t.Split == ByImage {
		c.Ingest.Groups.File, c.Ingest.Groups.Pattern = "", "(?P<group>.*)"
	}
	out.settings, out.Loss, out.Recipe = c, string(c.Train.Loss), c.Augment.Recipe.Name()
	if out.Recipe == "" {
		out.Recipe = "own"
	}
	return out, errors.Join(c.Check(), c.CheckTraining())
}
