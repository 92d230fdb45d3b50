package split

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/gesturekit/gesturekit/dataset"
)

// By says what decides the role of a sample.
type By string

// Groups are dealt by a hash of their names; or they are put in the order in
// which they were taken, the last ones being the test; or whole cameras are
// dealt as groups are.
const (
	ByGroup  By = "group"
	ByTime   By = "time"
	ByCamera By = "camera"
)

func (o Options) validateBy() (errs []error) {
	switch o.By {
	case ByGroup, ByCamera:
	case ByTime:
		for _, s := range []struct {
			key string
			set bool
		}{{"folds", o.Folds != 0}, {"leave_out", len(o.LeaveOut) > 0}, {"repeat", o.Repeat != 0}, {"salt", o.Salt != -1}} {
			if s.set {
				errs = append(errs, fmt.Errorf("split.%s is set, but split.by is time: the order in time decides, and nothing is drawn; unset one or the other", s.key))
			}
		}
	default:
		errs = append(errs, fmt.Errorf("split.by is %q, want %s, %s or %s", o.By, ByGroup, ByTime, ByCamera))
	}
	return errs
}

// unit returns the name of what the sample has its role with.
func (b By) unit(s *dataset.Sample) string {
	if b == ByCamera {
		return s.Camera
	}
	return s.Group
}

// untimed is the start of a group of which no sample tells when it was taken.
const untimed = math.MaxInt64

// lacks says what is missing for a split by time or camera.
func (t table) lacks() error {
	switch t.by {
	case ByTime:
		var without []string
		for g, start := range t.starts {
			if start == untimed {
				without = append(without, t.groups[g])
			}
		}
		if len(without) > 0 {
			return fmt.Errorf("split.by is time, but of %d of %d groups no sample tells when it was taken, %q being the first: give the times with ingest.groups.file and its column taken_at, leave these captures out, or set split.by to group", len(without), len(t.groups), without[0])
		}
	case ByCamera:
		var errs []error
		if t.uncamered > 0 {
			errs = append(errs, fmt.Errorf("split.by is camera, but of %d of %d samples the camera is not known: give it with ingest.groups.file and its column camera, leave these captures out, or set split.by to group", t.uncamered, t.samples))
		}
		if len(t.shared) > 0 {
			errs = append(errs, fmt.Errorf("split.by is camera, but %d groups have samples of several cameras, %q being the first, and a group has one role: name the groups by person and camera, or set split.by to group", len(t.shared), t.shared[0]))
		}
		return errors.Join(errs...)
	}
	return nil
}

// inTime returns the bin of each group by when its first sample was taken, and
// from when on a group is in validation and in the test: the cuts of old, or
// else those that bring the shares of the known and unknown samples, counted in
// trained, next to those asked for, the test's first. Groups that begin at the
// same time are never parted. Groups of old stay where they are, which is kept.
func (p *Plan) inTime(trained table, old *Lock, kept []string) (in []int, from map[dataset.Role]string, err error) {
	if old != nil {
		from = old.From
	} else if from, err = p.cuts(trained); err != nil {
		return nil, nil, err
	}
	begin := map[dataset.Role]int64{}
	for _, r := range []dataset.Role{dataset.Validation, dataset.Test} {
		at, err := dataset.WallTime(from[r])
		if err != nil {
			return nil, nil, fmt.Errorf("%w: split lock: from %s: %w", dataset.ErrInvalid, r, err)
		}
		begin[r] = at.Unix()
	}
	in = make([]int, len(p.all.groups))
	for g := range p.all.groups {
		r := dataset.Train
		if start := p.all.starts[g]; start >= begin[dataset.Test] {
			r = dataset.Test
		} else if start >= begin[dataset.Validation] {
			r = dataset.Validation
		}
		in[g] = p.bins.index(cmp.Or(kept[g], string(r)))
	}
	return in, from, nil
}

func (p *Plan) cuts(trained table) (map[dataset.Role]string, error) {
	type moment struct {
		at      int64
		samples int
	}
	var moments []moment
	total := 0
	for g := range trained.groups {
		n := 0
		for _, c := range trained.of(g) {
			n += int(c.samples)
		}
		if n > 0 {
			moments = append(moments, moment{trained.starts[g], n})
			total += n
		}
	}
	slices.SortFunc(moments, func(a, b moment) int { return cmp.Compare(a.at, b.at) })
	merged := moments[:0]
	for _, m := range moments {
		if last := len(merged) - 1; last >= 0 && merged[last].at == m.at {
			merged[last].samples += m.samples
		} else {
			merged = append(merged, m)
		}
	}
	if len(merged) < 3 {
		return nil, fmt.Errorf("%w: split.by is time, but the groups of known and unknown samples begin at %d different times: want at least 3, for train, validation and test", dataset.ErrInvalid, len(merged))
	}
	// cut returns from where the moments before end hold next to share, with at
	// least one of them, and least before them.
	cut := func(end, least int, share float64) int {
		best, off, sum := end-1, math.Inf(1), 0
		for i := end - 1; i >= least; i-- {
			sum += merged[i].samples
			if d := math.Abs(float64(sum) - share*float64(total)); d < off {
				best, off = i, d
			}
		}
		return best
	}
	test := cut(len(merged), 2, p.o.Test)
	validation := cut(test, 1, p.o.Validation)
	wall := func(i int) string { return time.Unix(merged[i].at, 0).UTC().Format("2006-01-02T15:04:05") }
	return map[dataset.Role]string{dataset.Test: wall(test), dataset.Validation: wall(validation)}, nil
}
