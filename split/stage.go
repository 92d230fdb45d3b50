package split

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/pipeline"
)

// Stage gives every sample its partition and role. It writes the manifest,
// partition.csv and split.lock.json, and copies no image.
type Stage struct{ Options Options }

// Name returns "split".
func (Stage) Name() string { return "split" }

// Version identifies the algorithm.
func (Stage) Version() string { return "split/1 " + algorithm }

// Settings returns the options. Where the partition file lies is not part of
// them: its content is an input.
func (s Stage) Settings() any {
	if s.Options.Partition != "" {
		s.Options.Partition = "file"
	}
	return s.Options
}

// Inputs returns the partition file, if one is set.
func (s Stage) Inputs() []string {
	if s.Options.Partition == "" {
		return nil
	}
	return []string{s.Options.Partition}
}

// Run splits the samples of in.
func (s Stage) Run(_ context.Context, in dataset.Manifest, env pipeline.Env) (dataset.Manifest, error) {
	o := s.Options
	if len(in.Samples) == 0 {
		return in, fmt.Errorf("%w: no samples to split", dataset.ErrInvalid)
	}
	p, err := o.partition(in.Categories(), env.Key.With("partition"))
	if err != nil {
		return in, err
	}
	if !o.Partitioned() {
		env.Warn("no partition was given, so one was drawn: look at " + PartitionFile + ", and set split.known, split.unknown and split.unseen to what you mean")
	}
	t, key := count(in, p), env.Key.With("roles")
	salt := o.salt(t, key)
	out := o.assign(in, p, t, key, salt)
	if err := enough(out, p); err != nil {
		return in, err
	}
	s.warn(out, o.fit(t, key, salt), env)
	if err := atomicfile.Write(filepath.Join(env.Dir, PartitionFile), p.WriteCSV); err != nil {
		return in, err
	}
	lock := o.lock(out, env.Key.Uint64(), salt)
	env.Report(len(out.Samples), len(out.Samples), "samples")
	return out, atomicfile.Write(filepath.Join(env.Dir, LockFile), lock.write)
}

// warn tells of a split that is sound but not what a person would hope for.
func (s Stage) warn(m dataset.Manifest, f fit, env pipeline.Env) {
	if f.lacking > 0 || f.off > max(s.Options.Tolerance, 0.05) {
		env.Warn(fmt.Sprintf("shares lie up to %.0f %% from those asked for, as the groups are few or uneven: see %s", 100*f.off, LockFile))
	}
	if n := len(m.InRole(dataset.Unused).Samples); n > 0 {
		env.Warn(fmt.Sprintf("%d unseen samples are of groups in train or validation and stay unused, as a group has one role", n))
	}
}
