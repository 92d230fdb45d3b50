package trainer

import (
	"errors"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/rng"
)

// FuzzLoad gives Load a card and weights of any kind. It must fail with ErrModel
// or give a model that predicts.
func FuzzLoad(f *testing.F) {
	d := &Data{Labels: []string{"na", "a", "b"}, Size: 32, Mean: RGB{0.5, 0.5, 0.5}, Std: RGB{0.2, 0.2, 0.2}}
	o := quick()
	o.Loss = EOS
	m, err := New(d, o, rng.New(1))
	if err != nil {
		f.Fatal(err)
	}
	m.Calibrated = map[evaluate.Score]float64{evaluate.Energy: 3}
	dir := f.TempDir()
	if err := m.Save(dir); err != nil {
		f.Fatal(err)
	}
	card, err := os.ReadFile(filepath.Join(dir, CardFile))
	if err != nil {
		f.Fatal(err)
	}
	weights, err := os.ReadFile(filepath.Join(dir, WeightsFile))
	if err != nil {
		f.Fatal(err)
	}
	for _, n := range []int{-1, 0, 1, 8, 2000} {
		f.Add(card, n, byte(1))
	}
	f.Add(card[:len(card)/2], -1, byte(0))
	f.Add([]byte(`{"format":2}`), -1, byte(0))
	f.Fuzz(func(t *testing.T, card []byte, at int, change byte) {
		dir := t.TempDir()
		changed := append([]byte(nil), weights...)
		if at >= 0 && at < len(changed) {
			changed[at] ^= change
		}
		for name, data := range map[string][]byte{CardFile: card, WeightsFile: changed} {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		m, err := Load(dir)
		if err != nil {
			if !errors.Is(err, ErrModel) {
				t.Errorf("error %v is no ErrModel", err)
			}
			return
		}
		if at >= 0 && at < len(changed) && change != 0 {
			t.Error("damaged weights are taken")
		}
		p, err := m.NewPredictor(1, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		square := image.NewRGBA(image.Rect(0, 0, m.Size, m.Size))
		if _, err := p.Outputs([]*image.RGBA{square}); err != nil && !strings.Contains(err.Error(), "the network gives no number") {
			t.Error(err)
		}
	})
}
