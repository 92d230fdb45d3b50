package export_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gofrs/flock"
	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/export"
)

func TestFolder(t *testing.T) {
	got := tree(t, folder(t))
	want := strings.Fields(`README.md checksums.sha256 classes.json croissant.json labels.csv labels.txt manifest.csv
		partition.csv quarantine.csv split.lock.json unused.csv
		train/ train/samples.jsonl train/na/ train/na/idle-ann-1.jpg train/fist/ train/fist/fist-ann-1.jpg train/fist/fist-ann-1-a1.jpg
		validation/ validation/samples.jsonl validation/na/ validation/na/idle-bob-1.jpg validation/fist/ validation/fist/fist-bob-1.jpg
		test/ test/samples.jsonl test/na/ test/na/wave-cy-1.jpg test/fist/ test/fist/fist-cy-1.jpg`)
	for _, r := range []string{"train", "validation", "test"} {
		person := map[string]string{"train": "ann", "validation": "bob", "test": "cy"}[r]
		want = append(want, r+"/Five Hands/", r+"/Five Hands/five-"+person+"-1.jpg")
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(got))); diff != "" {
		t.Error(diff)
	}
	if got["train/fist/fist-ann-1-a1.jpg"] != "picture of fist-ann-1-a1" {
		t.Errorf("the augmented image is %q", got["train/fist/fist-ann-1-a1.jpg"])
	}
	if want := "na\nFive Hands\nfist\n"; got["labels.txt"] != want {
		t.Errorf("labels.txt is %q, want %q", got["labels.txt"], want)
	}
	if diff := cmp.Diff("file_name,label,is_valid\n"+
		"train/fist/fist-ann-1.jpg,fist,False\n"+
		"train/fist/fist-ann-1-a1.jpg,fist,False\n"+
		"validation/fist/fist-bob-1.jpg,fist,True\n"+
		"train/Five Hands/five-ann-1.jpg,Five Hands,False\n"+
		"validation/Five Hands/five-bob-1.jpg,Five Hands,True\n"+
		"train/na/idle-ann-1.jpg,na,False\n"+
		"validation/na/idle-bob-1.jpg,na,True\n", got["labels.csv"]); diff != "" {
		t.Error(diff)
	}
	if want := `{"file_name":"na/wave-cy-1.jpg","id":"wave-cy-1","category":"wave","group":"cy","source":"wave/cy/wave-cy-1.png",` +
		`"sha256":"00wave-cy-1","parent":"","partition":"unseen","role":"test","target":0,"label":"na","trace":"","camera":""}`; !strings.Contains(got["test/samples.jsonl"], want) {
		t.Errorf("test/samples.jsonl lacks %s:\n%s", want, got["test/samples.jsonl"])
	}
	if want := quarantined + "wave/ann/wave-ann-1.png,unused,\"sample wave-ann-1: category wave is unseen, and its group ann is in train or validation\"\n"; got["quarantine.csv"] != want {
		t.Errorf("quarantine.csv is\n%swant\n%s", got["quarantine.csv"], want)
	}
	if want := "id,path,category,group,source,sha256,parent,partition,role,label,trace,taken_at,camera\n" +
		"wave-ann-1,ingest/images/wave/wave-ann-1.jpg,wave,ann,wave/ann/wave-ann-1.png,00wave-ann-1,,unseen,unused,0,,,\n"; got["unused.csv"] != want {
		t.Errorf("unused.csv is\n%swant\n%s", got["unused.csv"], want)
	}
	if m, _ := fixture(t); got["split.lock.json"] != lock(t, m) {
		t.Errorf("split.lock.json is not that of the run:\n%s", got["split.lock.json"])
	}
	for _, want := range []string{
		"pretty_name: \"Hands | few\"", "license: cc-by-4.0", "n<1K", "Drawn by \"nobody\".", "- Creator: Ann & Bob",
		"| Five Hands | known | Five Hands | 1 | 0 | 1 | 1 |\n| fist | known | fist | 2 | 1 | 1 | 1 |\n| idle | unknown | na | 1 | 0 | 1 | 0 |\n| wave | unseen | na | 0 | 0 | 0 | 1 |",
		"| **all** |  |  | 4 | 1 | 3 | 3 |", "| 1 | | 1 | 1 |", "- 1 truncated\n- 1 unused\n",
		"\n## Split\n\n- asked of the known and unknown samples: train 65.0 %, validation 15.0 %, test 20.0 %; got: train 37.5 %, validation 37.5 %, test 25.0 %\n" +
			"- a share lies at most 27.5 % from the one asked for, in a category at half weight; the tolerance is 2 %\n" +
			"- 3 of 3 groups have samples of more than one category; all samples of a group have one role\n" +
			"- 1 group moved so that no category lacks a role: cy\n" +
			"- 1 sample unused: unseen, of groups in train or validation\n- unknown category \"idle\" has no sample in test: it has 2 samples in 2 groups\n",
	} {
		if !strings.Contains(got["README.md"], want) {
			t.Errorf("README.md lacks %q:\n%s", want, got["README.md"])
		}
	}
}

