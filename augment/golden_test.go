package augment

import (
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// oracles is the folder of independent results, beside the repository.
const oracles = "../../shared/golden/image"

func readOracle(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(oracles, name))
	if err != nil {
		t.Skip("no oracles here: ", err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func readPNG(t *testing.T, name string) *image.RGBA {
	t.Helper()
	f, err := os.Open(filepath.Join(oracles, name))
	if err != nil {
		t.Skip("no oracles here: ", err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewRGBA(img.Bounds())
	draw.Draw(out, out.Rect, img, image.Point{}, draw.Src)
	return out
}

// compare returns the largest difference of a byte, how many bytes differ and
// the peak signal-to-noise ratio in dB.
func compare(a, b *image.RGBA) (worst, differ int, psnr float64) {
	sum := 0.0
	for i := range a.Pix {
		d := int(a.Pix[i]) - int(b.Pix[i])
		if d != 0 {
			differ++
		}
		worst = max(worst, d, -d)
		sum += float64(d * d)
	}
	return worst, differ, 10 * math.Log10(255*255*float64(len(a.Pix))*3/4/sum)
}

func TestWarpMatchesExactBilinear(t *testing.T) {
	var file struct {
		Cases []struct {
			Input, Exact, Kind string
			Matrix             matrix
		}
	}
	readOracle(t, "warp_cv5.0.0.json", &file)
	for _, c := range file.Cases {
		src, want := readPNG(t, c.Input), readPNG(t, c.Exact)
		got := image.NewRGBA(want.Rect)
		m, err := c.Matrix.normalised(0, 0, float64(want.Rect.Dx()-1), float64(want.Rect.Dy()-1))
		if err != nil {
			t.Errorf("%s: %v", c.Exact, err)
			continue
		}
		warp(got, src, m, border{}, nil)
		worst, differ, psnr := compare(got, want)
		t.Logf("%-46s worst %d, %d of %d bytes differ, %.1f dB", c.Exact, worst, differ, len(got.Pix)*3/4, psnr)
		if worst > 1 || psnr < 57 {
			t.Errorf("%s: worst difference %d, %.1f dB; want at most 1, at least 57", c.Exact, worst, psnr)
		}
	}
}

func TestSymmetricWarpMatchesFastai(t *testing.T) {
	var file struct {
		Cases []struct {
			Input, Output, Op string
			X                 float64 `json:"draw_x"`
			Y                 float64 `json:"draw_y"`
		}
	}
	readOracle(t, "tone_torchvision_fastai.json", &file)
	for _, c := range file.Cases {
		if c.Op != "warp" {
			continue
		}
		src, want := readPNG(t, c.Input), readPNG(t, c.Output)
		got := image.NewRGBA(want.Rect)
		if err := trace(t, `- symmetric_warp: {x: %v, y: %v}`, c.X, c.Y).Apply(got, src, nil); err != nil {
			t.Fatal(err)
		}
		worst, differ, psnr := compare(got, want)
		t.Logf("%-46s worst %d, %d of %d bytes differ, %.1f dB", c.Output, worst, differ, len(got.Pix)*3/4, psnr)
		if worst > 1 {
			t.Errorf("%s: worst difference %d, want at most 1", c.Output, worst)
		}
	}
}

// trace reads a trace from YAML.
func trace(t testing.TB, format string, args ...any) Trace {
	t.Helper()
	tr, err := ParseTrace(fmt.Appendf(nil, format, args...))
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestToneMatchesTables(t *testing.T) {
	var a, b struct{ Luts map[string][]float64 }
	readOracle(t, "tone_albumentations.json", &a)
	readOracle(t, "tone_torchvision_fastai.json", &b)
	ramp := image.NewRGBA(image.Rect(0, 0, 256, 1))
	for i := range 256 {
		copy(ramp.Pix[4*i:], []uint8{uint8(i), uint8(i), uint8(i), 255})
	}
	for _, luts := range []map[string][]float64{a.Luts, b.Luts} {
		for name, want := range luts {
			recipe, known := toneRecipe(name)
			if !known {
				t.Errorf("%s: no op for this table", name)
				continue
			}
			got := image.NewRGBA(ramp.Rect)
			if err := trace(t, "%s", recipe).Apply(got, ramp, nil); err != nil {
				t.Fatal(err)
			}
			worst := 0.0
			for i, w := range want {
				if strings.HasSuffix(name, "_float") {
					w *= 255
				}
				worst = max(worst, math.Abs(w-float64(got.Pix[4*i])))
			}
			t.Logf("%-32s worst %.3g", name, worst)
			if worst > 1 || strings.HasSuffix(name, "_float") && worst > 0.502 {
				t.Errorf("%s: %v levels from the table", name, worst)
			}
		}
	}
}

// toneRecipe writes the op that a table of the oracles stands for.
func toneRecipe(name string) (string, bool) {
	number := func(s string) float64 {
		v, _ := strconv.ParseFloat(strings.TrimLeft(s, "bc"), 64)
		return v
	}
	const affine = "- brightness_contrast: {brightness: %v, contrast: %v, pivot: 0}"
	switch f := strings.Split(name, "_"); {
	case f[0] == "bc":
		return fmt.Sprintf(affine, number(f[1]), 1+number(f[2])), true
	case f[0] == "gamma":
		return fmt.Sprintf("- gamma: {power: %v}", number(f[1])/100), true
	case f[0] == "fastai":
		return fmt.Sprintf("- logit_lighting: {brightness: %v, contrast: %v}", number(f[2]), number(f[3])), true
	case f[2] == "brightness":
		return fmt.Sprintf(affine, 0, number(f[3])), true
	case f[2] == "gamma":
		return fmt.Sprintf("- gamma: {power: %v}", number(f[3])), true
	}
	return "", false
}
