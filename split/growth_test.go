package split_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/rng"
	"github.com/gesturekit/gesturekit/split"
)

// planned splits the samples in a random order.
func planned(t *testing.T, o split.Options, samples []dataset.Sample, old *split.Lock, r *rand.Rand) (split.Lock, dataset.Manifest) {
	t.Helper()
	shuffled := append([]dataset.Sample(nil), samples...)
	r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	p, out, err := split.Stage{Options: o}.PlanFrom(dataset.New(shuffled), rng.New(1).With("split"), old)
	if err != nil {
		t.Fatal(err)
	}
	return p.Lock(), out
}

// someone makes the samples of a new group: up to three each of some of the
// categories, and of those added later at least one.
func someone(r *rand.Rand, categories []string, group string) (out []dataset.Sample) {
	for _, c := range categories {
		for f := range max(len(c)/4, r.IntN(4)) {
			id := fmt.Sprintf("%s-%s-%08x", c, group, f)
			out = append(out, dataset.Sample{ID: id, Path: id + ".jpg", Category: c, Group: group, Label: dataset.NoLabel})
		}
	}
	return out
}

// A dataset that grows by groups, by samples of old groups and by categories
// moves no old group and no old drawn category, whatever the order of samples.
func TestGrowthMovesNothingOld(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 7))
		o := split.Default()
		switch seed % 3 {
		case 1:
			o.Folds, o.Fold = 4, int(seed%4)
		case 2:
			o.Draw = split.Draw{Unknown: 2, Unseen: 1}
		}
		categories := []string{"a", "b", "c", "d", "e", "f"}
		var samples []dataset.Sample
		for p := range 12 + r.IntN(10) {
			samples = append(samples, someone(r, categories, fmt.Sprintf("p%03d", p))...)
		}
		lock, before := planned(t, o, samples, nil, r)
		for step := range 5 {
			if r.IntN(2) == 0 {
				categories = append(categories, fmt.Sprintf("new%d", step))
			}
			for p := range 4 + r.IntN(8) {
				samples = append(samples, someone(r, categories, fmt.Sprintf("q%d-%d", step, p))...)
			}
			for _, s := range someone(r, categories, "p001") {
				s.ID += fmt.Sprintf("-%d", step)
				s.Path = s.ID + ".jpg"
				samples = append(samples, s)
			}
			old := lock
			var after dataset.Manifest
			lock, after = planned(t, o, samples, &old, r)
			if n := lock.Growth(old); n.Moved > 0 {
				t.Fatalf("seed %d, step %d: %+v", seed, step, n)
			}
			now := map[string]dataset.Sample{}
			for _, s := range after.Samples {
				now[s.ID] = s
			}
			for _, s := range before.Samples {
				if n := now[s.ID]; n.Partition != s.Partition || n.Role != s.Role {
					t.Fatalf("seed %d, step %d: %s moved from %s %s to %s %s", seed, step, s.ID, s.Partition, s.Role, n.Partition, n.Role)
				}
			}
			if again, _ := planned(t, o, samples, &lock, r); len(again.Differences(lock)) > 0 {
				t.Fatalf("seed %d, step %d: an update with nothing new gives %q", seed, step, again.Differences(lock))
			}
			before = after
		}
	}
}

// With a drawn partition and the lock, taking away one category moves no other.
func TestRemovedCategoryMovesNoOther(t *testing.T) {
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 3))
		all := captures([]string{"a", "b", "c", "d", "e", "f", "g", "h"}, 12, 2).Samples
		lock, before := planned(t, split.Default(), all, nil, r)
		gone := string(rune('a' + r.IntN(8)))
		var rest []dataset.Sample
		for _, s := range all {
			if s.Category != gone {
				rest = append(rest, s)
			}
		}
		was := map[string]dataset.Partition{}
		for _, s := range before.Samples {
			was[s.Category] = s.Partition
		}
		_, after := planned(t, split.Default(), rest, &lock, r)
		for _, s := range after.Samples {
			if s.Partition != was[s.Category] {
				t.Fatalf("without %s, %s is %s in place of %s", gone, s.Category, s.Partition, was[s.Category])
			}
		}
	}
}

