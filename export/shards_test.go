package export_test

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/export"
)

func TestShards(t *testing.T) {
	m, env := fixture(t)
	var trees []map[string]string
	for _, env.Workers = range []int{1, 9} {
		dir := filepath.Join(t.TempDir(), "shards")
		o := export.Default()
		o.ShardSize = 7168 // two samples of three blocks of content and three of headers, and the end
		s, err := export.Shards(t.Context(), m, o, dir, env)
		if err != nil || s.Images != 10 || s.Aside != 1 {
			t.Fatal(s, err)
		}
		trees = append(trees, tree(t, dir))
	}
	if diff := cmp.Diff(trees[0], trees[1]); diff != "" {
		t.Error(diff)
	}
	want := strings.Fields("checksums.sha256 labels.txt test-000000.tar test-000001.tar test.json train-000000.tar train-000001.tar train.json validation-000000.tar validation-000001.tar validation.json")
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(trees[0]))); diff != "" {
		t.Fatal(diff)
	}
	seen := map[string]bool{}
	for _, s := range m.Samples {
		seen[s.ID] = s.Role == "unused"
	}
	for name, text := range trees[0] {
		if !strings.HasSuffix(name, ".tar") {
			continue
		}
		if len(text) > 7168 {
			t.Errorf("%s has %d bytes", name, len(text))
		}
		files := untar(t, text)
		for id := range seen {
			if files[id+".jpg"] == "" {
				continue
			}
			var r struct {
				ID, Role, Label string
				Target          int
			}
			if err := json.Unmarshal([]byte(files[id+".json"]), &r); err != nil {
				t.Fatal(err)
			}
			if seen[id] || files[id+".jpg"] != "picture of "+id || r.ID != id || !strings.HasPrefix(name, r.Role) ||
				files[id+".cls"] != map[string]string{"na": "0", "Five Hands": "1", "fist": "2"}[r.Label] {
				t.Errorf("%s in %s: %q %q %+v", id, name, files[id+".jpg"], files[id+".cls"], r)
			}
			seen[id] = true
		}
	}
	for id, ok := range seen {
		if !ok {
			t.Errorf("%s is in no shard", id)
		}
	}
	if want := "\"url\": \"train-000000.tar\",\n      \"nsamples\": 2,\n"; !strings.Contains(trees[0]["train.json"], want) {
		t.Errorf("train.json lacks %q: %s", want, trees[0]["train.json"])
	}
}

// untar returns the files of a tar file, which must be of nobody and no time.
func untar(t *testing.T, text string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for r := tar.NewReader(strings.NewReader(text)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if !h.ModTime.Equal(time.Unix(0, 0)) || h.Uid != 0 || h.Uname != "" || h.Mode != 0o644 {
			t.Errorf("%s: %+v", h.Name, h)
		}
		out[h.Name] = string(data)
	}
}

func TestAShardHoldsASampleLargerThanItself(t *testing.T) {
	m, env := fixture(t)
	o, dir := export.Default(), filepath.Join(t.TempDir(), "shards")
	o.ShardSize = 1
	if _, err := export.Shards(t.Context(), m, o, dir, env); err != nil {
		t.Fatal(err)
	}
	files := slices.Collect(maps.Keys(tree(t, dir)))
	if n := len(slices.DeleteFunc(files, func(f string) bool { return !strings.HasSuffix(f, ".tar") })); n != 10 {
		t.Errorf("%d shards, want one for each of 10 samples", n)
	}
}
