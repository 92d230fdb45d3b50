package split_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/progress"
	"github.com/gesturekit/gesturekit/rng"
	"github.com/gesturekit/gesturekit/split"
)

// captures makes a manifest with a sample of every category for every person
// and frame.
func captures(categories []string, persons, frames int) dataset.Manifest {
	var samples []dataset.Sample
	for _, c := range categories {
		for p := range persons {
			for f := range frames {
				id := fmt.Sprintf("%s-p%03d-%08x", c, p, f)
				samples = append(samples, dataset.Sample{
					ID: id, Path: "ingest/images/" + id + ".jpg", Category: c, Group: fmt.Sprintf("p%03d", p), Label: dataset.NoLabel,
				})
			}
		}
	}
	return dataset.New(samples)
}

func six() []string { return []string{"call", "fist", "idle", "ok", "palm", "peace"} }

func options() split.Options {
	o := split.Default()
	o.Known, o.Unknown, o.Unseen = []string{"fist", "palm", "peace"}, []string{"idle", "ok"}, []string{"call"}
	return o
}

func run(t *testing.T, o split.Options, m dataset.Manifest, seed uint64) (dataset.Manifest, []string, error) {
	t.Helper()
	if err := o.Validate(); err != nil {
		t.Fatal(err)
	}
	var warnings []string
	out, err := split.Stage{Options: o}.Run(t.Context(), m, pipeline.Env{
		Name: "split", Dir: t.TempDir(), Key: rng.New(seed).With("split"), Workers: 1,
		Progress: func(e progress.Event) {
			if e.Warning {
				warnings = append(warnings, e.Note)
			}
		},
	})
	return out, warnings, err
}

func shares(m dataset.Manifest) map[dataset.Role]float64 {
	n, got := 0.0, map[dataset.Role]float64{}
	for _, s := range m.Samples {
		if s.Partition != dataset.Unseen {
			got[s.Role]++
			n++
		}
	}
	for r := range got {
		got[r] /= n
	}
	return got
}

func TestSplitIsSoundAndCloseToWhatWasAsked(t *testing.T) {
	for _, persons := range []int{5, 10, 33, 200} {
		for seed := range uint64(5) {
			out, _, err := run(t, options(), captures(six(), persons, 3), seed)
			if err != nil {
				t.Fatalf("%d persons, seed %d: %v", persons, seed, err)
			}
			if err := out.Validate(); err != nil {
				t.Fatal(err)
			}
			tolerance := max(0.02, 0.5/float64(persons))
			for r, want := range map[dataset.Role]float64{dataset.Train: 0.65, dataset.Validation: 0.15, dataset.Test: 0.2} {
				if got := shares(out)[r]; math.Abs(got-want) > tolerance+1e-9 {
					t.Errorf("%d persons, seed %d: %s has %.3f, want %.3f within %.3f", persons, seed, r, got, want, tolerance)
				}
			}
		}
	}
}

func TestOrderOfSamplesPlaysNoPart(t *testing.T) {
	m := captures(six(), 12, 2)
	want, _, err := run(t, options(), m, 4)
	if err != nil {
		t.Fatal(err)
	}
	shuffled := m.Clone()
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled.Samples), func(i, j int) {
		shuffled.Samples[i], shuffled.Samples[j] = shuffled.Samples[j], shuffled.Samples[i]
	})
	got, _, err := run(t, options(), shuffled, 4)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, dataset.New(got.Samples)); diff != "" {
		t.Error(diff)
	}
}

func TestMoreCapturesMoveNoOldGroup(t *testing.T) {
	o := options()
	o.Salt = 3
	before, _, err := run(t, o, captures(six(), 40, 2), 4)
	if err != nil {
		t.Fatal(err)
	}
	after, _, err := run(t, o, captures(append(six(), "rock"), 90, 3), 4)
	if err == nil || !strings.Contains(err.Error(), `category "rock" is in no partition`) {
		t.Fatalf("got %v, want an error about the new category", err)
	}
	o.Unknown = append(o.Unknown, "rock")
	if after, _, err = run(t, o, captures(append(six(), "rock"), 90, 3), 4); err != nil {
		t.Fatal(err)
	}
	now := map[string]dataset.Sample{}
	for _, s := range after.Samples {
		now[s.ID] = s
	}
	for _, s := range before.Samples {
		if n := now[s.ID]; n.Role != s.Role || n.Partition != s.Partition {
			t.Errorf("%s moved from %s %s to %s %s", s.ID, s.Partition, s.Role, n.Partition, n.Role)
		}
	}
}

