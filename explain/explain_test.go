package explain_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/explain"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/rng"
	"github.com/gesturekit/gesturekit/trainer"
)

const size = 32

// drawn is a picture that goes by its name: a light square on noise.
func drawn(name string) *image.RGBA {
	r := rng.New(2).With(name).Rand()
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	for i := range size * size {
		img.SetRGBA(i%size, i/size, color.RGBA{uint8(r.IntN(200)), uint8(r.IntN(200)), uint8(r.IntN(200)), 255})
	}
	at := image.Pt(r.IntN(20), r.IntN(20))
	draw.Draw(img, image.Rectangle{at, at.Add(image.Pt(10, 10))}, image.White, image.Point{}, draw.Src)
	return img
}

// run returns a manifest with images in root, and a model with the weights that
// a training starts from.
func run(t *testing.T, loss trainer.Loss) (*trainer.Model, dataset.Manifest, string) {
	t.Helper()
	root := t.TempDir()
	var samples []dataset.Sample
	for i, c := range []string{"fist", "ok", "idle"} {
		for g, role := range []dataset.Role{dataset.Train, dataset.Train, dataset.Validation, dataset.Test} {
			id := fmt.Sprintf("%s-p%d", c, g)
			s := dataset.Sample{ID: id, Path: id + ".png", Category: c, Group: fmt.Sprint("p", g), Source: id, SHA256: id, Partition: dataset.Known, Role: role, Label: i + 1}
			if c == "idle" {
				s.Partition, s.Label = dataset.Unknown, 0
			}
			samples = append(samples, s)
			var b bytes.Buffer
			if err := png.Encode(&b, drawn(id)); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(root, s.Path), b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	m := dataset.New(samples)
	set, err := m.Training()
	if err != nil {
		t.Fatal(err)
	}
	d, err := trainer.ReadData(t.Context(), set, []string{"na", "fist", "ok"}, loss, pipeline.Env{Name: "train", Root: root, Dir: root, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	o := trainer.Default()
	o.Arch, o.Loss = "tiny", loss
	model, err := trainer.New(d, o, rng.New(1))
	if err != nil {
		t.Fatal(err)
	}
	return model, m, root
}

func TestImage(t *testing.T) {
	for _, loss := range []trainer.Loss{trainer.BCENa, trainer.CE} {
		model, m, root := run(t, loss)
		img := drawn("fist-p1")
		e, err := explain.Image(t.Context(), model, img, m, root, 4, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, workers := range []int{2, 5} {
			again, err := explain.Image(t.Context(), model, img, m, root, 4, workers)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(e, again); diff != "" {
				t.Errorf("%s: %d workers differ: %s", loss, workers, diff)
			}
		}
		// The image is one of the training, so nothing is more like it.
		if n := e.Neighbours; len(n) != 4 || n[0].ID != "fist-p1" || n[0].Similarity < 0.999999 || n[3].Similarity > n[0].Similarity {
			t.Errorf("%s: neighbours %+v", loss, n)
		}
		for _, n := range e.Neighbours {
			if n.Group == "p2" || n.Group == "p3" {
				t.Errorf("%s: %s is not in train", loss, n.ID)
			}
		}
		p, err := model.NewPredictor(1, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		rows, err := p.Outputs([]*image.RGBA{img})
		if err != nil {
			t.Fatal(err)
		}
		d, err := model.Rule().Decide(rows[0])
		if err != nil {
			t.Fatal(err)
		}
		if e.Prediction != model.Labels[d.Label] || e.Value != d.Score || len(e.Labels) != len(rows[0].Probabilities) || len(e.Scores) != len(evaluate.Scores()) {
			t.Errorf("%s: got %+v, want %+v", loss, e, d)
		}
		if e.Occlusion.Label != model.Labels[d.Argmax] || e.Occlusion.Probability != rows[0].TopProbability() {
			t.Errorf("%s: occlusion of %s at %v, want %s", loss, e.Occlusion.Label, e.Occlusion.Probability, model.Labels[d.Argmax])
		}
		checkDrops(t, e.Occlusion, model, p, img)
	}
}

// checkDrops hides one place by hand.
func checkDrops(t *testing.T, o explain.Occlusion, model *trainer.Model, p *trainer.Predictor, img *image.RGBA) {
	t.Helper()
	masked := image.NewRGBA(img.Rect)
	copy(masked.Pix, img.Pix)
	const r, c = 5, 9
	for y := r*o.Stride - o.Patch/2; y < r*o.Stride+o.Patch/2; y++ {
		for x := c*o.Stride - o.Patch/2; x < c*o.Stride+o.Patch/2; x++ {
			level := func(v float32) uint8 { return uint8(math.Round(float64(v) * 255)) }
			masked.SetRGBA(x, y, color.RGBA{level(model.Mean[0]), level(model.Mean[1]), level(model.Mean[2]), 255})
		}
	}
	rows, err := p.Outputs([]*image.RGBA{img, masked})
	if err != nil {
		t.Fatal(err)
	}
	column := 0
	for i, v := range rows[0].Probabilities {
		if float64(v) == rows[0].TopProbability() {
			column = i
		}
	}
	want := float64(rows[0].Probabilities[column]) - float64(rows[1].Probabilities[column])
	if len(o.Drop) != 17 || len(o.Drop[r]) != 17 || o.Drop[r][c] != want || want == 0 {
		t.Errorf("drop %v, want %v", o.Drop[r][c], want)
	}
}

func TestNoNeighboursWithoutManifest(t *testing.T) {
	model, _, root := run(t, trainer.BCENa)
	e, err := explain.Image(t.Context(), model, drawn("x"), dataset.Manifest{}, root, 4, 1)
	if err != nil || len(e.Neighbours) != 0 {
		t.Errorf("got %v, %v", e.Neighbours, err)
	}
	if _, err := explain.Image(t.Context(), model, image.NewRGBA(image.Rect(0, 0, 8, 8)), dataset.Manifest{}, root, 4, 1); err == nil {
		t.Error("an image of another size gives no error")
	}
	if m, _, err := explain.Manifest(root); err != nil || len(m.Samples) != 0 {
		t.Errorf("got %d samples, %v", len(m.Samples), err)
	}
}

func TestPicture(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	draw.Draw(img, img.Rect, image.NewUniform(color.RGBA{100, 100, 100, 255}), image.Point{}, draw.Src)
	o := explain.Occlusion{Patch: 8, Stride: 2, Drop: make([][]float64, 17)}
	for r := range o.Drop {
		o.Drop[r] = make([]float64, 17)
		for c := range 4 {
			o.Drop[r][c], o.Drop[r][16-c] = 0.5, -0.5
		}
	}
	p := o.Picture(img)
	if p.Rect != image.Rect(0, 0, 776, 384) {
		t.Fatalf("got %v", p.Rect)
	}
	if c := p.RGBAAt(10, 100); c != (color.RGBA{100, 100, 100, 255}) {
		t.Errorf("the image itself has %v", c)
	}
	left, middle, right := p.RGBAAt(393, 100), p.RGBAAt(392+192, 100), p.RGBAAt(775, 100)
	if !(left.R > 150 && left.B < 80) || middle != (color.RGBA{100, 100, 100, 255}) || !(right.B > 140 && right.R < 80) {
		t.Errorf("left %v, middle %v, right %v: want red, grey, blue", left, middle, right)
	}
}
