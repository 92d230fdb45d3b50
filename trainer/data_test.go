package trainer

import (
	"context"
	"image"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
)

func TestReadDataTakesTrainAndValidationOnly(t *testing.T) {
	m, env := shapes(t, 2)
	d := readShapes(t, m, BCENa, env)
	if d.train.count() != 4*6*2 || d.validation.count() != 4*2*2 || d.Size != 32 {
		t.Errorf("%d and %d samples of %d pixels", d.train.count(), d.validation.count(), d.Size)
	}
	if got := strings.Join(d.Labels, " "); got != "na disc bar cross" {
		t.Errorf("labels %s", got)
	}
	for i, id := range d.train.ids {
		category, _, _ := strings.Cut(id, "-")
		if want := d.train.labels[i]; (category == "stripes") != (want == 0) || want > 0 && d.Labels[want] != category {
			t.Errorf("%s has label %d", id, want)
		}
	}
	if ce := readShapes(t, m, CE, env); ce.train.count() != 3*6*2 || ce.validation.count() != 3*2*2 {
		t.Errorf("ce: %d and %d samples", ce.train.count(), ce.validation.count())
	}
}

func TestReadDataKeepsThePixels(t *testing.T) {
	m, env := shapes(t, 1)
	d := readShapes(t, m, BCENa, env)
	for i, id := range d.validation.ids {
		s := m.Select(func(s *dataset.Sample) bool { return s.ID == id }).Samples[0]
		want, err := readSquare(env.Image(&s), 32)
		if err != nil {
			t.Fatal(err)
		}
		got := image.NewRGBA(want.Rect)
		unpack(got, d.validation.at(i))
		if string(got.Pix) != string(want.Pix) {
			t.Errorf("%s: the pixels differ from those of the file", id)
		}
	}
}

func TestReadDataErrors(t *testing.T) {
	for want, spoil := range map[string]func(m dataset.Manifest, env pipeline.Env) dataset.Manifest{
		`known category "bar" has no sample in train`: func(m dataset.Manifest, _ pipeline.Env) dataset.Manifest {
			return m.Select(func(s *dataset.Sample) bool { return s.Category != "bar" || s.Role != dataset.Train })
		},
		"is 40x40 pixels, want 32x32": func(m dataset.Manifest, env pipeline.Env) dataset.Manifest {
			writePNG(t, env.Image(find(m, dataset.Train, 3)), image.NewRGBA(image.Rect(0, 0, 40, 40)))
			return m
		},
		"is 32x40 pixels: want a square": func(m dataset.Manifest, env pipeline.Env) dataset.Manifest {
			writePNG(t, env.Image(find(m, dataset.Train, 0)), image.NewRGBA(image.Rect(0, 0, 32, 40)))
			return m
		},
		"bar-g0-0.png": func(m dataset.Manifest, env pipeline.Env) dataset.Manifest {
			os.Remove(env.Image(find(m, dataset.Train, 0)))
			return m
		},
		"not an image": func(m dataset.Manifest, env pipeline.Env) dataset.Manifest {
			os.WriteFile(env.Image(find(m, dataset.Validation, 2)), []byte("a text that is no image"), 0o644)
			return m
		},
	} {
		m, env := shapes(t, 1)
		labels, err := m.LabelNames()
		if err != nil {
			t.Fatal(err)
		}
		set, err := spoil(m, env).Training()
		if err != nil {
			t.Fatal(err)
		}
		if _, err = ReadData(context.Background(), set, labels, BCENa, env); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// find returns the i-th sample of a role.
func find(m dataset.Manifest, r dataset.Role, i int) *dataset.Sample { return &m.InRole(r).Samples[i] }

func TestOneKnownCategoryIsTooFewForCE(t *testing.T) {
	m, env := shapes(t, 1)
	m = m.Select(func(s *dataset.Sample) bool { return s.Label <= 1 })
	set, err := m.Training()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadData(context.Background(), set, []string{"na", "disc"}, CE, env); err == nil || !strings.Contains(err.Error(), "2 or more for ce") {
		t.Errorf("error %v", err)
	}
	if _, err := ReadData(context.Background(), set, []string{"na", "disc"}, BCENa, env); err != nil {
		t.Error(err)
	}
}

func TestMomentsAndNormaliser(t *testing.T) {
	s := images{size: 1, ids: []string{"a", "b"}, pixels: []uint8{0, 10, 255, 100, 10, 255}}
	mean, std := s.moments()
	if mean != (RGB{50. / 255, 10. / 255, 1}) || std != (RGB{50. / 255, 0.5 / 255, 0.5 / 255}) {
		t.Errorf("mean %v, std %v", mean, std)
	}
	got := make([]float32, 6)
	newNormaliser(mean, std).apply(got, s.pixels, 3)
	for i, want := range []float64{-1, 0, 0, 1, 0, 0} {
		if math.Abs(float64(got[i])-want) > 1e-5 {
			t.Errorf("value %d is %v, want %v", i, got[i], want)
		}
	}
}
