package validate

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/rng"
	"github.com/gesturekit/gesturekit/trainer"
)

// saveModel writes the images of m and a model for them, with the weights that
// a training starts from.
func saveModel(t *testing.T, m dataset.Manifest, env pipeline.Env, loss trainer.Loss) {
	t.Helper()
	for _, s := range m.Samples {
		img := image.NewRGBA(image.Rect(0, 0, 32, 32))
		r := rng.New(2).With(s.ID).Rand()
		for i := range 32 * 32 {
			img.SetRGBA(i%32, i/32, color.RGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(s.Label * 90), 255})
		}
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(env.Image(&s), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	set, err := m.Training()
	if err != nil {
		t.Fatal(err)
	}
	d, err := trainer.ReadData(t.Context(), set, []string{"na", "fist", "ok"}, loss, env)
	if err != nil {
		t.Fatal(err)
	}
	o := trainer.Default()
	o.Arch, o.Loss = "tiny", loss
	model, err := trainer.New(d, o, rng.New(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := model.Save(env.Output("train")); err != nil {
		t.Fatal(err)
	}
}

func TestStageUsesTheTrainedModel(t *testing.T) {
	for _, loss := range []trainer.Loss{trainer.BCENa, trainer.CE} {
		root := t.TempDir()
		env := pipeline.Env{Name: "validate", Root: root, Dir: filepath.Join(root, "work"), Workers: 2}
		for _, dir := range []string{"ingest", "train", "work"} {
			if err := os.Mkdir(filepath.Join(root, dir), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		m := sound()
		saveModel(t, m, env, loss)
		var files [2][]byte
		for i := range files {
			env.Workers = 1 + i
			if _, err := (Stage{Options: Default()}).Run(t.Context(), m, env); err != nil {
				t.Fatal(err)
			}
			var err error
			if files[i], err = os.ReadFile(filepath.Join(env.Dir, evaluate.PredictionsFile)); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(files[0], files[1]) {
			t.Errorf("%s: predictions differ between 1 and 2 workers", loss)
		}
		r, lines := read(t, env.Dir)
		if r.HasNA != loss.HasNA() || len(lines) != 21 || r.Test.OverallAccuracy.Of != 12 {
			t.Errorf("%s: na column %v, %d predictions, %d of the test", loss, r.HasNA, len(lines), r.Test.OverallAccuracy.Of)
		}
		if err := os.RemoveAll(env.Output("train")); err != nil {
			t.Fatal(err)
		}
		if _, err := (Stage{Options: Default()}).Run(t.Context(), m, env); err == nil {
			t.Error("a run without a model gives no error")
		}
	}
}