func TestGroupWithUnseenOnlyIsForTheTest(t *testing.T) {
	m := captures(six(), 9, 2)
	for i := range m.Samples {
		if m.Samples[i].Category == "call" {
			m.Samples[i].Group = "other-" + m.Samples[i].ID
		}
	}
	out, _, err := run(t, options(), m, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range out.Samples {
		if (s.Category == "call") != (s.Partition == dataset.Unseen) || s.Category == "call" && s.Role != dataset.Test {
			t.Errorf("%s is %s in %s", s.ID, s.Partition, s.Role)
		}
	}
}

func TestUnusedSamplesAreCountedAloud(t *testing.T) {
	out, warnings, err := run(t, options(), captures(six(), 10, 2), 1)
	if err != nil {
		t.Fatal(err)
	}
	unused := len(out.InRole(dataset.Unused).Samples)
	if unused == 0 || !slices.ContainsFunc(warnings, func(w string) bool { return strings.HasPrefix(w, fmt.Sprintf("%d unseen samples", unused)) }) {
		t.Errorf("%d unused, warnings %q", unused, warnings)
	}
}

func TestDrawnPartition(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(8) {
		out, warnings, err := run(t, split.Default(), captures(append(six(), "rock", "wave"), 30, 1), seed)
		if err != nil {
			t.Fatal(err)
		}
		if len(warnings) == 0 || !strings.Contains(warnings[0], "drawn") {
			t.Errorf("a drawn partition gives the warnings %q", warnings)
		}
		n, key := map[dataset.Partition]int{}, ""
		for _, c := range out.Categories() {
			i := slices.IndexFunc(out.Samples, func(s dataset.Sample) bool { return s.Category == c })
			n[out.Samples[i].Partition]++
			key += string(out.Samples[i].Partition)
		}
		if want := map[dataset.Partition]int{dataset.Known: 4, dataset.Unknown: 2, dataset.Unseen: 2}; !cmp.Equal(n, want) {
			t.Errorf("seed %d: %v, want %v", seed, n, want)
		}
		seen[key] = true
	}
	if len(seen) < 4 {
		t.Errorf("8 seeds gave %d partitions", len(seen))
	}
}

func TestPartitionFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "partition.csv")
	o := split.Default()
	o.Partition = file
	if _, _, err := run(t, o, captures(six(), 9, 2), 1); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: got %v", err)
	}
	text := "\ufeffcategory,partition\r\ncall,unseen\r\nfist,known\r\nidle,unknown\r\nok,unknown\r\npalm,known\r\npeace,known\r\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	byFile, _, err := run(t, o, captures(six(), 9, 2), 1)
	if err != nil {
		t.Fatal(err)
	}
	byList, _, err := run(t, options(), captures(six(), 9, 2), 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(byList, byFile); diff != "" {
		t.Errorf("file and lists differ: %s", diff)
	}
}

func TestReadPartitionErrors(t *testing.T) {
	for in, want := range map[string]string{
		"":                                     "line 1",
		"category;partition\n":                 "line 1",
		"category,partition\na,known\na,known": "line 3: category \"a\" stands twice",
		"category,partition\na,seen":           `line 2: partition "seen"`,
		"category,partition\na,":               "line 2",
		"category,partition\n,known":           "line 2",
		"category,partition\na,known,x":        "line 2",
	} {
		if _, err := split.ReadPartition(strings.NewReader(in)); !errors.Is(err, dataset.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want ErrInvalid with %q", in, err, want)
		}
	}
}

func TestPartitionOfOtherCategories(t *testing.T) {
	o := options()
	o.Known = append(o.Known[:2:2], "peece")
	_, _, err := run(t, o, captures(six(), 9, 2), 1)
	for _, want := range []string{`"peace" is in no partition`, `"peece", of which there is no capture (did you mean "peace"?)`} {
		if !errors.Is(err, dataset.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want ErrInvalid with %q", err, want)
		}
	}
}

