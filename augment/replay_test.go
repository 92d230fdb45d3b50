package augment

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/pixel"
)

func TestReplayNamesWhatDiffers(t *testing.T) {
	o, root := Default(), t.TempDir()
	o.Copies = 3
	m, err := run(t, root, 2, o)
	if err != nil {
		t.Fatal(err)
	}
	env := pipeline.Env{Name: "replay", Root: root, Workers: 2}
	variants := m.Select(func(s *dataset.Sample) bool { return s.Parent != "" }).Samples
	if err := Replay(t.Context(), m, variants, pixel.Codec{}, o.Quality, env); err != nil {
		t.Errorf("fresh variants: %v", err)
	}
	if err := Replay(t.Context(), m, variants, pixel.Codec{}, o.Quality-5, env); err == nil {
		t.Error("another quality gives the same bytes")
	}
	write(t, filepath.Join(root, variants[1].Path), []byte("other"))
	if err := os.Remove(filepath.Join(root, variants[2].Path)); err != nil {
		t.Fatal(err)
	}
	variants[3].Trace = json.RawMessage(`[{"rotate":{"degrees":[1,2]}}]`)
	variants[4].Trace = json.RawMessage(`[]`)
	err = Replay(t.Context(), m, variants, pixel.Codec{}, o.Quality, env)
	if !errors.Is(err, dataset.ErrInvalid) {
		t.Fatalf("error %v, want ErrInvalid", err)
	}
	for _, want := range []string{
		variants[1].ID + ".jpg is not what its trace makes of", variants[2].ID + ".jpg: no such file",
		"replay " + variants[3].ID + ": read trace", variants[4].ID + ".jpg is not what its trace makes of",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
	if n := strings.Count(err.Error(), "replay "); n != 4 {
		t.Errorf("%d faults, want 4: %v", n, err)
	}
	write(t, filepath.Join(root, "ingest", variants[0].Parent+".jpg"), []byte("no image"))
	if err := Replay(t.Context(), m, variants[:1], pixel.Codec{}, o.Quality, env); err == nil || !strings.Contains(err.Error(), variants[0].Parent) {
		t.Errorf("broken parent: %v", err)
	}
}
