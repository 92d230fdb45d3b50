package split

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/rng"
)

// Stage gives every sample its partition and role. It writes the manifest,
// partition.csv and split.lock.json, and copies no image.
type Stage struct{ Options Options }

// Name returns "split".
func (Stage) Name() string { return "split" }

// Version identifies the algorithm.
func (Stage) Version() string { return "split/5 " + algorithm }

// Settings returns the options. Where the partition file and the lock lie is
// not part of them: their content is an input.
func (s Stage) Settings() any {
	for _, name := range []*string{&s.Options.Partition, &s.Options.Lock} {
		if *name != "" {
			*name = "file"
		}
	}
	return s.Options
}

// Inputs returns the partition file, if one is set, and the lock, if it exists.
func (s Stage) Inputs() (in []string) {
	if s.Options.Partition != "" {
		in = append(in, s.Options.Partition)
	}
	if s.Options.Lock != "" {
		if _, err := os.Stat(s.Options.Lock); err == nil {
			in = append(in, s.Options.Lock)
		}
	}
	return in
}

// Plan returns the split of a manifest and the manifest with it. It writes
// nothing. A lock that does not exist yet is none.
func (s Stage) Plan(in dataset.Manifest, key rng.Key) (*Plan, dataset.Manifest, error) {
	old, err := s.kept()
	if err != nil {
		return nil, in, err
	}
	p, out, err := s.PlanFrom(in, key, old)
	return s.reminded(p), out, err
}

// NewTally returns an empty tally for PlanTally. A lock that does not exist yet
// is none.
func (s Stage) NewTally() (*Tally, error) {
	old, err := s.kept()
	if err != nil {
		return nil, err
	}
	return s.Options.NewTally(old), nil
}

// PlanTally is Plan for samples that were counted as they came by.
func (s Stage) PlanTally(t *Tally, key rng.Key) (*Plan, error) {
	p, err := s.Options.Plan(t, key)
	return s.reminded(p), err
}

// reminded adds to a plan's warnings that the lock named is not there.
func (s Stage) reminded(p *Plan) *Plan {
	if p != nil && s.Options.Lock != "" && !p.locked {
		p.Warnings = append(p.Warnings, fmt.Sprintf("split.lock is %s, which is not there: every group was dealt as without it; gesturekit split update writes it", s.Options.Lock))
	}
	return p
}

func (s Stage) kept() (*Lock, error) {
	if s.Options.Lock == "" {
		return nil, nil
	}
	l, err := ReadLock(s.Options.Lock)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return l, err
}

// PlanFrom is Plan with a lock at hand, or none.
func (s Stage) PlanFrom(in dataset.Manifest, key rng.Key, old *Lock) (*Plan, dataset.Manifest, error) {
	p, err := s.Options.Plan(s.Options.tallyOf(in, old), key)
	if err != nil {
		return nil, in, err
	}
	out := in.Clone()
	for i := range out.Samples {
		p.Apply(&out.Samples[i])
		p.Digest(&out.Samples[i])
	}
	return p, out, nil
}

// Run splits the samples of in.
func (s Stage) Run(_ context.Context, in dataset.Manifest, env pipeline.Env) (dataset.Manifest, error) {
	p, out, err := s.Plan(in, env.Key)
	if err != nil {
		return in, err
	}
	lock := p.Lock()
	for _, w := range append(p.Warnings, s.moved(lock, out, p.locked, env)...) {
		env.Warn(w)
	}
	env.Report(len(out.Samples), len(out.Samples), "samples")
	return out, errors.Join(
		atomicfile.Write(filepath.Join(env.Dir, PartitionFile), p.Partition.WriteCSV),
		atomicfile.Write(filepath.Join(env.Dir, LockFile), lock.Write),
	)
}

// moved tells when captures are in another role than in the recorded split, or
// drawn categories in another partition, for what was added.
func (s Stage) moved(lock Lock, m dataset.Manifest, locked bool, env pipeline.Env) []string {
	old, err := ReadLock(filepath.Join(env.Output(s.Name()), LockFile))
	if err != nil || len(lock.settings(*old)) > 0 { // no split yet, or one of other settings
		return nil
	}
	const seen = ": a model trained before may have seen what is now the test"
	keep := func(what string) string {
		if locked {
			return ""
		}
		return fmt.Sprintf(". To keep old %s where they were, set split.lock, which gesturekit split update writes", what)
	}
	var out []string
	if n := len(lock.moves(*old)); n > 0 {
		why := "as captures were added"
		switch {
		case locked:
			why = "as the split lock says or for groups that are one now"
		case lock.By == ByTime:
			why += " and the last ones are the test"
		case lock.Salt != old.Salt:
			why = fmt.Sprintf("as the salt changed from %d to %d (split.salt: %[1]d brings it back)", old.Salt, lock.Salt)
		}
		out = append(out, fmt.Sprintf("%s moved to another role or fold than in the last split, %s", plural(n, "group"), why)+seen+keep("groups"))
	}
	if _, changed := lock.categoryDifferences(*old); len(changed) > 0 && !s.Options.Partitioned() {
		out = append(out, fmt.Sprintf("drawn anew, as there are other categories: %s. To keep old categories where they were, set split.lock, which gesturekit split update writes, or split.partition", strings.Join(limited(changed, maxDifferences), "; ")))
	}
	before, err := dataset.Read(env.Output(s.Name()))
	if err != nil {
		return out
	}
	if n, was, is := s.Options.By.regrouped(before, m); n > 0 {
		out = append(out, fmt.Sprintf("%s in another role than in the last split, as they are in other groups, such as %q in place of %q (bursts and near-duplicates without a person or session are named after their first capture)", plural(n, "capture"), is, was)+seen+keep("captures"))
	}
	return out
}

// regrouped counts the captures of another role and another group than before, and
// returns the groups of the first one.
func (b By) regrouped(before, now dataset.Manifest) (n int, was, is string) {
	old := make(map[string]*dataset.Sample, len(before.Samples))
	for i := range before.Samples {
		old[before.Samples[i].SHA256] = &before.Samples[i]
	}
	for i := range now.Samples {
		s := &now.Samples[i]
		if o := old[s.SHA256]; o != nil && b.unit(o) != b.unit(s) && o.Role != s.Role {
			if n++; n == 1 {
				was, is = b.unit(o), b.unit(s)
			}
		}
	}
	return n, was, is
}