func TestTooLittleToSplit(t *testing.T) {
	few := options()
	for name, c := range map[string]struct {
		m    dataset.Manifest
		want string
	}{
		"no sample":  {dataset.Manifest{}, "no samples"},
		"one group":  {captures(six(), 1, 9), "there are 1 groups"},
		"two groups": {captures(six(), 2, 9), "there are 2 groups"},
	} {
		if _, _, err := run(t, few, c.m, 1); !errors.Is(err, dataset.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want ErrInvalid with %q", name, err, c.want)
		}
	}
	folds := options()
	folds.Folds = 7
	if _, _, err := run(t, folds, captures(six(), 6, 2), 1); !errors.Is(err, dataset.ErrInvalid) || !strings.Contains(err.Error(), "split.folds is 7, but there are 6 groups, and no fold may be empty: set fewer folds") {
		t.Errorf("more folds than groups: got %v", err)
	}
	one := captures(six(), 12, 2).Select(func(s *dataset.Sample) bool {
		return s.Category != "peace" || s.ID == "peace-p004-00000000"
	})
	if _, _, err := run(t, few, one, 1); !errors.Is(err, dataset.ErrInvalid) || !strings.Contains(err.Error(), `known category "peace" gets no sample in`) || !strings.Contains(err.Error(), "1 sample in 1 group") {
		t.Errorf("one-image category: got %v", err)
	}
	if _, _, err := run(t, split.Default(), captures([]string{"a", "b"}, 9, 1), 1); err == nil || !strings.Contains(err.Error(), "at least 3") {
		t.Errorf("two categories: got %v", err)
	}
}

// A group may have samples of several categories, one of them unseen: they get
// one role, and the split says how many such groups there are.
func TestAGroupMaySpanCategories(t *testing.T) {
	m := captures(six(), 12, 1).Select(func(s *dataset.Sample) bool {
		return s.Group < "p003" || s.Category == "fist" || s.Category == "idle" && s.Group > "p008"
	})
	for i := range m.Samples { // others are of one category
		if s := &m.Samples[i]; s.Group > "p008" {
			s.Group += s.Category
		}
	}
	p, out, err := split.Stage{Options: options()}.PlanFrom(m, rng.New(1).With("split"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Validate(); err != nil {
		t.Error(err)
	}
	roles := map[string]map[dataset.Role]bool{}
	for _, s := range out.Samples {
		if s.Role == dataset.Unused {
			continue
		}
		if roles[s.Group] == nil {
			roles[s.Group] = map[dataset.Role]bool{}
		}
		roles[s.Group][s.Role] = true
	}
	for g, in := range roles {
		if len(in) != 1 {
			t.Errorf("group %s has the roles %v", g, in)
		}
	}
	said := strings.Join(p.Lock().Report(), "\n")
	if want := "3 of 15 groups have samples of more than one category; all samples of a group have one role"; !strings.Contains(said, want) {
		t.Errorf("got %q, want %q", said, want)
	}
}

// A known category with one group cannot be both learnt and tested; an unknown
// one can do without, which is said.
func TestCategoryWithOneGroup(t *testing.T) {
	only := func(category string) dataset.Manifest {
		return captures(six(), 12, 3).Select(func(s *dataset.Sample) bool { return s.Category != category || s.Group == "p004" })
	}
	_, _, err := run(t, options(), only("peace"), 1)
	if want := "it has 3 samples in 1 group; capture it with more persons or sessions, or move it to split.unknown"; !errors.Is(err, dataset.ErrInvalid) || !strings.Contains(err.Error(), want) {
		t.Errorf("known: got %v, want ErrInvalid with %q", err, want)
	}
	_, warnings, err := run(t, options(), only("idle"), 1)
	if want := `unknown category "idle" has no sample in`; err != nil || strings.Count(strings.Join(warnings, "\n"), want) != 2 {
		t.Errorf("unknown: got %v and %q, want %q for two roles", err, warnings, want)
	}
}

func TestOptionsValidate(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*split.Options)
		want  []string
	}{
		"shares":    {func(o *split.Options) { o.Validation, o.Test = 0.6, 0.5 }, []string{"nothing is left for train"}},
		"zero":      {func(o *split.Options) { o.Validation, o.Test = 0, 1 }, []string{"split.validation is 0", "split.test is 1"}},
		"NaN":       {func(o *split.Options) { o.Tolerance = math.NaN() }, []string{"split.tolerance is NaN"}},
		"negative":  {func(o *split.Options) { o.Draw.Unseen = -0.1 }, []string{"split.draw.unseen"}},
		"draw":      {func(o *split.Options) { o.Draw.Unseen = 0.8 }, []string{"no category is left"}},
		"salt":      {func(o *split.Options) { o.Salt = -2 }, []string{"split.salt"}},
		"twice":     {func(o *split.Options) { o.Unseen = append(o.Unseen, "fist") }, []string{`"fist" is listed in split.known and in split.unseen`}},
		"same list": {func(o *split.Options) { o.Known = append(o.Known, "fist") }, []string{`"fist" is listed in split.known and in split.known`}},
		"both":      {func(o *split.Options) { o.Partition = "p.csv" }, []string{"one or the other"}},
		"by":        {func(o *split.Options) { o.By = "person" }, []string{`split.by is "person", want group, time or camera`}},
		"by time": {func(o *split.Options) {
			o.By, o.Folds, o.LeaveOut, o.Repeat, o.Salt = split.ByTime, 3, []string{"ann"}, 1, 0
		}, []string{"split.folds is set, but split.by is time", "split.leave_out is set", "split.repeat is set", "split.salt is set"}},
		"no known": {func(o *split.Options) { o.Known = nil }, []string{"split.known is empty"}},
	} {
		o := options()
		c.spoil(&o)
		err := o.Validate()
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want %q", name, err, want)
			}
		}
	}
	if err := errors.Join(options().Validate(), split.Default().Validate()); err != nil {
		t.Error(err)
	}
}

