package split_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/rng"
	"github.com/gesturekit/gesturekit/split"
)

// taken gives each group a random day and its samples times in it, and a camera
// of the number given.
func taken(r *rand.Rand, samples []dataset.Sample, cameras int) []dataset.Sample {
	day, camera := map[string]time.Time{}, map[string]string{}
	for i := range samples {
		s := &samples[i]
		if _, ok := day[s.Group]; !ok {
			day[s.Group] = time.Date(2024, 1, 1+r.IntN(60), 8, 0, 0, 0, time.UTC)
			camera[s.Group] = fmt.Sprintf("camera %02d", r.IntN(cameras))
		}
		s.TakenAt = day[s.Group].Add(time.Duration(r.IntN(3600)) * time.Second).Format("2006-01-02T15:04:05")
		s.Camera = camera[s.Group]
	}
	return samples
}

// starts returns when the first sample of each group was taken.
func starts(m dataset.Manifest) map[string]string {
	first := map[string]string{}
	for _, s := range m.Samples {
		if at, ok := first[s.Group]; !ok || s.TakenAt < at {
			first[s.Group] = s.TakenAt
		}
	}
	return first
}

func byTime() split.Options {
	o := options()
	o.By = split.ByTime
	return o
}

func TestByTimeTheLastAreTheTest(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 1))
		samples := taken(r, captures(six(), 30, 2).Samples, 3)
		lock, out := planned(t, byTime(), samples, nil, r)
		if err := out.Validate(); err != nil {
			t.Fatal(err)
		}
		first, end, begin := starts(out), map[dataset.Role]string{}, map[dataset.Role]string{}
		for _, s := range out.Samples {
			if s.Role == dataset.Unused {
				continue
			}
			at := first[s.Group]
			end[s.Role] = max(end[s.Role], at)
			if begin[s.Role] == "" || at < begin[s.Role] {
				begin[s.Role] = at
			}
		}
		if !(end[dataset.Train] < begin[dataset.Validation] && end[dataset.Validation] < begin[dataset.Test]) {
			t.Errorf("seed %d: train ends at %s, validation is %s to %s, test begins at %s", seed,
				end[dataset.Train], begin[dataset.Validation], end[dataset.Validation], begin[dataset.Test])
		}
		if lock.Off > 0.05 || lock.From[dataset.Test] != begin[dataset.Test] || lock.From[dataset.Validation] != begin[dataset.Validation] {
			t.Errorf("seed %d: off %v, from %v, want %v", seed, lock.Off, lock.From, begin)
		}
	}
}

// With the lock, captures added later move no old group, and new groups fall
// behind or before the recorded times.
func TestByTimeGrowthMovesNothingOld(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 2))
		lock, before := planned(t, byTime(), taken(r, captures(six(), 20, 2).Samples, 3), nil, r)
		grown := slices.Clone(before.Samples)
		for i := range grown {
			grown[i].Partition, grown[i].Role = "", ""
		}
		later := captures(six(), 30, 1).Samples // the same twenty and ten more
		for i := range later {
			later[i].ID += "x"
			later[i].Path += "x"
		}
		now, after := planned(t, byTime(), append(grown, taken(r, later, 3)...), &lock, r)
		if n := now.Growth(lock); n.Moved > 0 {
			t.Fatalf("seed %d: %+v", seed, n)
		}
		first := starts(after)
		for _, s := range after.Samples {
			want := dataset.Train
			if _, old := lock.Groups[s.Group]; old || s.Role == dataset.Unused {
				continue
			} else if at := first[s.Group]; at >= lock.From[dataset.Test] {
				want = dataset.Test
			} else if at >= lock.From[dataset.Validation] {
				want = dataset.Validation
			}
			if s.Role != want {
				t.Errorf("seed %d: new group %s of %s is in %s, want %s", seed, s.Group, first[s.Group], s.Role, want)
			}
		}
	}
}

func TestByTimePartsNoMoment(t *testing.T) {
	samples := captures(six(), 12, 1).Samples
	for i := range samples { // four persons a day
		samples[i].TakenAt = "2024-05-0" + string('1'+samples[i].Group[3]%3) + "T10:00:00+02:00"
	}
	_, out := planned(t, byTime(), samples, nil, rand.New(rand.NewPCG(1, 1)))
	role := map[string]dataset.Role{}
	for _, s := range out.Samples {
		if s.Role == dataset.Unused {
			continue
		}
		if was, ok := role[s.TakenAt]; ok && was != s.Role {
			t.Fatalf("%s is in %s and in %s", s.TakenAt, was, s.Role)
		}
		role[s.TakenAt] = s.Role
	}
	if role["2024-05-01T10:00:00+02:00"] != dataset.Train || role["2024-05-02T10:00:00+02:00"] != dataset.Validation || role["2024-05-03T10:00:00+02:00"] != dataset.Test {
		t.Errorf("roles %v", role)
	}
}

