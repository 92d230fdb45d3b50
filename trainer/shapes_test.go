package trainer

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/progress"
	"github.com/gesturekit/gesturekit/rng"
)

// shapes draws a labelled dataset of 32x32 pictures: three known shapes, one
// unknown and one unseen. Groups 0..5 are in train, 6 and 7 in validation. The
// pictures of the test are in the manifest but not on disk.
func shapes(t testing.TB, perGroup int) (dataset.Manifest, pipeline.Env) {
	t.Helper()
	env := pipeline.Env{Name: "train", Root: t.TempDir(), Seed: 7, Key: rng.New(7), Workers: 2}
	env.Dir = filepath.Join(env.Root, "train")
	if err := os.Mkdir(env.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var samples []dataset.Sample
	for label, category := range []string{"stripes", "disc", "bar", "cross", "ring"} {
		for group := range 10 {
			for take := range perGroup {
				s := dataset.Sample{
					ID: fmt.Sprintf("%s-g%d-%d", category, group, take), Category: category, Group: fmt.Sprintf("g%d", group),
					Label: label, Partition: dataset.Known, Role: dataset.Train,
				}
				s.Path = s.ID + ".png"
				switch {
				case category == "ring":
					s.Partition, s.Role, s.Label, s.Group = dataset.Unseen, dataset.Test, dataset.NALabel, fmt.Sprintf("u%d", group)
				case group >= 8:
					s.Role = dataset.Test
				case group >= 6:
					s.Role = dataset.Validation
				}
				if category == "stripes" {
					s.Partition = dataset.Unknown
				}
				if s.Role != dataset.Test {
					writePNG(t, env.Image(&s), drawShape(category, rng.New(1).With(s.ID)))
				}
				samples = append(samples, s)
			}
		}
	}
	return dataset.New(samples), env
}

func drawShape(category string, key rng.Key) *image.RGBA {
	const size = 32
	r := key.Rand()
	cx, cy, radius := 12+r.IntN(8), 12+r.IntN(8), 6+r.IntN(3)
	front, back := 120+r.IntN(130), r.IntN(90)
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			dx, dy := max(x-cx, cx-x), max(y-cy, cy-y)
			inside := map[string]bool{
				"disc":    dx*dx+dy*dy <= radius*radius,
				"bar":     dx <= 2 && dy <= radius,
				"cross":   min(dx, dy) <= 2 && max(dx, dy) <= radius,
				"stripes": y%6 < 3 && max(dx, dy) <= radius,
			}[category]
			v := back
			if inside {
				v = front
			}
			v = min(255, v+r.IntN(20))
			img.SetRGBA(x, y, color.RGBA{uint8(v), uint8(v * 3 / 4), uint8(v / 2), 255})
		}
	}
	return img
}

func writePNG(t testing.TB, name string, img image.Image) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
}

// quick are settings that learn the shapes in about a second.
func quick() Options {
	o := Default()
	o.Arch, o.Epochs, o.Batch = "tiny", 6, 16
	return o
}

// jitter is an Augmentation that brightens or darkens by the key.
func jitter() Augmentation {
	return Augmentation{Settings: "jitter", New: func() Augment {
		return func(dst, src *image.RGBA, category string, key rng.Key) (string, error) {
			by := int(key.Uint64()%41) - 20
			for i, v := range src.Pix {
				dst.Pix[i] = uint8(min(255, max(0, int(v)+by)))
			}
			return category, nil
		}
	}}
}

func readShapes(t testing.TB, m dataset.Manifest, loss Loss, env pipeline.Env) *Data {
	t.Helper()
	set, err := m.Training()
	if err != nil {
		t.Fatal(err)
	}
	labels, err := m.LabelNames()
	if err != nil {
		t.Fatal(err)
	}
	d, err := ReadData(context.Background(), set, labels, loss, env)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// run fits a new model for at most epochs epochs.
func run(t testing.TB, d *Data, o Options, a Augmentation, env pipeline.Env, epochs int) (*Model, []Epoch) {
	t.Helper()
	m, err := New(d, o, env.Key)
	if err != nil {
		t.Fatal(err)
	}
	var history []Epoch
	for e, err := range Fit(context.Background(), m, d, o, a, env) {
		if err != nil {
			t.Fatal(err)
		}
		if history = append(history, e); len(history) == epochs {
			break
		}
	}
	return m, history
}

// files returns the bytes that a model and its history are saved as.
func files(t testing.TB, m *Model, history []Epoch) string {
	t.Helper()
	dir := t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	if err := writeHistory(dir, history); err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, name := range []string{WeightsFile, CardFile, HistoryFile} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data...)
	}
	return string(all)
}

// golden decodes a file of results computed outside the project.
func golden(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "golden", name))
	if err != nil {
		t.Skip("the golden files are not here:", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

// warnings collects what a stage warns of.
func warnings(env *pipeline.Env) *[]string {
	notes := &[]string{}
	env.Progress = func(e progress.Event) {
		if e.Warning {
			*notes = append(*notes, e.Note)
		}
	}
	return notes
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }
