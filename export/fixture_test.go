package export_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/export"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/progress"
	"github.com/gesturekit/gesturekit/rng"
	"github.com/gesturekit/gesturekit/split"
)

const quarantined = "file,reason,detail\nfist/broken.jpg,truncated,\"ends, early\"\n"

// fixture is a run with samples of every partition and role, an augmented one,
// one that is unused, and one that was set aside.
func fixture(t testing.TB) (dataset.Manifest, pipeline.Env) {
	t.Helper()
	root := t.TempDir()
	base := func(id, category, group string, p dataset.Partition, r dataset.Role, label int) dataset.Sample {
		return dataset.Sample{
			ID: id, Path: "ingest/images/" + category + "/" + id + ".jpg", Category: category, Group: group,
			Source: category + "/" + group + "/" + id + ".png", SHA256: "00" + id, Partition: p, Role: r, Label: label,
		}
	}
	child := base("fist-ann-1-a1", "fist", "ann", dataset.Known, dataset.Train, 2)
	child.Path = "augment/images/fist/fist-ann-1-a1.jpg"
	child.Parent, child.SHA256, child.Trace = "fist-ann-1", "00fist-ann-1", json.RawMessage(`[{"exposure":{"stops":0.5}}]`)
	m := dataset.New([]dataset.Sample{
		base("fist-ann-1", "fist", "ann", dataset.Known, dataset.Train, 2),
		child,
		base("fist-bob-1", "fist", "bob", dataset.Known, dataset.Validation, 2),
		base("fist-cy-1", "fist", "cy", dataset.Known, dataset.Test, 2),
		base("five-ann-1", "Five Hands", "ann", dataset.Known, dataset.Train, 1),
		base("five-bob-1", "Five Hands", "bob", dataset.Known, dataset.Validation, 1),
		base("five-cy-1", "Five Hands", "cy", dataset.Known, dataset.Test, 1),
		base("idle-ann-1", "idle", "ann", dataset.Unknown, dataset.Train, 0),
		base("idle-bob-1", "idle", "bob", dataset.Unknown, dataset.Validation, 0),
		base("wave-ann-1", "wave", "ann", dataset.Unseen, dataset.Unused, 0),
		base("wave-cy-1", "wave", "cy", dataset.Unseen, dataset.Test, 0),
	})
	for i := range m.Samples {
		if s := &m.Samples[i]; s.Group == "bob" {
			s.TakenAt, s.Camera = "2017-12-12T11:11:40+01:00", "Canon EOS 550D"
		}
	}
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, s := range m.Samples {
		write(t, filepath.Join(root, s.Path), "picture of "+s.ID)
	}
	write(t, filepath.Join(root, "ingest/quarantine.csv"), quarantined)
	write(t, filepath.Join(root, "split/split.lock.json"), lock(t, m))
	return m, pipeline.Env{Name: "export", Root: root, Workers: 3}
}

// lock is the lock of a split that gives the samples of the fixture their roles.
func lock(t testing.TB, m dataset.Manifest) string {
	t.Helper()
	o := split.Default()
	o.Known, o.Unknown, o.Unseen = []string{"Five Hands", "fist"}, []string{"idle"}, []string{"wave"}
	captures := m.Select(func(s *dataset.Sample) bool { return s.Parent == "" })
	for o.Salt = range 1000 {
		p, got, err := split.Stage{Options: o}.PlanFrom(captures, rng.New(1).With("split"), nil)
		if err == nil && split.ResultOf(got) == split.ResultOf(captures) {
			var b strings.Builder
			if err := p.Lock().Write(&b); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
	}
	t.Fatal("no salt gives the fixture's roles")
	return ""
}

func write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// options describe the fixture.
func options() export.Options {
	o := export.Default()
	o.Name, o.Description, o.License, o.Creator = "Hands | few", "Drawn by \"nobody\".", "CC-BY-4.0", "Ann & Bob"
	o.URL, o.Published, o.Release = "https://example.org/hands", "2026-01-31", "1.0.0"
	return o
}

// folder exports the fixture to a new folder.
func folder(t testing.TB) string {
	t.Helper()
	m, env := fixture(t)
	dir := filepath.Join(t.TempDir(), "hands")
	if _, err := export.Folder(t.Context(), m, options(), dir, env); err != nil {
		t.Fatal(err)
	}
	return dir
}

// tree returns every file below dir with its content, and every folder with a
// slash behind its name.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if d.IsDir() {
			out[filepath.ToSlash(rel)+"/"] = ""
			return err
		}
		out[filepath.ToSlash(rel)] = read(t, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// listen collects warnings.
func listen(warnings *[]string) progress.Func {
	return func(e progress.Event) {
		if e.Warning {
			*warnings = append(*warnings, e.Note)
		}
	}
}