func TestStageFiles(t *testing.T) {
	dir := t.TempDir()
	env := pipeline.Env{Name: "split", Dir: dir, Key: rng.New(1).With("split")}
	if _, err := (split.Stage{Options: options()}).Run(t.Context(), captures(six(), 10, 2), env); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, split.PartitionFile))
	want := "category,partition\ncall,unseen\nfist,known\nidle,unknown\nok,unknown\npalm,known\npeace,known\n"
	if err != nil || string(got) != want {
		t.Errorf("%s is %q, %v; want %q", split.PartitionFile, got, err, want)
	}
	lock, err := os.ReadFile(filepath.Join(dir, split.LockFile))
	if err != nil {
		t.Fatal(err)
	}
	// The roles of seed 1 are pinned: another result would move the groups of every dataset made so far.
	if pin := `"result": "ea47569bb09a2e9713c88944fb8579619b54907d4c9eb53828d335beda80cb79"`; !bytes.Contains(lock, []byte(pin)) {
		t.Errorf("%s lacks %s:\n%s", split.LockFile, pin, lock)
	}
}

func FuzzReadPartition(f *testing.F) {
	f.Add("category,partition\na,known\n\"b,c\",unseen\n")
	f.Fuzz(func(t *testing.T, in string) {
		p, err := split.ReadPartition(strings.NewReader(in))
		if err != nil {
			return
		}
		var buf bytes.Buffer
		if err := p.WriteCSV(&buf); err != nil {
			t.Fatal(err)
		}
		again, err := split.ReadPartition(&buf)
		if err != nil || !cmp.Equal(p, again) {
			t.Errorf("%v read back as %v, %v", p, again, err)
		}
	})
}

// A split in the place of another one tells which of its captures and categories
// have another use than there.
func TestRunTellsWhatMoves(t *testing.T) {
	root := t.TempDir()
	run := func(o split.Options, m dataset.Manifest) string {
		var warnings []string
		dir := t.TempDir()
		out, err := split.Stage{Options: o}.Run(t.Context(), m, pipeline.Env{
			Name: "split", Root: root, Dir: dir, Key: rng.New(1).With("split"), Workers: 1,
			Progress: func(e progress.Event) {
				if e.Warning {
					warnings = append(warnings, e.Note)
				}
			},
		})
		if err == nil {
			err = errors.Join(out.Write(dir), os.RemoveAll(filepath.Join(root, "split")), os.Rename(dir, filepath.Join(root, "split")))
		}
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(warnings, "\n")
	}
	const renamed, drawn = "another role than in the last split, as they are in other groups", "drawn anew, as there are other categories"
	m := captures(six(), 20, 2)
	for i := range m.Samples {
		m.Samples[i].SHA256 = fmt.Sprintf("%064x", i)
	}
	if w := run(options(), m); strings.Contains(w, renamed) || strings.Contains(w, drawn) {
		t.Errorf("the first split: %q", w)
	}
	if w := run(options(), m); w != run(options(), m) || strings.Contains(w, "another") {
		t.Errorf("the same split: %q", w)
	}
	other := m.Clone()
	for i := range other.Samples {
		if s := &other.Samples[i]; s.Group < "p010" {
			s.Group = "new-" + s.Group
		}
	}
	if w := run(options(), other); !strings.Contains(w, renamed) {
		t.Errorf("with other names: %q", w)
	}

	o := split.Default()
	run(o, m)
	if w := run(o, captures(append(six(), "aaa", "point", "zoo", "rock"), 20, 2)); !strings.Contains(w, drawn) || !strings.Contains(w, "changed from") {
		t.Errorf("with other categories: %q", w)
	}
}
