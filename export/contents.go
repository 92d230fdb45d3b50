package export

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/audit"
	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/ingest"
	"github.com/gesturekit/gesturekit/labels"
	"github.com/gesturekit/gesturekit/split"
)

// The names of the files that only a dataset folder has.
const (
	CardFile      = "README.md"
	CroissantFile = "croissant.json"
	SamplesFile   = "samples.jsonl" // in the folder of each role
	UnusedFile    = "unused.csv"    // a manifest of the samples without a role, whose images are left out
)

// contents is what a dataset folder is made from.
type contents struct {
	manifest dataset.Manifest // paths in the folder; no sample is unused
	unused   dataset.Manifest // the others, paths in the run
	labels   []string         // by index
	options  Options
	lock     split.Lock
	aside    []setAside    // unused samples included
	audit    *audit.Result // nil where none was made
}

// all returns every sample, used or not.
func (c contents) all() dataset.Manifest {
	return dataset.New(slices.Concat(c.manifest.Samples, c.unused.Samples))
}

// writeLock writes the lock that the samples give.
func (c contents) writeLock(w io.Writer) error {
	l, err := c.lock.Recompute(c.all().Select(func(s *dataset.Sample) bool { return s.Parent == "" }))
	if err != nil {
		return err
	}
	return l.Write(w)
}

// file is one of the folder's text files and what writes it.
type file struct {
	name  string
	write func(io.Writer) error
}

// files returns the text files that follow from the contents, each once.
func (c contents) files() []file {
	m := c.manifest
	out := []file{
		{dataset.FileName, m.WriteCSV},
		{UnusedFile, c.unused.WriteCSV},
		{split.LockFile, c.writeLock},
		{ingest.QuarantineFile, func(w io.Writer) error { return writeAside(w, c.aside) }},
		{split.PartitionFile, c.partition().WriteCSV},
		{labels.NamesFile, func(w io.Writer) error { return labels.WriteNames(w, c.labels) }},
		{labels.TableFile, func(w io.Writer) error { return labels.WriteTable(w, m, c.labels) }},
		{labels.ClassesFile, func(w io.Writer) error { return labels.WriteClasses(w, m, c.labels) }},
		{CroissantFile, c.writeCroissant},
		{CardFile, c.writeCard},
	}
	if c.audit != nil {
		out = append(out, file{audit.ResultFile, c.audit.WriteJSON})
	}
	for _, r := range dataset.Roles() {
		out = append(out, file{path.Join(string(r), SamplesFile), func(w io.Writer) error {
			return writeSamples(w, m.InRole(r), c.labels)
		}})
	}
	return out
}

func (c contents) partition() split.Partition {
	p := split.Partition{}
	for i := range c.manifest.Samples {
		p[c.manifest.Samples[i].Category] = c.manifest.Samples[i].Partition
	}
	return p
}

// folders returns the class folders: every label in every role, since loaders
// number the classes of a folder by their order.
func (c contents) folders() []string {
	var out []string
	for _, r := range dataset.Roles() {
		for _, l := range c.labels {
			out = append(out, path.Join(string(r), l))
		}
	}
	return out
}

// empty returns the class folders that no sample is in.
func (c contents) empty() []string {
	used := map[string]bool{}
	for i := range c.manifest.Samples {
		used[path.Dir(c.manifest.Samples[i].Path)] = true
	}
	return slices.DeleteFunc(c.folders(), func(f string) bool { return used[f] })
}

// place returns where a sample's image lies in a dataset folder.
func imagePath(s *dataset.Sample, names []string) string {
	return path.Join(string(s.Role), names[s.Label], s.ID+".jpg")
}

// arrange returns the samples of m that have a role in a dataset, with their
// paths there, and the others.
func arrange(m dataset.Manifest) (kept, unused dataset.Manifest, names []string, err error) {
	if names, err = labelNames(m); err != nil {
		return kept, unused, nil, err
	}
	kept = m.Select(func(s *dataset.Sample) bool { return s.Role != dataset.Unused })
	for i := range kept.Samples {
		s := &kept.Samples[i]
		s.Path = imagePath(s, names)
	}
	return kept, m.InRole(dataset.Unused), names, nil
}

// labelNames returns the labels of a manifest that a dataset folder can be made
// of: split and labelled, with names that are good on every system.
func labelNames(m dataset.Manifest) ([]string, error) {
	good := regexp.MustCompile(`^[a-z0-9_][a-z0-9_-]*$`)
	var faults []error
	fault := func(format string, args ...any) {
		if len(faults) < 20 {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	for i := range m.Samples {
		s := &m.Samples[i]
		switch {
		case s.Role == dataset.NoRole || s.Label == dataset.NoLabel:
			fault("sample %s has no role or no label: want a manifest behind the stages split and labels", s.ID)
		case !good.MatchString(s.ID):
			fault("sample %q: want an ID of a-z, 0-9, _ and -, as it becomes a file name", s.ID)
		}
	}
	names, err := m.LabelNames()
	if err != nil {
		faults = append(faults, err)
	}
	folded := map[string]string{}
	for _, n := range names {
		fold := strings.ToLower(n)
		switch other := folded[fold]; {
		case !local(n) || strings.ContainsAny(n, `/\:*?"<>|`) || strings.HasPrefix(n, ".") || strings.HasSuffix(n, ".") || strings.TrimSpace(n) != n:
			fault("label %q cannot be the name of a folder on every system", n)
		case other != "":
			fault("labels %q and %q differ only in case", other, n)
		}
		folded[fold] = n
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("%w: %w", dataset.ErrInvalid, errors.Join(faults...))
	}
	return names, nil
}

// setAside is a line of the quarantine.
type setAside struct{ file, reason, detail string }

// unusedReason stands in the quarantine for samples that are in no role.
const unusedReason = "unused"

// withUnused returns the lines of a quarantine with one for every unused sample,
// in place of those that are there for such ones.
func withUnused(aside []setAside, unused dataset.Manifest) []setAside {
	out := slices.DeleteFunc(slices.Clone(aside), func(a setAside) bool { return a.reason == unusedReason })
	for i := range unused.Samples {
		s := &unused.Samples[i]
		out = append(out, setAside{s.Source, unusedReason, fmt.Sprintf("sample %s: category %s is unseen, and its group %s is in train or validation", s.ID, s.Category, s.Group)})
	}
	slices.SortStableFunc(out, func(a, b setAside) int { return cmp.Compare(a.file, b.file) })
	return out
}
