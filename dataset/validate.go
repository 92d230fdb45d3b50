package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"
)

// ErrInvalid marks every fault that Validate and ReadCSV find.
var ErrInvalid = errors.New("invalid dataset")

// maxFaults bounds how many faults are spelt out; the rest are counted.
const maxFaults = 20

// Validate checks everything that must hold of a manifest at any stage:
// unique sorted IDs, unique paths that stay inside the folder, parents that exist, one
// partition and one label a category, no group and no capture in two roles, unseen categories
// in test only, augmented samples in train only and beside their parent, of its
// category unless the trace mirrors the picture, and label 0 for all but known categories. It reports all faults at once, wrapped
// in ErrInvalid.
func (m Manifest) Validate() error {
	v := validator{
		byID:      make(map[string]int, len(m.Samples)),
		roleOf:    map[string]Role{},
		contentIn: map[string]Role{},
		paths:     map[string]string{},
		partition: map[string]Partition{},
		label:     map[string]int{},
	}
	for i := range m.Samples {
		if _, twice := v.byID[m.Samples[i].ID]; twice {
			v.fault(&m.Samples[i], "the ID stands twice")
		}
		v.byID[m.Samples[i].ID] = i
		if i > 0 && m.Samples[i-1].ID > m.Samples[i].ID {
			v.fault(&m.Samples[i], "not in order: it stands behind %s", m.Samples[i-1].ID)
		}
	}
	for i := range m.Samples {
		s := &m.Samples[i]
		v.fields(s)
		v.roles(s)
		v.labels(s)
		v.parent(s, m.Samples)
	}
	return v.err()
}

type validator struct {
	byID      map[string]int
	roleOf    map[string]Role
	contentIn map[string]Role // by digest of the capture
	paths     map[string]string
	partition map[string]Partition
	label     map[string]int
	faults    []error
	more      int
}

func (v *validator) fault(s *Sample, format string, args ...any) {
	if len(v.faults) == maxFaults {
		v.more++
		return
	}
	v.faults = append(v.faults, fmt.Errorf("sample %s: "+format, append([]any{s.ID}, args...)...))
}

func (v *validator) err() error {
	if len(v.faults) == 0 {
		return nil
	}
	if v.more > 0 {
		v.faults = append(v.faults, fmt.Errorf("and %d more", v.more))
	}
	return fmt.Errorf("%w: %w", ErrInvalid, errors.Join(v.faults...))
}

func (v *validator) fields(s *Sample) {
	if other, ok := v.paths[s.Path]; ok && s.Path != "" {
		v.fault(s, "has the path of %s", other)
	}
	v.paths[s.Path] = s.ID
	switch {
	case s.ID == "" || s.Category == "" || s.Group == "" || s.Path == "":
		v.fault(s, "id, path, category and group must not be empty")
	case !localPath(s.Path):
		v.fault(s, "path %q leaves the folder or is not a clean slash path", s.Path)
	case ReservedCategory(s.Category):
		v.fault(s, "category %q is a reserved name: dataset loaders take it for a role or a label", s.Category)
	}
}

func localPath(p string) bool {
	return p != "" && path.Clean(p) == p && !path.IsAbs(p) && p != ".." && !strings.HasPrefix(p, "../") && !strings.Contains(p, `\`)
}

func (v *validator) roles(s *Sample) {
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
	v.partition[s.Category] = s.Partition
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
	v.roleOf[s.Group] = s.Role
	if r, ok := v.contentIn[s.SHA256]; ok && r != s.Role && s.SHA256 != "" {
		v.fault(s, "leak: the same capture is both in %s and in %s", r, s.Role)
	}
	v.contentIn[s.SHA256] = s.Role
}

func (v *validator) labels(s *Sample) {
	if s.Label == NoLabel {
		return
	}
	if s.Label > len(v.byID) {
		v.fault(s, "label %d with %d samples: labels have no gaps", s.Label, len(v.byID))
	}
	if (s.Partition == Known) != (s.Label > NALabel) || s.Label < NALabel {
		v.fault(s, "label %d does not fit partition %q: na is 0, known is 1..K", s.Label, s.Partition)
	}
	if l, ok := v.label[s.Category]; ok && l != s.Label {
		v.fault(s, "category %q has label %d and label %d", s.Category, l, s.Label)
	}
	v.label[s.Category] = s.Label
}

func (v *validator) parent(s *Sample, all []Sample) {
	if s.Parent == "" {
		if len(s.Trace) > 0 {
			v.fault(s, "a trace without a parent")
		}
		return
	}
	i, ok := v.byID[s.Parent]
	if !ok {
		v.fault(s, "parent %q is missing", s.Parent)
		return
	}
	p := &all[i]
	switch {
	case p.Parent != "":
		v.fault(s, "parent %q is itself augmented", s.Parent)
	case s.Role != Train:
		v.fault(s, "augmented sample in %q: augmented samples are for train only", s.Role)
	case p.Group != s.Group || p.Role != s.Role || p.SHA256 != s.SHA256:
		v.fault(s, "leak: group, role or capture differs from parent %s", s.Parent)
	case p.Category != s.Category && !bytes.Contains(s.Trace, []byte(`"flip"`)):
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
