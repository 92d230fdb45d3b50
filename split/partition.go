package split

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

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

// partition works out the partition of the categories: from the lists, from
// the file, or drawn by key. It fails when a category is in none, when a listed
// one does not exist, or when none is known.
func (o Options) partition(categories []string, key rng.Key) (Partition, error) {
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
	return o.Draw.partition(categories, key)
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

// partition draws one: the categories, ranked by a hash of seed and name, give
// their first few as unseen, the next few as unknown.
func (d Draw) partition(categories []string, key rng.Key) (Partition, error) {
	if len(categories) < 3 {
		return nil, fmt.Errorf("%w: %d categories cannot be drawn into known, unknown and unseen: capture at least 3, or list them under split.known, split.unknown and split.unseen", dataset.ErrInvalid, len(categories))
	}
	ranked := slices.Clone(categories)
	slices.SortFunc(ranked, func(a, b string) int {
		if x, y := key.With(a).Uint64(), key.With(b).Uint64(); x != y {
			return map[bool]int{true: -1, false: 1}[x < y]
		}
		return strings.Compare(a, b)
	})
	share := func(s float64) int { return max(1, int(math.Round(s*float64(len(categories))))) }
	unseen := min(share(d.Unseen), len(categories)-2)
	unknown := min(share(d.Unknown), len(categories)-1-unseen)
	p := Partition{}
	for i, c := range ranked {
		switch {
		case i < unseen:
			p[c] = dataset.Unseen
		case i < unseen+unknown:
			p[c] = dataset.Unknown
		default:
			p[c] = dataset.Known
		}
	}
	return p, nil
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
