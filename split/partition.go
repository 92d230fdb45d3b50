package split

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/nearest"
	"github.com/gesturekit/gesturekit/rng"
)

// PartitionFile is the name of the partition that the stage writes. The file
// can be given back as split.partition.
const PartitionFile = "partition.csv"

// Partition maps each category to known, unknown or unseen.
type Partition map[string]dataset.Partition

type list struct {
	partition  dataset.Partition
	categories []string
}

func (o Options) lists() []list {
	return []list{{dataset.Known, o.Known}, {dataset.Unknown, o.Unknown}, {dataset.Unseen, o.Unseen}}
}

// PartitionOf works out the partition of the categories: from the lists, from
// the file, or drawn by seed as the stage would without a lock.
func (o Options) PartitionOf(categories []string, seed uint64) (Partition, error) {
	return o.partition(categories, rng.New(seed).With(Stage{}.Name()).With("partition"), nil)
}

// partition works out the partition of the categories: from the lists, from
// the file, or drawn by key, categories of old staying what they are. It fails
// when a category is in none or when a listed one does not exist.
func (o Options) partition(categories []string, key rng.Key, old Partition) (Partition, error) {
	switch {
	case o.listed():
		p := Partition{}
		for _, l := range o.lists() {
			for _, c := range l.categories {
				p[c] = l.partition
			}
		}
		return p, p.check("split.known, split.unknown and split.unseen", categories)
	case o.Partition != "":
		f, err := os.Open(o.Partition)
		if err != nil {
			return nil, fmt.Errorf("read split.partition: %w", err)
		}
		defer f.Close()
		p, err := ReadPartition(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.Partition, err)
		}
		return p, p.check(o.Partition, categories)
	}
	return o.Draw.partition(categories, key, old)
}

// check compares a partition that a person wrote with the categories there are.
func (p Partition) check(where string, categories []string) error {
	var errs []error
	for _, c := range categories {
		if _, ok := p[c]; !ok {
			errs = append(errs, fmt.Errorf("category %q is in no partition: add it to %s", c, where))
		}
	}
	for _, c := range slices.Sorted(maps.Keys(p)) {
		if !slices.Contains(categories, c) {
			errs = append(errs, fmt.Errorf("%s names category %q, of which there is no capture%s", where, c, nearest.Hint(c, categories)))
		}
	}
	if len(errs) > 0 {
		return fmt.Errorf("%w: %w", dataset.ErrInvalid, errors.Join(errs...))
	}
	return nil
}

// ReadPartition reads CSV with the header category,partition. Errors name the
// line and wrap dataset.ErrInvalid.
func ReadPartition(r io.Reader) (Partition, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	c := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	header, err := c.Read()
	if err != nil || !slices.Equal(header, []string{"category", "partition"}) {
		return nil, fmt.Errorf("%w: line 1: want the header category,partition", dataset.ErrInvalid)
	}
	p := Partition{}
	for {
		row, err := c.Read()
		if err == io.EOF {
			return p, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", dataset.ErrInvalid, err)
		}
		line, _ := c.FieldPos(0)
		part, err := dataset.ParsePartition(row[1])
		switch {
		case err != nil:
			return nil, fmt.Errorf("%w: line %d: %w", dataset.ErrInvalid, line, err)
		case row[0] == "" || part == dataset.NoPartition:
			return nil, fmt.Errorf("%w: line %d: category and partition must not be empty", dataset.ErrInvalid, line)
		case p[row[0]] != dataset.NoPartition:
			return nil, fmt.Errorf("%w: line %d: category %q stands twice", dataset.ErrInvalid, line, row[0])
		}
		p[row[0]] = part
	}
}

// WriteCSV writes the partition as ReadPartition reads it, sorted by category.
func (p Partition) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	if err := c.Write([]string{"category", "partition"}); err != nil {
		return err
	}
	for _, k := range slices.Sorted(maps.Keys(p)) {
		if err := c.Write([]string{k, string(p[k])}); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