func TestLockOfOtherSettingsIsRefused(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	samples := captures(six(), 12, 2).Samples
	samples = taken(r, samples, 4)
	lock, _ := planned(t, options(), samples, nil, r)
	for name, c := range map[string]struct {
		change func(*split.Options)
		want   string
	}{
		"share":  {func(o *split.Options) { o.Test = 0.3 }, "the share of test changed from 0.2 to 0.3"},
		"folds":  {func(o *split.Options) { o.Folds = 4 }, "split.folds changed from 0 to 4"},
		"repeat": {func(o *split.Options) { o.Repeat = 1 }, "split.repeat changed from 0 to 1"},
		"by":     {func(o *split.Options) { o.By = split.ByCamera }, "split.by changed from group to camera"},
		"salt":   {func(o *split.Options) { o.Salt = lock.Salt + 1 }, "split.salt"},
	} {
		o := options()
		c.change(&o)
		_, _, err := split.Stage{Options: o}.PlanFrom(dataset.New(samples), rng.New(1).With("split"), &lock)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	_, _, err := split.Stage{Options: options()}.PlanFrom(dataset.New(samples), rng.New(2).With("split"), &lock)
	if err == nil || !strings.Contains(err.Error(), "the seed's key changed") {
		t.Errorf("seed: got %v", err)
	}
}

func TestDifferencesNameWhatChanged(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	samples := captures(six(), 12, 2).Samples
	lock, _ := planned(t, options(), samples, nil, r)
	var changed []dataset.Sample
	for _, s := range samples {
		switch {
		case s.Group == "p003":
			continue
		case s.Group == "p004" && strings.HasSuffix(s.ID, "1"):
			s.ID = strings.TrimSuffix(s.ID, "1") + "9"
		case s.Group == "p005" && s.Category == "fist":
			continue
		}
		changed = append(changed, s)
	}
	changed = append(changed, someone(r, six(), "new")...)
	o := options()
	o.Salt = lock.Salt
	o.Known, o.Unknown = []string{"fist", "palm"}, []string{"idle", "ok", "peace"}
	now, _ := planned(t, o, changed, nil, r)
	text := strings.Join(now.Differences(lock), "\n")
	for _, want := range []string{
		`category "peace" changed from known to unknown`, `group "new" was added to`, `group "p003" (`, "was removed",
		`group "p004" (`, "has other samples than before, 12 in number", `has 10 samples in place of 12`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	if d := now.Differences(now); len(d) > 0 {
		t.Errorf("a lock differs from itself: %q", d)
	}
	moved := now
	moved.Groups = map[string]string{}
	for g, entry := range now.Groups {
		moved.Groups[g] = strings.Replace(entry, "train", "test", 1)
	}
	if d := moved.Differences(now); len(d) == 0 || !strings.Contains(d[0], "moved from train to test") {
		t.Errorf("moved groups give %q", d)
	}
	if n := moved.Growth(now); n.Moved == 0 || n.Moved+n.Stayed != len(now.Groups) {
		t.Errorf("moved groups count as %+v", n)
	}
}

func TestLockReadsBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	dir := t.TempDir()
	lock, _ := planned(t, options(), captures(six(), 12, 2).Samples, nil, r)
	name := filepath.Join(dir, split.LockFile)
	writeFile(t, name, lock.Write)
	got, err := split.ReadLock(name)
	if err != nil || len(got.Differences(lock)) > 0 || got.Result != lock.Result {
		t.Errorf("read back: %v, %v", got, err)
	}
	for text, want := range map[string]string{
		"{":                   name,
		`{"algorithm":"old"}`: `algorithm "old"`,
		`{"algorithm":"` + lock.Algorithm + `","groups":3}`: "cannot unmarshal",
	} {
		writeText(t, name, text)
		if _, err := split.ReadLock(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

// Where nobody knows the person, a group is named by the content of one of its
// samples, the others being its near-duplicates; each counts.
func TestSamplesWithoutGroupAreToldAloud(t *testing.T) {
	m := captures(six(), 20, 1)
	for i := range m.Samples {
		s := &m.Samples[i]
		if i < 30 {
			s.SHA256 = fmt.Sprintf("%08x%056d", i, 0)
			if s.Group = s.SHA256[:8]; i%3 == 2 {
				s.Group = m.Samples[i-1].Group
			}
		}
		s.Camera = s.Group
	}
	for _, by := range []split.By{split.ByGroup, split.ByCamera} {
		o := options()
		o.By = by
		p, _, err := split.Stage{Options: o}.PlanFrom(m, rng.New(1).With("split"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if l := p.Lock(); l.Ungrouped != 30 || l.Spanning != 21 || len(l.Groups) != 40 {
			t.Errorf("by %s: %d ungrouped, %d spanning of %d groups, want 30, 21 and 40", by, l.Ungrouped, l.Spanning, len(l.Groups))
		}
		if !strings.Contains(strings.Join(p.Warnings, "\n"), "of 30 of 120 samples neither person nor session is known") {
			t.Errorf("by %s: warnings %q", by, p.Warnings)
		}
	}
}

// A group of unseen samples alone is tested once over the folds, and it stays where it
// was when it gets others, or when a group loses all but its unseen ones.
func TestUnseenGroupsStay(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	of := func(category string, groups ...int) (out []dataset.Sample) {
		for _, g := range groups {
			id := fmt.Sprintf("%s-p%03d", category, g)
			out = append(out, dataset.Sample{ID: id, Path: id + ".jpg", Category: category, Group: fmt.Sprintf("p%03d", g), Label: dataset.NoLabel})
		}
		return out
	}
	many := func(from, to int) (out []int) {
		for i := from; i < to; i++ {
			out = append(out, i)
		}
		return out
	}
	all := append(of("fist", many(0, 30)...), append(of("idle", many(0, 30)...), of("wave", many(0, 40)...)...)...)
	for name, folds := range map[string]int{"shares": 0, "folds": 3, "left out": 0} {
		tested := map[string]int{}
		for fold := range max(1, folds) {
			o := split.Default()
			if name == "left out" {
				o.LeaveOut = []string{"p005"}
			}
			o.Known, o.Unknown, o.Unseen, o.Folds, o.Fold = []string{"fist"}, []string{"idle"}, []string{"wave"}, folds, fold
			lock, before := planned(t, o, all, nil, r)
			was := map[string]dataset.Role{}
			for _, s := range before.Samples {
				was[s.ID] = s.Role
				if s.Group >= "p030" && s.Role == dataset.Test {
					tested[s.Group]++
				}
			}
			grown := append(slices.Clone(all), of("fist", many(30, 40)...)...)
			less := slices.DeleteFunc(slices.Clone(all), func(s dataset.Sample) bool { return s.Category != "wave" && s.Group < "p004" })
			for _, samples := range [][]dataset.Sample{grown, less} {
				now, after := planned(t, o, samples, &lock, r)
				if n := now.Growth(lock); n.Moved > 0 {
					t.Errorf("%s: %+v", name, n)
				}
				for _, s := range after.Samples {
					if role, ok := was[s.ID]; ok && role != s.Role {
						t.Errorf("%s: %s moved from %s to %s", name, s.ID, role, s.Role)
					}
				}
				if _, err := now.Recompute(after); err != nil {
					t.Error(err)
				}
			}
		}
		for g := 30; g < 40; g++ {
			if n := tested[fmt.Sprintf("p%03d", g)]; n != 1 {
				t.Errorf("%s: p%03d is tested %d times", name, g, n)
			}
		}
	}
}

// A lock whose entries say no role is refused, not taken for one that is silent.
func TestBrokenEntriesAreRefused(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	o := split.Default()
	var samples []dataset.Sample
	for p := range 12 {
		samples = append(samples, someone(r, []string{"aaaa", "bbbb", "cccc", "dddd"}, fmt.Sprintf("p%03d", p))...)
	}
	lock, _ := planned(t, o, samples, nil, r)
	lock.Groups["p001"] = "x" + lock.Groups["p001"]
	_, _, err := split.Stage{Options: o}.PlanFrom(dataset.New(samples), rng.New(1).With("split"), &lock)
	if !errors.Is(err, dataset.ErrInvalid) || !strings.Contains(err.Error(), `of group "p001": want a role or fold`) {
		t.Errorf("got %v", err)
	}
	if _, err := split.ParseLock([]byte(`{"algorithm":"` + lock.Algorithm + `","groups":{}}`)); err == nil || !strings.Contains(err.Error(), "it names no group") {
		t.Errorf("without groups: %v", err)
	}
}

// Another person may be left out under one lock, and counts as moved.
func TestLeavingOutAnotherPersonKeepsTheLock(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 4))
	samples := captures(six(), 9, 2).Samples
	o := options()
	o.LeaveOut = []string{"p001"}
	lock, _ := planned(t, o, samples, nil, r)
	o.LeaveOut = []string{"p002"}
	now, _ := planned(t, o, samples, &lock, r)
	if n := now.Growth(lock); n.Moved != 2 || n.Stayed != 7 {
		t.Errorf("%+v: %q", n, now.Differences(lock))
	}
}
