package split_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/split"
)

func text(t *testing.T, l split.Lock) string {
	t.Helper()
	var b bytes.Buffer
	if err := l.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// mixed are samples of few groups, of which some have samples of one category
// or of unseen ones only, some are unnamed, and some are bursts.
func mixed(r *rand.Rand) []dataset.Sample {
	samples := captures(six(), 20, 2).Samples
	samples = slices.DeleteFunc(samples, func(s dataset.Sample) bool {
		switch s.Group {
		case "p000", "p001":
			return s.Category != "call"
		case "p002", "p003":
			return s.Category != "idle"
		}
		return s.Category == "idle" && s.Group > "p005"
	})
	for i := range samples {
		switch s := &samples[i]; s.Group {
		case "p007", "p008":
			s.Group = "00a" + s.Group[1:] + "00"
			s.SHA256 = fmt.Sprintf("%s%056x", s.Group, i)
		case "p009":
			s.Group = dataset.BurstPrefix + "1"
			s.SHA256 = fmt.Sprintf("%012x%052x", i, 0)
		}
	}
	return taken(r, samples, 7)
}

// kinds are options under which splits are made in every way.
func kinds() map[string]split.Options {
	kinds := map[string]split.Options{}
	for _, name := range []string{"group", "folds", "left out", "time", "camera", "shares"} {
		o := options()
		switch name {
		case "group":
			o.Salt = 3 // under which groups have to be settled
		case "folds":
			o.Folds, o.Fold, o.Repeat = 4, 1, 2
		case "left out":
			o.LeaveOut = []string{"p004", "p006"}
		case "time":
			o.By = split.ByTime
		case "camera":
			o.By = split.ByCamera
		case "shares":
			o.Validation, o.Test, o.Tolerance = 1./3, 1./7, 0
		}
		kinds[name] = o
	}
	return kinds
}

func TestRecomputeGivesTheLockBack(t *testing.T) {
	for name, o := range kinds() {
		for seed := range uint64(20) {
			r := rand.New(rand.NewPCG(seed, 3))
			lock, out := planned(t, o, mixed(r), nil, r)
			got, err := lock.Recompute(out)
			if err != nil {
				t.Fatalf("%s, seed %d: %v", name, seed, err)
			}
			if diff := cmp.Diff(text(t, lock), text(t, got)); diff != "" {
				t.Errorf("%s, seed %d: %s", name, seed, diff)
			}
		}
	}
}

// TestRecomputeFindsEveryEdit changes a digit or letter in each line of a lock,
// one after the other. Only what cannot be worked out from samples goes unseen.
func TestRecomputeFindsEveryEdit(t *testing.T) {
	last := regexp.MustCompile(`[0-9a-z]("?,?)$`)
	for name, want := range map[string][]string{
		"group": {"category", "salt", "seed", "settled", "tolerance"}, "folds": {"category", "repeat", "salt", "seed", "tolerance"},
		"left out": {"category", "salt", "seed", "tolerance"}, "time": {"category", "from", "seed", "tolerance"},
		"camera": {"category", "salt", "seed", "tolerance"},
	} {
		r := rand.New(rand.NewPCG(2, 3))
		lock, out := planned(t, kinds()[name], mixed(r), nil, r)
		lines := strings.SplitAfter(text(t, lock), "\n")
		section, unseen, tried := "", map[string]bool{}, 0
		for i, line := range lines {
			if key := regexp.MustCompile(`^  "([a-z_]+)":`).FindStringSubmatch(line); key != nil {
				section = key[1]
			} else if strings.Contains(line, `"category":`) {
				section = "category" // its name: it may be that of before a merger
			} else if section == "category" {
				section = "categories"
			}
			line = strings.TrimSuffix(line, "\n")
			at := last.FindStringIndex(line)
			if at == nil { // brackets
				continue
			}
			edited := []byte(line)
			if edited[at[0]]++; edited[at[0]] == '9'+1 || edited[at[0]] == 'z'+1 {
				edited[at[0]] -= 2
			}
			changed := strings.Join(lines[:i], "") + string(edited) + "\n" + strings.Join(lines[i+1:], "")
			tried++
			l, err := split.ParseLock([]byte(changed))
			if err != nil {
				continue
			}
			if now, err := l.Recompute(out); err == nil && text(t, now) == changed {
				unseen[section] = true
			}
		}
		if tried < 60 {
			t.Errorf("%s: only %d lines were tried", name, tried)
		}
		var got []string
		for section := range unseen {
			got = append(got, section)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: edits of %q go unseen, want %q", name, got, want)
		}
	}
}

func TestRecomputeFindsOtherRolesAndSamples(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 3))
	for name, c := range map[string]struct {
		change func(*split.Lock, []dataset.Sample) []dataset.Sample
		want   string // in the error; "" for another lock
	}{
		"role": {func(_ *split.Lock, s []dataset.Sample) []dataset.Sample {
			i := slices.IndexFunc(s, func(s dataset.Sample) bool { return s.Role == dataset.Train })
			s[i].Role = dataset.Validation
			return s
		}, `has the role validation: by its group "`},
		"one more": {func(_ *split.Lock, s []dataset.Sample) []dataset.Sample {
			more := s[0]
			more.ID += "x"
			return append(s, more)
		}, ""},
		"one less": {func(_ *split.Lock, s []dataset.Sample) []dataset.Sample { return s[1:] }, ""},
		"a group more": {func(_ *split.Lock, s []dataset.Sample) []dataset.Sample {
			more := s[0]
			more.ID, more.Group = more.ID+"x", "nobody"
			return append(s, more)
		}, `group "nobody" of the samples is not in it`},
		"a group less": {func(_ *split.Lock, s []dataset.Sample) []dataset.Sample {
			gone := s[0].Group
			return slices.DeleteFunc(s, func(s dataset.Sample) bool { return s.Group == gone })
		}, ""},
		"partition": {func(_ *split.Lock, s []dataset.Sample) []dataset.Sample {
			for i := range s {
				if s[i].Category == "ok" {
					s[i].Partition = dataset.Known
				}
			}
			return s
		}, ""},
		"no bin": {func(l *split.Lock, s []dataset.Sample) []dataset.Sample {
			l.Groups[s[0].Group] = "fold-1 2 00"
			return s
		}, `says "fold-1 2 00" of group`},
		"shares": {func(l *split.Lock, s []dataset.Sample) []dataset.Sample {
			l.Asked[dataset.Test] = 0.5
			return s
		}, "the shares asked for sum to 1.3, want 1"},
		"folds": {func(l *split.Lock, s []dataset.Sample) []dataset.Sample {
			l.Folds = 1 << 40
			return s
		}, "split.folds is 1099511627776, but there are"},
		"by": {func(l *split.Lock, s []dataset.Sample) []dataset.Sample {
			l.By = "mood"
			return s
		}, `split.by is "mood"`},
	} {
		lock, out := planned(t, options(), mixed(r), nil, r)
		m := dataset.New(c.change(&lock, out.Samples))
		got, err := lock.Recompute(m)
		if c.want == "" && (err != nil || text(t, got) == text(t, lock)) {
			t.Errorf("%s: got the same lock, or %v", name, err)
		}
		if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

// Merged categories are known by their sums alone.
func TestRecomputeOfMergedCategories(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 3))
	lock, out := planned(t, options(), mixed(r), nil, r)
	merged := out.Clone()
	for i := range merged.Samples {
		switch s := &merged.Samples[i]; s.Category {
		case "palm":
			s.Category = "peace"
		case "ok":
			s.Category = "nothing"
		}
	}
	got, err := lock.Recompute(merged)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text(t, lock), text(t, got)); diff != "" {
		t.Error(diff)
	}
	lock.Categories[0].Samples[dataset.Test]++ // "call", which was not merged
	if got, err := lock.Recompute(merged); err != nil || text(t, got) == text(t, lock) {
		t.Errorf("another sum by category is not found: %v", err)
	}
}
