package pixel_test

import (
	"bytes"
	"errors"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/gesturekit/gesturekit/pixel"
	"github.com/gesturekit/gesturekit/pixel/icc"
)

func heifFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("heif", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestDecodeHEIF: found by content, upright, transparency on white. What the
// pixels are compared with comes from Pillow.
func TestDecodeHEIF(t *testing.T) {
	if testing.Short() {
		t.Skip("compiling the decoders takes long under emulation")
	}
	for name, want := range map[string]pixel.Info{
		"plain.heic":  {Format: pixel.HEIC, Width: 80, Height: 48, Orientation: 1, Frames: 1},
		"plain.avif":  {Format: pixel.AVIF, Width: 80, Height: 48, Orientation: 1, Frames: 1},
		"alpha.avif":  {Format: pixel.AVIF, Width: 80, Height: 48, Orientation: 1, Frames: 1},
		"turned.avif": {Format: pixel.AVIF, Width: 80, Height: 48, Orientation: 5, Frames: 1},
	} {
		img, info, err := pixel.Decode(heifFile(t, name), pixel.Limits{})
		if err != nil || info != want {
			t.Errorf("%s: %+v, %v", name, info, err)
			continue
		}
		golden, err := png.Decode(bytes.NewReader(heifFile(t, name+".png")))
		if err != nil {
			t.Fatal(err)
		}
		near(t, name, img, golden, 14)
	}
}

func TestProfilesOfHEIF(t *testing.T) {
	if testing.Short() {
		t.Skip("compiling the decoders takes long under emulation")
	}
	for _, ext := range []string{"heic", "avif"} {
		got, info, err := pixel.Decode(heifFile(t, "p3."+ext), pixel.Limits{})
		if err != nil || info.ProfileFault != "" {
			t.Fatal(err, info.ProfileFault)
		}
		want, _, err := pixel.Decode(heifFile(t, "plain."+ext), pixel.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if icc.DisplayP3().Apply(want); !bytes.Equal(got.Pix, want.Pix) {
			worst := 0
			for i := range got.Pix {
				d := int(got.Pix[i]) - int(want.Pix[i])
				worst = max(worst, d, -d)
			}
			if worst > 1 { // the profile's colorants are rounded otherwise
				t.Errorf("%s: off by %d", ext, worst)
			}
		}
	}
}

func TestShotOfHEIF(t *testing.T) {
	for _, name := range []string{"plain.heic", "plain.avif"} {
		want := pixel.Shot{TakenAt: "2024-05-06T07:08:09", Camera: "Apple iPhone 15"}
		if got := pixel.ReadShot(bytes.NewReader(heifFile(t, name))); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}

func TestHeaderOfHEIFIsCheckedBeforePixels(t *testing.T) {
	for _, name := range []string{"y444.heic", "plain.avif"} {
		data := bytes.Clone(heifFile(t, name))
		at := bytes.Index(data, []byte("ispe")) + 8
		copy(data[at:], []byte{0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60})
		if i := bytes.Index(data, []byte("clap")); i > 0 {
			copy(data[i:], "free")
		}
		if _, _, err := pixel.Decode(data, pixel.Limits{}); !errors.Is(err, pixel.ErrTooLarge) {
			t.Errorf("%s: got %v, want ErrTooLarge", name, err)
		}
	}
}
