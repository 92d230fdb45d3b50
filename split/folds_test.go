package split_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/split"
)

func writeFile(t *testing.T, name string, write func(io.Writer) error) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := write(f); err != nil {
		t.Fatal(err)
	}
}

func writeText(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func groupRoles(m dataset.Manifest) map[string]dataset.Role {
	roles := map[string]dataset.Role{}
	for _, s := range m.Samples {
		if s.Role != dataset.Unused {
			roles[s.Group] = s.Role
		}
	}
	return roles
}

func TestEveryGroupIsTestedInOneFold(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	samples := slices.DeleteFunc(captures(six(), 23, 2).Samples, func(s dataset.Sample) bool {
		return s.Group > "p019" && s.Category != "call" // groups of unseen samples only
	})
	tested, validated := map[string]int{}, map[string]int{}
	var groups map[string]string
	for fold := range 5 {
		o := options()
		o.Folds, o.Fold = 5, fold
		lock, out := planned(t, o, samples, nil, r)
		if err := out.Validate(); err != nil {
			t.Fatal(err)
		}
		for g, role := range groupRoles(out) {
			switch role {
			case dataset.Test:
				tested[g]++
			case dataset.Validation:
				validated[g]++
			}
		}
		if groups == nil {
			groups = lock.Groups
		}
		if diff := cmp.Diff(groups, lock.Groups); diff != "" {
			t.Errorf("fold %d has other folds: %s", fold, diff)
		}
	}
	for p := range 23 {
		g, validations := fmt.Sprintf("p%03d", p), 1
		if g > "p019" {
			validations = 0 // unseen samples are not for validation
		}
		if tested[g] != 1 || validated[g] != validations {
			t.Errorf("%s is tested %d times and validated %d times", g, tested[g], validated[g])
		}
	}
}

func TestRepeatsAreOtherSplits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	samples := captures(six(), 20, 1).Samples
	seen := map[string]bool{}
	for repeat := range 6 {
		o := options()
		o.Repeat = repeat
		lock, _ := planned(t, o, samples, nil, r)
		seen[fmt.Sprint(lock.Groups)] = true
	}
	if len(seen) != 6 {
		t.Errorf("6 repeats gave %d splits", len(seen))
	}
}

func TestLeaveOnePersonOut(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	samples := captures(six(), 9, 2).Samples
	for p := range 9 {
		o := options()
		o.LeaveOut = []string{fmt.Sprintf("p%03d", p)}
		_, out := planned(t, o, samples, nil, r)
		if err := out.Validate(); err != nil {
			t.Fatal(err)
		}
		n := map[dataset.Role]int{}
		for g, role := range groupRoles(out) {
			if n[role]++; (role == dataset.Test) != (g == o.LeaveOut[0]) {
				t.Errorf("without %s, %s is in %s", o.LeaveOut[0], g, role)
			}
		}
		if n[dataset.Train] == 0 || n[dataset.Validation] == 0 {
			t.Errorf("without %s: %v", o.LeaveOut[0], n)
		}
	}
	o := options()
	o.LeaveOut = []string{"nobody"}
	if _, _, err := run(t, o, dataset.New(samples), 1); err == nil || !strings.Contains(err.Error(), `leave_out names group "nobody"`) {
		t.Errorf("got %v", err)
	}
}

// Where each category has but a few groups of its own, no salt would put each
// into each role; single groups are moved for it.
func TestCategoriesOfFewGroupsAreInEveryRole(t *testing.T) {
	var samples []dataset.Sample
	o := split.Default()
	for c := range 40 {
		category := fmt.Sprintf("c%02d", c)
		o.Known = append(o.Known, category)
		for g := range 3 + c%4 {
			id := fmt.Sprintf("%s-g%d", category, g)
			samples = append(samples, dataset.Sample{ID: id, Path: id, Category: category, Group: id, Label: dataset.NoLabel})
		}
	}
	two := []string{"two-a", "two-b"}
	o.Known = append(o.Known, "two")
	for _, id := range two {
		samples = append(samples, dataset.Sample{ID: id, Path: id, Category: "two", Group: id, Label: dataset.NoLabel})
	}
	for folds := range 4 {
		if folds == 1 || folds == 2 {
			continue
		}
		o.Folds = folds
		lock, out := planned(t, o, samples, nil, rand.New(rand.NewPCG(2, 2)))
		if len(lock.Settled) == 0 {
			t.Error("no group was moved: the test tests nothing")
		}
		for _, c := range o.Known {
			one := out.Select(func(s *dataset.Sample) bool { return s.Category == c })
			for _, role := range dataset.Roles() {
				if c == "two" && (role == dataset.Validation || folds > 0) {
					continue
				}
				if len(one.InRole(role).Samples) == 0 {
					t.Errorf("%d folds: %s is not in %s", folds, c, role)
				}
			}
		}
		lacks := slices.ContainsFunc(lock.Lacking, func(s string) bool {
			return strings.Contains(s, `"two"`) && strings.Contains(s, "2 samples in 2 groups")
		})
		if !lacks {
			t.Errorf("the lock does not say that two lacks a role: %q", lock.Lacking)
		}
	}
}

func TestFoldOptions(t *testing.T) {
	for want, spoil := range map[string]func(*split.Options){
		"split.folds is 2":           func(o *split.Options) { o.Folds = 2 },
		"split.fold is 5, want 0 to": func(o *split.Options) { o.Folds, o.Fold = 5, 5 },
		"split.fold is -1":           func(o *split.Options) { o.Folds, o.Fold = 5, -1 },
		"without split.folds":        func(o *split.Options) { o.Fold = 1 },
		"give one or the other":      func(o *split.Options) { o.Folds, o.LeaveOut = 5, []string{"ann"} },
		"split.repeat is -1":         func(o *split.Options) { o.Repeat = -1 },
		"split.draw.unseen is 1.5":   func(o *split.Options) { o.Draw.Unseen = 1.5 },
		"split.draw.unknown is +Inf": func(o *split.Options) { o.Draw.Unknown = 1 / zero() },
	} {
		o := options()
		spoil(&o)
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func zero() float64 { return 0 }

func TestDrawByNumber(t *testing.T) {
	o := split.Default()
	o.Draw = split.Draw{Unknown: 3, Unseen: 2}
	_, out := planned(t, o, captures(append(six(), "rock", "wave"), 20, 1).Samples, nil, rand.New(rand.NewPCG(1, 1)))
	n := map[dataset.Partition]int{}
	for _, c := range out.Categories() {
		i := slices.IndexFunc(out.Samples, func(s dataset.Sample) bool { return s.Category == c })
		n[out.Samples[i].Partition]++
	}
	if want := map[dataset.Partition]int{dataset.Known: 3, dataset.Unknown: 3, dataset.Unseen: 2}; !cmp.Equal(n, want) {
		t.Errorf("got %v, want %v", n, want)
	}
	o.Draw = split.Draw{Unknown: 4, Unseen: 2}
	if _, _, err := run(t, o, captures(six(), 9, 1), 1); err == nil || !strings.Contains(err.Error(), "at least one must be known") {
		t.Errorf("got %v", err)
	}
}