func TestSameBytesLinkedOrCopiedByAnyNumberOfWorkers(t *testing.T) {
	m, env := fixture(t)
	var trees []map[string]string
	for _, images := range []export.Images{export.Link, export.Copy} {
		for _, env.Workers = range []int{1, 9} {
			o, dir := options(), filepath.Join(t.TempDir(), "hands")
			o.Images = images
			if _, err := export.Folder(t.Context(), m, o, dir, env); err != nil {
				t.Fatal(err)
			}
			trees = append(trees, tree(t, dir))
			a, errA := os.Stat(filepath.Join(env.Root, "ingest/images/fist/fist-ann-1.jpg"))
			b, errB := os.Stat(filepath.Join(dir, "train/fist/fist-ann-1.jpg"))
			if errA != nil || errB != nil || os.SameFile(a, b) != (images == export.Link) {
				t.Errorf("%s: same file is %v (%v, %v)", images, os.SameFile(a, b), errA, errB)
			}
		}
	}
	for _, other := range trees[1:] {
		if diff := cmp.Diff(trees[0], other); diff != "" {
			t.Error(diff)
		}
	}
}

func TestALabelWithoutAnImageInARoleKeepsItsFolderAndIsTold(t *testing.T) {
	m, env := fixture(t)
	m = m.Select(func(s *dataset.Sample) bool { return s.ID != "wave-cy-1" })
	var warnings []string
	env.Progress = listen(&warnings)
	dir := filepath.Join(t.TempDir(), "hands")
	if _, err := export.Folder(t.Context(), m, options(), dir, env); err != nil {
		t.Fatal(err)
	}
	if _, ok := tree(t, dir)["test/na/"]; !ok || len(warnings) != 1 || !strings.Contains(warnings[0], "test/na has no image") {
		t.Errorf("folder there: %v; warnings %q", ok, warnings)
	}
}

func TestFolderTakesTheFoldersNameWhereNoneIsGiven(t *testing.T) {
	m, env := fixture(t)
	dir := filepath.Join(t.TempDir(), "deep", "er", "hands")
	if _, err := export.Folder(t.Context(), m, export.Default(), dir, env); err != nil {
		t.Fatal(err)
	}
	if text := read(t, filepath.Join(dir, "README.md")); !strings.Contains(text, "\n# hands\n") || !strings.Contains(text, "Licence: none was given") {
		t.Error(text)
	}
}

func TestFolderReplacesOnlyWhatAnExportWrote(t *testing.T) {
	m, env := fixture(t)
	for name, c := range map[string]struct {
		before func(dir string)
		want   string // in the error; "" for none
	}{
		"nothing":         {func(string) {}, ""},
		"an empty folder": {func(dir string) { _ = os.Mkdir(dir, 0o755) }, ""},
		"an export": {func(dir string) {
			if _, err := export.Folder(t.Context(), m, export.Default(), dir, env); err != nil {
				t.Fatal(err)
			}
		}, ""},
		"a file":         {func(dir string) { write(t, dir, "mine") }, "not a directory"},
		"somebody's own": {func(dir string) { write(t, filepath.Join(dir, "notes.txt"), "mine") }, "checksums.sha256: missing"},
		"an export and a file": {func(dir string) {
			if _, err := export.Folder(t.Context(), m, options(), dir, env); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "train/fist/new.jpg"), "mine")
		}, "train/fist/new.jpg: checksums.sha256 does not list it"},
		"an edited export": {func(dir string) {
			o := options()
			o.Images = export.Copy
			if _, err := export.Folder(t.Context(), m, o, dir, env); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "README.md"), "mine")
		}, "README.md: changed"},
	} {
		parent := t.TempDir()
		dir := filepath.Join(parent, "hands")
		c.before(dir)
		var before map[string]string
		if c.want != "" {
			before = tree(t, parent)
		}
		_, err := export.Folder(t.Context(), m, options(), dir, env)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			} else if v, err := export.Verify(t.Context(), dir, env); err != nil || len(v.Faults) > 0 || len(tree(t, parent)) != len(tree(t, dir))+1 {
				t.Errorf("%s: %v, %v; beside it lies %v", name, err, v.Faults, slices.Collect(maps.Keys(tree(t, parent))))
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
		if name != "a file" && !errors.Is(err, export.ErrForeign) {
			t.Errorf("%s: got %v, want ErrForeign", name, err)
		}
		if diff := cmp.Diff(before, tree(t, parent)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAFailureLeavesWhatWasThere(t *testing.T) {
	m, env := fixture(t)
	parent := t.TempDir()
	dir := filepath.Join(parent, "hands")
	o := options()
	o.Images = export.Copy
	if _, err := export.Folder(t.Context(), m, o, dir, env); err != nil {
		t.Fatal(err)
	}
	before := tree(t, parent)
	if err := os.Remove(env.Image(&m.Samples[0])); err != nil {
		t.Fatal(err)
	}
	if _, err := export.Folder(t.Context(), m, o, dir, env); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that an image is missing", err)
	}
	if diff := cmp.Diff(before, tree(t, parent)); diff != "" {
		t.Error(diff)
	}
}

func TestOneExportAtATime(t *testing.T) {
	m, env := fixture(t)
	dir := filepath.Join(t.TempDir(), "hands")
	work := filepath.Join(filepath.Dir(dir), ".hands.unfinished")
	if err := os.Mkdir(work, 0o755); err != nil {
		t.Fatal(err)
	}
	other := flock.New(filepath.Join(work, "busy"))
	if ok, err := other.TryLock(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if _, err := export.Folder(t.Context(), m, options(), dir, env); !errors.Is(err, export.ErrBusy) {
		t.Errorf("got %v, want ErrBusy", err)
	}
	if err := other.Unlock(); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(work, "new", "left.jpg"), "of a killed export")
	if _, err := export.Folder(t.Context(), m, options(), dir, env); err != nil {
		t.Error(err)
	}
}

func TestFolderRefusesWhatCannotBeAFolder(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(s *dataset.Sample)
		want  string
	}{
		"no label":      {func(s *dataset.Sample) { s.Label = dataset.NoLabel }, "no label"},
		"no split":      {func(s *dataset.Sample) { s.Role, s.Partition, s.Label = "", "", dataset.NoLabel }, "no role"},
		"path as ID":    {func(s *dataset.Sample) { s.ID = "../" + s.ID }, "becomes a file name"},
		"dots as ID":    {func(s *dataset.Sample) { s.ID += ".b" }, "becomes a file name"},
		"path as label": {func(s *dataset.Sample) { s.Category = rename(s.Category, "../up") }, "name of a folder"},
		"case":          {func(s *dataset.Sample) { s.Category = rename(s.Category, "FIST") }, "differ only in case"},
	} {
		m, env := fixture(t)
		for i := range m.Samples {
			if m.Samples[i].Parent == "" && m.Samples[i].ID != "fist-ann-1" {
				c.spoil(&m.Samples[i])
			}
		}
		dir := filepath.Join(t.TempDir(), "hands")
		_, err := export.Folder(t.Context(), dataset.New(m.Samples), options(), dir, env)
		if !errors.Is(err, dataset.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want ErrInvalid with %q", name, err, c.want)
		}
	}
}

