package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ErrInvalid marks every fault that Validate and ReadCSV find.
var ErrInvalid = errors.New("invalid dataset")

// maxFaults bounds how many faults are spelt out; the rest are counted.
const maxFaults = 20

// Validate checks everything that must hold of a manifest at any stage:
// unique sorted IDs, names in UTF-8, categories and groups that differ in more than case and composition, unique paths that stay inside the folder, parents that exist, one
// partition and one label a category, no group and no capture in two roles, unseen categories
// in test only, augmented samples in train only and beside their parent, of its
// category unless the trace mirrors the picture, and label 0 for all but known categories. It reports all faults at once, wrapped
// in ErrInvalid.
func (m Manifest) Validate() error {
	return Check(func(yield func(*Sample, error) bool) {
		for i := range m.Samples {
			if !yield(&m.Samples[i], nil) {
				return
			}
		}
	})
}

// Check is Validate for samples that come as a stream, in the order of their
// IDs. It keeps 16 bytes a sample and a little for each group, and goes through
// the stream a second time when what it kept leaves a doubt.
func Check(samples iter.Seq2[*Sample, error]) error {
	c := NewChecker()
	for s, err := range samples {
		if err != nil {
			return err
		}
		c.Add(s)
	}
	return c.Finish(samples)
}

// Checker checks samples as they come: Add each, in the order of the IDs, then
// Finish.
type Checker struct {
	seed      maphash.Seed
	n         int
	last      string   // ID of the sample before
	parent    relative // the last sample that is not augmented
	paths     []uint64 // a hash of each
	contents  []uint64 // a hash of each digest, with the role in the last two bits
	doubts    doubts   // what the second pass looks at
	maxLabel  int
	maxAt     string
	roleOf    map[string]Role
	partition map[string]Partition
	label     map[string]int
	faults    []error
	more      int
}

// relative is what a parent and its children must agree on.
type relative struct {
	id, parent, category, group, sha256 string
	role                                Role
}

func relativeOf(s *Sample) relative {
	return relative{s.ID, s.Parent, s.Category, s.Group, s.SHA256, s.Role}
}

// NewChecker returns a Checker that has seen nothing.
func NewChecker() *Checker {
	return &Checker{
		seed: maphash.MakeSeed(), roleOf: map[string]Role{}, partition: map[string]Partition{}, label: map[string]int{},
		doubts: newDoubts(),
	}
}

// Add checks a sample against those before it.
func (v *Checker) Add(s *Sample) {
	switch {
	case v.n > 0 && v.last == s.ID:
		v.fault(s, "the ID stands twice")
	case v.n > 0 && v.last > s.ID:
		v.fault(s, "not in order: it stands behind %s", v.last)
	}
	v.n++
	v.last = s.ID
	v.fields(s)
	v.roles(s)
	v.labels(s)
	v.family(s)
}

// Finish returns all faults in ErrInvalid. samples is the same stream once
// more; it is read only if hashes met or parents stood elsewhere.
func (v *Checker) Finish(samples iter.Seq2[*Sample, error]) error {
	if v.maxLabel > v.n {
		v.fault(&Sample{ID: v.maxAt}, "label %d with %d samples: labels have no gaps", v.maxLabel, v.n)
	}
	spellings(v, "categories", v.partition)
	spellings(v, "groups", v.roleOf)
	v.doubts.hashes(v.paths, v.contents)
	if v.doubts.any() {
		if err := v.resolve(samples); err != nil {
			return err
		}
	}
	return v.err()
}

// spellings finds names that differ only in case or in how Unicode composes their
// letters: one person spelt two ways would be two groups, and could be in train and
// in test.
func spellings[V any](v *Checker, what string, names map[string]V) {
	var odd []string // names that are not as Fold writes them
	for name := range names {
		if Fold(name) != name {
			odd = append(odd, name)
		}
	}
	slices.Sort(odd)
	folded := map[string]string{}
	for _, name := range odd {
		fold := Fold(name)
		other, twice := folded[fold]
		if _, ok := names[fold]; ok {
			other, twice = fold, true
		}
		if twice {
			v.add(fmt.Errorf("%s %+q and %+q differ only in case or in how their letters are composed: spell them alike", what, name, other))
		}
		folded[fold] = name
	}
}

// Fold returns a name in lower case and with its letters composed (Unicode's form C):
// names that fold alike look alike.
func Fold(name string) string { return strings.ToLower(norm.NFC.String(name)) }

func (v *Checker) fault(s *Sample, format string, args ...any) {
	v.add(fmt.Errorf("sample %s: "+format, append([]any{s.ID}, args...)...))
}

func (v *Checker) add(fault error) {
	if len(v.faults) == maxFaults {
		v.more++
		return
	}
	v.faults = append(v.faults, fault)
}

func (v *Checker) err() error {
	if len(v.faults) == 0 {
		return nil
	}
	if v.more > 0 {
		v.faults = append(v.faults, fmt.Errorf("and %d more", v.more))
	}
	return fmt.Errorf("%w: %w", ErrInvalid, errors.Join(v.faults...))
}

func (v *Checker) fields(s *Sample) {
	v.paths = append(v.paths, maphash.String(v.seed, s.Path))
	switch {
	case s.ID == "" || s.Category == "" || s.Group == "" || s.Path == "":
		v.fault(s, "id, path, category and group must not be empty")
	case !utf8.ValidString(s.ID) || !utf8.ValidString(s.Path) || !utf8.ValidString(s.Category) || !utf8.ValidString(s.Group) || !utf8.ValidString(s.Camera):
		v.fault(s, "id, path, category, group or camera is not UTF-8: rename it")
	case !localPath(s.Path):
		v.fault(s, "path %q leaves the folder or is not a clean slash path", s.Path)
	case ReservedCategory(s.Category):
		v.fault(s, "category %q is a reserved name: dataset loaders take it for a role or a label", s.Category)
	}
}

