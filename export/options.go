// Package export writes a run's labelled samples in the layouts that others
// read: a dataset folder for the loaders of torchvision, Keras, fastai and
// Hugging Face (Folder), tar shards for WebDataset (Shards), and a Parquet table
// (Table). Verify recomputes everything in a dataset folder that can be.
//
// The same manifest and settings give the same bytes, whatever the number of
// workers. What is written appears whole or not at all, and replaces only what
// an export wrote and nobody changed since. docs/formats.md describes the files.
package export

import (
	"errors"
	"fmt"
	"time"
)

// Options steer the exports.
type Options struct {
	Name        string `yaml:"name" doc:"name of the dataset in its card and metadata; empty takes the name of the folder"`
	Description string `yaml:"description" doc:"what the dataset shows, and of whom, in a sentence or two"`
	License     string `yaml:"license" doc:"licence of the pictures: an SPDX identifier, such as CC-BY-4.0, or the address of its text"`
	Creator     string `yaml:"creator" doc:"whom to credit; croissant.json calls it an organisation"`
	URL         string `yaml:"url" doc:"address where the dataset is published"`
	Published   string `yaml:"published" doc:"date of publication, YYYY-MM-DD"`
	Release     string `yaml:"version" doc:"version of the dataset, such as 1.0.0"`

	Images    Images `yaml:"images" doc:"how the folder gets the run's images: link (hard links, which take no space; copies where links fail) or copy"`
	ShardSize int64  `yaml:"shard_size" doc:"bytes of a WebDataset shard at most, 1 or more; a sample is never divided"`
}

// Images says how a dataset folder gets its images.
type Images string

// The two ways. A linked image is the run's own file: who edits it in place
// edits the run.
const (
	Link Images = "link"
	Copy Images = "copy"
)

// Default returns the settings of a run that sets none.
func Default() Options { return Options{Images: Link, ShardSize: 256 << 20} }

// Validate reports every setting out of its range.
func (o Options) Validate() error {
	var errs []error
	if o.Images != Link && o.Images != Copy {
		errs = append(errs, fmt.Errorf("export.images is %q, want link or copy", o.Images))
	}
	if o.ShardSize < 1 {
		errs = append(errs, fmt.Errorf("export.shard_size is %d, want 1 or more", o.ShardSize))
	}
	if _, err := time.Parse(time.DateOnly, o.Published); err != nil && o.Published != "" {
		errs = append(errs, fmt.Errorf("export.published is %q, want a date such as 2026-01-31", o.Published))
	}
	return errors.Join(errs...)
}