func rename(category, to string) string {
	if category == "Five Hands" {
		return to
	}
	return category
}

func TestOptionsValidate(t *testing.T) {
	if err := export.Default().Validate(); err != nil {
		t.Error(err)
	}
	o := export.Options{Images: "move", Published: "today"}
	for _, want := range []string{"export.images", "export.published", "export.shard_size"} {
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestCardCitesTheAuditOfThisManifest(t *testing.T) {
	m, env := fixture(t)
	h := sha256.New()
	if err := m.WriteCSV(h); err != nil {
		t.Fatal(err)
	}
	digest := hex.EncodeToString(h.Sum(nil))
	result := `{"schema": 1, "manifest_sha256": "` + digest + `", "samples": 11, "passed": true,
		"checks": [{"check": "pixels", "level": "fail", "faults": 0, "leaks": 0, "conflicts": 0, "duplicates": 1}],
		"findings": [{"check": "pixels", "level": "off", "a": "fist-bob-1", "b": "five-bob-1"}]}`
	for name, c := range map[string]struct{ result, want, warning string }{
		"none":    {"", "Not audited", ""},
		"another": {strings.Replace(result, digest, "00", 1), "Not audited", "audit is of another manifest"},
		"passed":  {result, "11 samples, unused ones included: passed.\n\n| check | level | faults | leaks | conflicts | duplicates |\n|---|---|---:|---:|---:|---:|\n| pixels | fail | 0 | 0 | 0 | 1 |", ""},
		"failed":  {strings.NewReplacer("true", "false", `"off"`, `"fail"`).Replace(result), "**not passed**", ""},
	} {
		if c.result != "" {
			write(t, filepath.Join(env.Root, "audit/audit.json"), c.result)
		}
		var warnings []string
		env.Progress = listen(&warnings)
		dir := filepath.Join(t.TempDir(), "hands")
		if _, err := export.Folder(t.Context(), m, options(), dir, env); err != nil {
			t.Fatal(name, err)
		}
		got := tree(t, dir)
		if !strings.Contains(got["README.md"], c.want) || !strings.Contains(strings.Join(warnings, ""), c.warning) {
			t.Errorf("%s: README.md lacks %q, or the warnings %q lack %q:\n%s", name, c.want, warnings, c.warning, got["README.md"])
		}
		if faults := verify(t, dir); len(faults) > 0 {
			t.Errorf("%s: %v", name, faults)
		}
		os.RemoveAll(filepath.Join(env.Root, "audit"))
	}
	write(t, filepath.Join(env.Root, "audit/audit.json"), "{")
	if _, err := export.Folder(t.Context(), m, options(), filepath.Join(t.TempDir(), "hands"), env); err == nil || !strings.Contains(err.Error(), "audit.json") {
		t.Errorf("a broken audit: got %v", err)
	}
}