// localPath tells that a path is clean, as path.Clean gives it, and inside.
func localPath(p string) bool {
	for part := range strings.SplitSeq(p, "/") {
		if part == "" || part == "." || part == ".." || strings.Contains(part, `\`) {
			return false
		}
	}
	return true
}

func (v *Checker) roles(s *Sample) {
	if s.Role == NoRole && s.Partition == NoPartition {
		return
	}
	if s.Role == NoRole || s.Partition == NoPartition {
		v.fault(s, "role %q with partition %q: either both or none", s.Role, s.Partition)
		return
	}
	if p, ok := v.partition[s.Category]; ok && p != s.Partition {
		v.fault(s, "category %q is both %s and %s", s.Category, p, s.Partition)
	}
	keep(v.partition, s.Category, s.Partition)
	if s.Partition == Unseen && s.Role != Test && s.Role != Unused {
		v.fault(s, "unseen category %q in %s: unseen is for the test only", s.Category, s.Role)
	}
	if s.Role == Unused {
		if s.Partition != Unseen {
			v.fault(s, "%s category %q is unused: only unseen samples may be", s.Partition, s.Category)
		}
		return
	}
	if r, ok := v.roleOf[s.Group]; ok && r != s.Role {
		v.fault(s, "leak: group %q is both in %s and in %s", s.Group, r, s.Role)
	}
	keep(v.roleOf, s.Group, s.Role)
	if s.SHA256 != "" {
		v.contents = append(v.contents, maphash.String(v.seed, s.SHA256)&^3|uint64(slices.Index(Roles(), s.Role)))
	}
}

// keep sets a value. A new key is copied, as it may be part of a longer line.
func keep[V comparable](m map[string]V, key string, value V) {
	old, ok := m[key]
	if !ok {
		key = strings.Clone(key)
	}
	if !ok || old != value {
		m[key] = value
	}
}

func (v *Checker) labels(s *Sample) {
	if s.Label == NoLabel {
		return
	}
	if s.Label > v.maxLabel {
		v.maxLabel, v.maxAt = s.Label, s.ID
	}
	if (s.Partition == Known) != (s.Label > NALabel) || s.Label < NALabel {
		v.fault(s, "label %d does not fit partition %q: na is 0, known is 1..K", s.Label, s.Partition)
	}
	if l, ok := v.label[s.Category]; ok && l != s.Label {
		v.fault(s, "category %q has label %d and label %d", s.Category, l, s.Label)
	}
	keep(v.label, s.Category, s.Label)
}

// family checks an augmented sample against its parent, which mostly stands
// right before it and its siblings; else it is looked for later.
func (v *Checker) family(s *Sample) {
	switch {
	case s.Parent == "":
		v.parent = relativeOf(s)
		if len(s.Trace) > 0 {
			v.fault(s, "a trace without a parent")
		}
	case s.Parent == v.parent.id:
		v.compare(s, v.parent)
	default:
		v.doubts.parents[strings.Clone(s.Parent)] = relative{}
	}
}

func (v *Checker) compare(s *Sample, p relative) {
	switch {
	case p.id == "":
		v.fault(s, "parent %q is missing", s.Parent)
	case p.parent != "":
		v.fault(s, "parent %q is itself augmented", s.Parent)
	case s.Role != Train:
		v.fault(s, "augmented sample in %q: augmented samples are for train only", s.Role)
	case p.group != s.Group || p.role != s.Role || p.sha256 != s.SHA256:
		v.fault(s, "leak: group, role or capture differs from parent %s", s.Parent)
	case p.category != s.Category && !bytes.Contains(s.Trace, []byte(`"flip"`)):
		v.fault(s, "category %q differs from that of parent %s, and the trace does not mirror it", s.Category, s.Parent)
	}
}

// TrainingSet is what the trainer may see: samples of train and validation
// without a single unseen one. Only Manifest.Training makes one, so no code
// path leads an unseen sample to training, early stopping, model selection or
// threshold calibration.
type TrainingSet struct{ train, validation Manifest }

// Train returns the samples to learn from, augmented ones included.
func (t TrainingSet) Train() Manifest { return t.train }

// Validation returns the samples to choose by.
func (t TrainingSet) Validation() Manifest { return t.validation }

// Training is the one gate between a manifest and the trainer. It fails when
// the manifest is invalid, when an unseen sample stands outside test, or when
// train or validation is empty.
func (m Manifest) Training() (TrainingSet, error) {
	if err := m.Validate(); err != nil {
		return TrainingSet{}, err
	}
	t := TrainingSet{train: m.InRole(Train), validation: m.InRole(Validation)}
	for _, part := range []struct {
		role Role
		m    Manifest
	}{{Train, t.train}, {Validation, t.validation}} {
		if len(part.m.Samples) == 0 {
			return TrainingSet{}, fmt.Errorf("%w: no sample in role %s: add captures or change the split's shares", ErrInvalid, part.role)
		}
		for i := range part.m.Samples {
			if s := &part.m.Samples[i]; s.Partition == Unseen {
				return TrainingSet{}, fmt.Errorf("%w: unseen sample %s in %s", ErrInvalid, s.ID, part.role)
			}
		}
	}
	return t, nil
}
