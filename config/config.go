// Package config composes the settings of all stages into one value, reads it
// from YAML, and turns it into the list of stages.
//
// Each setting lives in the package of the code that it steers, as a field with
// the tags yaml (its name), doc (one sentence) and, for files and folders, path.
// From these come the flags, the environment variables, the JSON schema, the
// template of a new config file and docs/config.md.
package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/goccy/go-yaml"

	"github.com/gesturekit/gesturekit/audit"
	"github.com/gesturekit/gesturekit/augment"
	"github.com/gesturekit/gesturekit/export"
	"github.com/gesturekit/gesturekit/fetch"
	"github.com/gesturekit/gesturekit/gate"
	"github.com/gesturekit/gesturekit/ingest"
	"github.com/gesturekit/gesturekit/internal/synth"
	"github.com/gesturekit/gesturekit/labels"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/report"
	"github.com/gesturekit/gesturekit/split"
	"github.com/gesturekit/gesturekit/trainer"
	"github.com/gesturekit/gesturekit/validate"
)

// Config holds every setting of a run.
type Config struct {
	Out     string `yaml:"out" path:"folder" doc:"folder of the run: each stage writes into a folder of its own below it"`
	Seed    uint64 `yaml:"seed" doc:"number that all random draws come from; the same seed gives the same bytes"`
	Workers int    `yaml:"workers" doc:"how many cores to use; 0 for all. It changes no result"`
	Codec   string `yaml:"codec" doc:"JPEG codec of ingest and augment: go, or turbo, which is several times as fast and wants libjpeg-turbo installed; the two give slightly different pixels"`

	Synth    synth.Options    `yaml:"synth"`
	Ingest   ingest.Options   `yaml:"ingest"`
	Split    split.Options    `yaml:"split"`
	Labels   labels.Options   `yaml:"labels"`
	Augment  augment.Options  `yaml:"augment"`
	Train    trainer.Options  `yaml:"train"`
	Validate validate.Options `yaml:"validate"`
	Report   report.Options   `yaml:"report"`
	Gates    gate.Options     `yaml:"gates"`
	Audit    audit.Options    `yaml:"audit"`
	Export   export.Options   `yaml:"export"`
}

// Default returns the settings of a run that sets none.
func Default() Config {
	return Config{
		Out: "run", Seed: 1, Codec: "go",
		Synth: synth.Default(), Ingest: ingest.Default(), Split: split.Default(), Labels: labels.Default(),
		Augment: augment.Default(), Train: trainer.Default(), Validate: validate.Default(), Report: report.Default(),
		Gates: gate.Default(), Audit: audit.Default(), Export: export.Default(),
	}
}

// Check reports every setting that is out of its range, in ErrConfig.
func (c Config) Check() error {
	var errs []error
	if c.Out == "" {
		errs = append(errs, errors.New("out is empty: want the folder of the run"))
	}
	if c.Workers < 0 {
		errs = append(errs, fmt.Errorf("workers is %d, want 0 for all cores, or a number above", c.Workers))
	}
	if c.Codec != "go" && c.Codec != "turbo" {
		errs = append(errs, fmt.Errorf("codec is %q, want go or turbo", c.Codec))
	}
	if fetch.Remote(c.Ingest.Captures) {
		if err := fetch.CheckCaptures(c.Ingest.Captures); err != nil {
			errs = append(errs, fmt.Errorf("ingest.captures: %w", err))
		}
	}
	errs = append(errs, c.Synth.Validate(), c.Ingest.Validate(), c.Split.Validate(), c.Labels.Validate(),
		c.Augment.Validate(), c.Train.Validate(), c.Validate.Validate(), c.Report.Validate(), c.Gates.Validate(),
		c.Audit.Validate(), c.Export.Validate())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return nil
}

// CheckTraining reports settings that are in range but not for training. A
// dataset for another trainer may have other sizes.
func (c Config) CheckTraining() error {
	if s := c.Ingest.Size; s%8 != 0 || s < 32 || s > 256 {
		return fmt.Errorf("%w: ingest.size is %d: the train stage wants a multiple of 8 from 32 to 256", ErrConfig, s)
	}
	return nil
}

// Parallel returns how many goroutines to use.
func (c Config) Parallel() int {
	if c.Workers > 0 {
		return c.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// Resolved returns the settings in which the partition of drawn captures, where
// none is set, is one that suits them.
func (c Config) Resolved() Config {
	if c.Ingest.Captures == "" && !c.Split.Partitioned() {
		c.Split.Known, c.Split.Unknown, c.Split.Unseen = synth.Partition(c.Synth.Categories)
	}
	return c
}

// Stages returns the stages in order. With no folder of captures set, the first
// one draws captures; with an address, it copies them. It fails, in ErrConfig, without the codec that is set.
func (c Config) Stages() ([]pipeline.Stage, error) {
	c = c.Resolved()
	codec, err := OpenCodec(c.Codec)
	if err != nil {
		return nil, err
	}
	var first []pipeline.Stage
	from := ""
	switch source := c.Ingest.Captures; {
	case source == "":
		first = append(first, synth.Stage{Options: c.Synth})
	case fetch.Remote(source):
		first = append(first, fetch.Stage{Source: source})
		from, c.Ingest.Captures = fetch.Name, ""
	}
	all := append(first,
		ingest.Stage{Options: c.Ingest, Codec: codec, From: from}, split.Stage{Options: c.Split}, labels.Stage{Options: c.Labels},
		augment.Stage{Options: c.Augment, Codec: codec}, trainer.Stage{Options: c.Train, Augment: online(c.Augment)},
		validate.Stage{Options: c.Validate},
	)
	return append(all, report.Stage{Options: c.Report, Provenance: provenance(all), Audit: c.audited()}), nil
}

// audited returns the audit in the run's folder, for the report to cite; "" where
// there is none.
func (c Config) audited() string {
	file := filepath.Join(c.Out, "audit", audit.ResultFile)
	if _, err := os.Stat(file); err != nil {
		return ""
	}
	return file
}

// provenance digests what the report tells of the stages before it. Their
// outputs alone do not decide it: other settings may give the same output.
func provenance(stages []pipeline.Stage) string {
	h := sha256.New()
	for _, s := range stages {
		text, err := yaml.Marshal(s.Settings())
		if err != nil { // the pipeline meets and reports it before the report is made
			text = []byte(err.Error())
		}
		fmt.Fprintf(h, "%s %s\n%s\n", s.Name(), s.Version(), text)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// StageDoc names a stage for the command line and the docs.
type StageDoc struct {
	Name  string // subcommand, section of the config and output folder
	Usage string // one line
}

// StageDocs lists the stages in order.
func StageDocs() []StageDoc {
	return []StageDoc{
		{"synth", "draw captures of people who do not exist (only without ingest.captures)"},
		{"ingest", "turn raw captures into checked, upright images of one size"},
		{"split", "decide what is known, unknown and unseen, and who is in train, validation and test"},
		{"labels", "number the categories, na being 0"},
		{"augment", "write variants of the training images, and a contact sheet"},
		{"train", "train the network and keep the best epoch"},
		{"validate", "measure the model on the test, known, unknown and unseen"},
		{"report", "write report.html, report.md and report.json"},
	}
}
