package audit_test

import (
	"context"
	"errors"
	"fmt"
	"image/color"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/audit"
	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/rng"
)

// gestures returns a folder of 10 groups with a sample of fist and of palm each,
// and one of wave, which is unseen.
func gestures(t *testing.T) *folder {
	f := newFolder(t)
	red := picture(t, color.RGBA{200, 0, 0, 255})
	for g := range 10 {
		role := []dataset.Role{dataset.Train, dataset.Validation, dataset.Train, dataset.Train, dataset.Test}[g%5]
		for _, c := range []string{"fist", "palm", "wave"} {
			s := f.add(fmt.Sprintf("%s-%d", c, g), role, red)
			s.Group = fmt.Sprint(g)
			if c == "wave" {
				s.Partition = dataset.Unseen
				if role != dataset.Test {
					s.Role = dataset.Unused
				}
			}
		}
	}
	return f
}

func (f *folder) open() audit.Folder {
	f.t.Helper()
	if err := dataset.New(f.samples).Write(f.dir); err != nil {
		f.t.Fatal(err)
	}
	opened, err := audit.Open(f.dir)
	if err != nil {
		f.t.Fatal(err)
	}
	return opened
}

func TestLabels(t *testing.T) {
	seen := map[string]int{}
	predict := func(_ context.Context, m dataset.Manifest, _ pipeline.Env) (rows [][]float32, _ error) {
		if _, err := m.Training(); err != nil {
			t.Error(err)
		}
		if names, err := m.LabelNames(); err != nil || !slices.Equal(names, []string{"na", "fist", "palm"}) {
			t.Errorf("labels %v, %v", names, err)
		}
		for _, s := range m.InRole(dataset.Test).Samples {
			seen[s.ID]++
			switch {
			case s.ID == "fist-3": // clearly a palm
				rows = append(rows, []float32{0.05, 0.95})
			case s.ID == "palm-6": // less so
				rows = append(rows, []float32{0.85, 0.15})
			case s.ID == "fist-0": // in doubt: no threshold is reached
				rows = append(rows, []float32{0.45, 0.55})
			case s.Category == "fist":
				rows = append(rows, []float32{0.9, 0.1})
			default:
				rows = append(rows, []float32{0.1, 0.9})
			}
		}
		return rows, nil
	}
	o := audit.Default()
	o.Folds = 4
	f := gestures(t)
	got, err := audit.Labels(t.Context(), f.open(), o, predict, pipeline.Env{Key: rng.New(1)})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) != 16 || seen["fist-4"]+seen["wave-0"] > 0 || slices.Max(slices.Collect(maps.Values(seen))) != 1 {
		t.Errorf("predicted %v; want each capture of train and validation once", seen)
	}
	var order []string
	for _, s := range got.Suspects {
		order = append(order, s.Sample.ID+" "+s.Suggested)
	}
	if !slices.Equal(order, []string{"fist-3 palm", "palm-6 fist"}) || got.Samples != 16 || got.Right != 13 {
		t.Errorf("suspects %v, %d of %d right", order, got.Right, got.Samples)
	}
	dir := t.TempDir()
	if err := got.Write(dir); err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(filepath.Join(dir, audit.SuspectsFile))
	if err != nil || !strings.Contains(string(table), "\nfist-3,images/fist-3,fist-3,3,fist,palm,0.0500,0.9500,-0.9000\n") {
		t.Errorf("%v: %s", err, table)
	}
	if _, err := os.Stat(filepath.Join(dir, audit.SuspectsSheet)); err != nil {
		t.Error(err)
	}
	got.Suspects = nil
	if err := got.Write(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, audit.SuspectsSheet)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an old sheet is left: %v", err)
	}
}

func TestLabelsFaults(t *testing.T) {
	boom := errors.New("boom")
	predict := func(context.Context, dataset.Manifest, pipeline.Env) ([][]float32, error) { return nil, boom }
	o := audit.Default()
	if _, err := audit.Labels(t.Context(), gestures(t).open(), o, predict, pipeline.Env{}); !errors.Is(err, boom) || !strings.Contains(err.Error(), "part 1 of 5") {
		t.Errorf("got %v", err)
	}
	o.Folds = 9
	if _, err := audit.Labels(t.Context(), gestures(t).open(), o, predict, pipeline.Env{}); !errors.Is(err, dataset.ErrInvalid) || !strings.Contains(err.Error(), "8 groups") {
		t.Errorf("got %v", err)
	}
}