func TestNoCameraIsInTwoRoles(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 4))
		o := options()
		o.By = split.ByCamera
		lock, out := planned(t, o, taken(r, captures(six(), 60, 1).Samples, 15), nil, r)
		if err := out.Validate(); err != nil {
			t.Fatal(err)
		}
		role := map[string]dataset.Role{}
		for _, s := range out.Samples {
			if s.Role == dataset.Unused {
				continue
			}
			if was, ok := role[s.Camera]; ok && was != s.Role {
				t.Fatalf("seed %d: %s is in %s and in %s", seed, s.Camera, was, s.Role)
			}
			role[s.Camera] = s.Role
		}
		if len(role) != len(lock.Groups) || lock.By != split.ByCamera {
			t.Errorf("seed %d: %d cameras, %d in the lock by %q", seed, len(role), len(lock.Groups), lock.By)
		}
	}
}

func TestLeaveOneCameraOut(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 5))
	o := options()
	o.By, o.LeaveOut = split.ByCamera, []string{"camera 03"}
	_, out := planned(t, o, taken(r, captures(six(), 60, 1).Samples, 8), nil, r)
	for _, s := range out.Samples {
		if s.Partition != dataset.Unseen && (s.Role == dataset.Test) != (s.Camera == "camera 03") {
			t.Fatalf("%s of %s is in %s", s.ID, s.Camera, s.Role)
		}
	}
}

func TestWhatByTimeAndCameraNeed(t *testing.T) {
	for name, c := range map[string]struct {
		by    split.By
		spoil func([]dataset.Sample)
		want  string
	}{
		"no time":     {split.ByTime, func(s []dataset.Sample) { without(s, "p003"); without(s, "p007") }, `of 2 of 12 groups no sample tells when it was taken, "p003" being the first`},
		"one moment":  {split.ByTime, func(s []dataset.Sample) { same(s) }, "begin at 1 different times: want at least 3"},
		"no camera":   {split.ByCamera, func(s []dataset.Sample) { without(s, "p003") }, "of 12 of 144 samples the camera is not known"},
		"two cameras": {split.ByCamera, func(s []dataset.Sample) { s[0].Camera = "other" }, `1 groups have samples of several cameras, "p000" being the first`},
		"two in all":  {split.ByCamera, func(s []dataset.Sample) { twoCameras(s) }, "there are 2 cameras, and a split needs at least 3; capture with more of them"},
		"one camera":  {split.ByCamera, func(s []dataset.Sample) { same(s) }, "there are 1 cameras, and a split needs at least 3"},
	} {
		samples := taken(rand.New(rand.NewPCG(1, 6)), captures(six(), 12, 2).Samples, 6)
		c.spoil(samples)
		o := options()
		o.By = c.by
		_, _, err := split.Stage{Options: o}.PlanFrom(dataset.New(samples), rng.New(1).With("split"), nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func without(samples []dataset.Sample, group string) {
	for i := range samples {
		if samples[i].Group == group {
			samples[i].TakenAt, samples[i].Camera = "", ""
		}
	}
}

func twoCameras(samples []dataset.Sample) {
	for i := range samples {
		samples[i].Camera = "one"
		if samples[i].Group > "p005" {
			samples[i].Camera = "two"
		}
	}
}

func same(samples []dataset.Sample) {
	for i := range samples {
		samples[i].TakenAt, samples[i].Camera = "2024-05-01T10:00:00", "one"
	}
}

func TestBurstsAreToldAloud(t *testing.T) {
	m := captures(six(), 20, 1)
	for i := range m.Samples {
		m.Samples[i].Group = dataset.BurstPrefix + m.Samples[i].Group
	}
	p, _, err := split.Stage{Options: options()}.Plan(m, rng.New(1).With("split"))
	if err != nil {
		t.Fatal(err)
	}
	if lock := p.Lock(); lock.InBursts != 120 || lock.Ungrouped != 0 || !strings.Contains(strings.Join(p.Warnings, "\n"), "of 120 of 120 samples neither person nor session is known, only bursts by time") {
		t.Errorf("%d in bursts, warnings %q", lock.InBursts, p.Warnings)
	}
}
