package export_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/export"
	"github.com/gesturekit/gesturekit/pipeline"
)

func verify(t *testing.T, dir string) []export.Fault {
	t.Helper()
	v, err := export.Verify(t.Context(), dir, pipeline.Env{Workers: 3})
	if err != nil {
		t.Fatal(err)
	}
	return v.Faults
}

func TestVerifyOfAnExport(t *testing.T) {
	dir := folder(t)
	v, err := export.Verify(t.Context(), dir, pipeline.Env{Workers: 3})
	if err != nil || len(v.Faults) > 0 || v.Samples != 10 || v.Files != 24 {
		t.Errorf("got %+v, %v; want 10 samples, 24 files and no fault", v, err)
	}
	moved := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Rename(dir, moved); err != nil {
		t.Fatal(err)
	}
	if faults := verify(t, moved); len(faults) > 0 {
		t.Errorf("a dataset folder cannot be moved: %v", faults)
	}
	if _, err := export.Verify(t.Context(), filepath.Join(dir, "absent"), pipeline.Env{}); err == nil {
		t.Error("a folder that is not there is no error")
	}
}

// TestVerifyFindsOneFlippedBit flips a bit in every file, one after the other.
func TestVerifyFindsOneFlippedBit(t *testing.T) {
	dir := folder(t)
	for name, text := range tree(t, dir) {
		if strings.HasSuffix(name, "/") {
			continue
		}
		for _, at := range []int{0, len(text) / 2, len(text) - 1} {
			flipped := []byte(text)
			flipped[at] ^= 1
			write(t, filepath.Join(dir, name), string(flipped))
			faults := verify(t, dir)
			if !slices.ContainsFunc(faults, func(f export.Fault) bool { return f.File == name }) && name != export.ChecksumsFile || len(faults) == 0 {
				t.Errorf("bit at byte %d of %s: got %v", at, name, faults)
			}
		}
		write(t, filepath.Join(dir, name), text)
	}
	if faults := verify(t, dir); len(faults) > 0 {
		t.Error(faults)
	}
}

func TestVerifyNamesWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(at func(string) string) error
		want  []string // the start of each fault, in order
	}{
		"missing": {func(at func(string) string) error { return os.Remove(at("train/fist/fist-ann-1.jpg")) },
			[]string{"train/fist/fist-ann-1.jpg: missing"}},
		"moved": {func(at func(string) string) error {
			return os.Rename(at("test/na/wave-cy-1.jpg"), at("train/na/wave-cy-1.jpg"))
		}, []string{"test/na/wave-cy-1.jpg: moved or renamed: its content lies at train/na/wave-cy-1.jpg", "train/na/wave-cy-1.jpg: extra"}},
		"renamed": {func(at func(string) string) error {
			return os.Rename(at("test/na/wave-cy-1.jpg"), at("test/na/wave-cy-2.jpg"))
		}, []string{"test/na/wave-cy-1.jpg: moved or renamed", "test/na/wave-cy-2.jpg: extra"}},
		"table renamed": {func(at func(string) string) error { return os.Rename(at("labels.csv"), at("labels2.csv")) },
			[]string{"labels.csv: moved or renamed: its content lies at labels2.csv"}},
		"extra": {func(at func(string) string) error { return os.WriteFile(at("test/na/x.jpg"), []byte("x"), 0o644) },
			[]string{"test/na/x.jpg: extra"}},
		"extra note": {func(at func(string) string) error { return os.WriteFile(at("notes.txt"), []byte("x"), 0o644) },
			[]string{"notes.txt: extra"}},
		"hidden": {func(at func(string) string) error { return os.WriteFile(at("train/na/.hidden"), nil, 0o644) },
			[]string{"train/na/.hidden: extra"}},
		"swapped": {func(at func(string) string) error {
			a, b := at("test/na/wave-cy-1.jpg"), at("train/na/idle-ann-1.jpg")
			return cmpErr(os.Rename(a, a+"~"), os.Rename(b, a), os.Rename(a+"~", b))
		}, []string{"test/na/wave-cy-1.jpg: changed: it has the content of train/na/idle-ann-1.jpg", "train/na/idle-ann-1.jpg: changed: it has the content of test/na/wave-cy-1.jpg"}},
		"link": {func(at func(string) string) error {
			name := at("test/na/wave-cy-1.jpg")
			return cmpErr(os.Rename(name, at("../away.jpg")), os.Symlink("../../../away.jpg", name))
		}, []string{"test/na/wave-cy-1.jpg: it is a link", "test/na/wave-cy-1.jpg: missing"}},
		"folder gone": {func(at func(string) string) error {
			return cmpErr(os.Rename(at("test/na/wave-cy-1.jpg"), at("test/fist/wave-cy-1.jpg")), os.Remove(at("test/na")))
		}, []string{"test/fist/wave-cy-1.jpg: extra", "test/na: missing", "test/na/wave-cy-1.jpg: moved"}},
		"folder more": {func(at func(string) string) error { return os.Mkdir(at("train/palm"), 0o755) },
			[]string{"train/palm: extra folder"}},
		"no manifest":  {func(at func(string) string) error { return os.Remove(at("manifest.csv")) }, []string{"manifest.csv: missing"}},
		"no checksums": {func(at func(string) string) error { return os.Remove(at("checksums.sha256")) }, []string{"checksums.sha256: missing"}},
		"cut checksums": {func(at func(string) string) error { return os.Truncate(at("checksums.sha256"), 100) },
			[]string{"checksums.sha256: line 2: it has no end"}},
	} {
		dir := folder(t)
		if err := c.spoil(func(name string) string { return filepath.Join(dir, name) }); err != nil {
			t.Fatal(err)
		}
		faults := verify(t, dir)
		if len(faults) != len(c.want) {
			t.Errorf("%s: got %q, want %q", name, faults, c.want)
			continue
		}
		for i, f := range faults {
			if !strings.HasPrefix(f.String(), c.want[i]) {
				t.Errorf("%s: got %q, want %q", name, f, c.want[i])
			}
		}
	}
}

func cmpErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestVerifyRecomputes changes what the folder says and its checksums with it:
// what does not follow from the manifest is found all the same.
func TestVerifyRecomputes(t *testing.T) {
	for _, c := range []struct{ file, old, new, want string }{
		{"labels.txt", "Five Hands\nfist", "fist\nFive Hands", "labels.txt: line 2"},
		{"labels.csv", "idle-ann-1.jpg,na", "idle-ann-1.jpg,fist", "labels.csv: line 7"},
		{"labels.csv", "validation/na/idle-bob-1.jpg,na,True\n", "", "labels.csv: line 8: it ends too early"},
		{"labels.csv", "na,True\n", "na,True\nx,na,True\n", "labels.csv: line 9: it goes on"},
		{"classes.json", `"samples": 4`, `"samples": 5`, "classes.json: line"},
		{"partition.csv", "wave,unseen", "wave,unknown", "partition.csv: line 5"},
		{"train/samples.jsonl", `"target":0`, `"target":1`, "train/samples.jsonl: line 4"},
		{"README.md", "| wave | unseen | na | 0 | 0 | 0 | 1 |", "| wave | unseen | na | 0 | 0 | 0 | 2 |", "README.md: line"},
		{"README.md", "- 1 truncated", "- 0 truncated", "README.md: line"},
		{"croissant.json", `"sha256": "`, `"sha256": "0`, "croissant.json: line"},
		{"croissant.json", `"license": "CC-BY-4.0"`, `"license": "CC0-1.0"`, "README.md: line"},
		{"croissant.json", "{", "", "croissant.json: "},
		{"quarantine.csv", "file,reason,detail", "file,reason", "quarantine.csv: line 1"},
		{"quarantine.csv", "truncated", "unreadable", "README.md: line"},
		{"manifest.csv", "unseen,test,0", "unseen,train,0", "manifest.csv: invalid dataset"},
		{"manifest.csv", "known,test,2", "known,train,2", "manifest.csv: invalid dataset"},
		{"manifest.csv", "test/na/wave-cy-1.jpg", "test/fist/wave-cy-1.jpg", "test/fist/wave-cy-1.jpg: manifest.csv gives it role test and label na"},
		{"manifest.csv", ",wave,", ",waves,", "partition.csv: line 5"},
		{"manifest.csv", ",bob,", ",rob,", `split.lock.json: invalid dataset: group "rob" of the samples is not in it`},
		{"manifest.csv", "fist-cy-1,test/fist/fist-cy-1.jpg", "fist-cy-2,test/fist/fist-cy-2.jpg", "split.lock.json: line"},
		{"split.lock.json", `"ann": "train`, `"ann": "test`, `split.lock.json: invalid dataset: sample fist-ann-1 has the role train: by its group "ann", which is in test, it is test`},
		{"split.lock.json", `"ann": "train 4 `, `"ann": "train 5 `, "split.lock.json: line"},
		{"split.lock.json", `"cy": "test 3 `, `"cy": "test 3 0`, "split.lock.json: line"},
		{"split.lock.json", `"result": "`, `"result": "0`, "split.lock.json: line"},
		{"split.lock.json", `"unused": 1`, `"unused": 2`, "split.lock.json: line"},
		{"split.lock.json", `"partition": "unknown"`, `"partition": "unseen"`, "split.lock.json: line"},
		{"split.lock.json", `"test": 0.2`, `"test": 0.3`, "split.lock.json: invalid dataset: the shares asked for sum to 1.1"},
		{"split.lock.json", `"spanning": 3`, `"spanning": 2`, "split.lock.json: line"},
		{"split.lock.json", "sha256-group-threshold/2", "sha256-group-threshold/1", `split.lock.json: it is of the algorithm "sha256-group-threshold/1"`},
		{"split.lock.json", "{", "", "split.lock.json: "},
		{"unused.csv", "wave-ann-1,", "wave-ann-2,", "split.lock.json: line"},
		{"unused.csv", "wave-ann-1,", "wave-ann-2,", "quarantine.csv: line"},
		{"unused.csv", ",ann,", ",bob,", "split.lock.json: line"},
		{"unused.csv", "unseen,unused", "unseen,test", `unused.csv: sample wave-ann-1 has the role "test"`},
		{"unused.csv", "wave-ann-1,ingest", "wave-cy-1,ingest", "unused.csv: invalid dataset: sample wave-cy-1: the ID stands twice"},
		{"unused.csv", "id,path", "path,id", "unused.csv: "},
		{"audit.json", `"duplicates": 1`, `"duplicates": 2`, "audit.json: check pixels has 0 faults"},
		{"audit.json", `"passed": true`, `"passed": false`, "audit.json: passed is false, want true"},
		{"audit.json", `"samples": 11`, `"samples": 10`, "audit.json: it is of 10 samples: there are 10 here, and 1 unused"},
		{"audit.json", `"findings"`, `"finding"`, "audit.json: "},
	} {
		dir := audited(t)
		name := filepath.Join(dir, c.file)
		text := read(t, name)
		if !strings.Contains(text, c.old) {
			t.Fatalf("%s holds no %q", c.file, c.old)
		}
		write(t, name, strings.Replace(text, c.old, c.new, 1))
		resum(t, dir)
		faults := verify(t, dir)
		if !slices.ContainsFunc(faults, func(f export.Fault) bool { return strings.HasPrefix(f.String(), c.want) }) {
			t.Errorf("%s, %q for %q: got %q, want %q", c.file, c.new, c.old, faults, c.want)
		}
	}
}

// audited exports the fixture with an audit that found a duplicate.
func audited(t *testing.T) string {
	t.Helper()
	m, env := fixture(t)
	h := sha256.New()
	if err := m.WriteCSV(h); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(env.Root, "audit/audit.json"), `{"schema": 1, "manifest_sha256": "`+hex.EncodeToString(h.Sum(nil))+`", "samples": 11, "passed": true,
		"checks": [{"check": "pixels", "level": "fail", "duplicates": 1}],
		"findings": [{"check": "pixels", "level": "off", "a": "fist-bob-1", "b": "five-bob-1"}]}`)
	dir := filepath.Join(t.TempDir(), "hands")
	if _, err := export.Folder(t.Context(), m, options(), dir, env); err != nil {
		t.Fatal(err)
	}
	return dir
}

// resum writes the checksums of what lies in dir.
func resum(t *testing.T, dir string) {
	t.Helper()
	files, b := tree(t, dir), strings.Builder{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasSuffix(name, "/") && name != export.ChecksumsFile {
			digest := sha256.Sum256([]byte(files[name]))
			fmt.Fprintf(&b, "%s  %s\n", hex.EncodeToString(digest[:]), name)
		}
	}
	write(t, filepath.Join(dir, export.ChecksumsFile), b.String())
}
