// Package report tells what a model can do: report.json for programs,
// report.md for reviews, and report.html, one file that needs no network, for
// people; with settings.yaml, which makes the run again.
//
// They say the same, and hold no time, no host and no path of the machine:
// the same run gives the same bytes. Only report.json has an Environment, and all
// of that lies under one key. The stage reads what the stages before it
// left and changes nothing.
package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/pipeline"
)

// The names of the files that the stage writes.
const (
	JSONFile     = "report.json" // a Document
	MarkdownFile = "report.md"
	HTMLFile     = "report.html"
	SettingsFile = "settings.yaml" // a config file that makes the run again; not without a lock
)

// maxExamples bounds the images of a gallery, for every one is embedded.
const maxExamples = 200

// Options steer the report stage.
type Options struct {
	Title    string `yaml:"title" doc:"heading of the report"`
	Examples int    `yaml:"examples" doc:"most images in each gallery of report.html, 0..200"`
}

// Default returns the settings of a run that sets none.
func Default() Options { return Options{Title: "Gesture recognition report", Examples: 12} }

// Validate reports every setting out of its range.
func (o Options) Validate() error {
	var errs []error
	if o.Title == "" {
		errs = append(errs, errors.New("report.title is empty, want a heading"))
	}
	if o.Examples < 0 || o.Examples > maxExamples {
		errs = append(errs, fmt.Errorf("report.examples is %d, want a number from 0 to %d", o.Examples, maxExamples))
	}
	return errors.Join(errs...)
}

// Stage writes the three reports and leaves the manifest as it is.
type Stage struct {
	Options Options
	// Provenance changes with the settings and code of the stages before, which
	// the report shows even where they made no difference to an output.
	Provenance string
	// Audit is an audit's file that the report cites, "" for none.
	Audit string
	// Environment tells what the run was made on and when, for report.json. It is
	// called once, when the report is made. It may be nil.
	Environment func() Environment
}

// Name returns "report".
func (Stage) Name() string { return "report" }

// Version identifies the form of the reports.
func (Stage) Version() string { return "report/15" }

// Settings returns the options and the provenance.
func (s Stage) Settings() any {
	return struct {
		Options    `yaml:",inline"`
		Provenance string `yaml:"provenance"`
	}{s.Options, s.Provenance}
}

// Inputs returns the audit: all else is from the stages before.
func (s Stage) Inputs() []string {
	if s.Audit == "" {
		return nil
	}
	return []string{s.Audit}
}

// Run reports on the outputs of the stages train and validate, and of augment
// if there is one.
func (s Stage) Run(ctx context.Context, in dataset.Manifest, env pipeline.Env) (dataset.Manifest, error) {
	if err := s.Options.Validate(); err != nil {
		return in, err
	}
	src, err := read(in, env)
	if err != nil {
		return in, err
	}
	if src.audit, err = readAudit(s.Audit, env.Root); err != nil {
		return in, err
	}
	doc := s.Options.document(src)
	if s.Environment != nil {
		e := s.Environment()
		doc.Environment = &e
	}
	var js, md, html bytes.Buffer
	if err := doc.Write(&js); err != nil {
		return in, err
	}
	if err := doc.writeMarkdown(&md); err != nil {
		return in, err
	}
	if err := doc.writeHTML(ctx, &html, src, env); err != nil {
		return in, err
	}
	files := []struct {
		name string
		data []byte
	}{{JSONFile, js.Bytes()}, {MarkdownFile, md.Bytes()}, {HTMLFile, html.Bytes()}, {SettingsFile, []byte(doc.rerun())}}
	for _, f := range files {
		if len(f.data) == 0 {
			continue
		}
		if err := atomicfile.WriteBytes(filepath.Join(env.Dir, f.name), f.data); err != nil {
			return in, err
		}
	}
	env.Report(len(files), len(files), "files")
	return in, nil
}
