package heif_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/pixel/heif"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func files(t testing.TB) []string {
	t.Helper()
	heic, err := filepath.Glob("testdata/*.heic")
	if err != nil {
		t.Fatal(err)
	}
	avif, err := filepath.Glob("testdata/*.avif")
	if err != nil || len(heic) < 7 || len(avif) < 7 {
		t.Fatalf("%v: %d HEIC and %d AVIF files", err, len(heic), len(avif))
	}
	return append(heic, avif...)
}

// TestAgainstPillow compares with what newer releases of the decoders give in
// Pillow and pillow-heif, which interpolate chroma where we repeat it.
func TestAgainstPillow(t *testing.T) {
	if testing.Short() {
		t.Skip("compiling the decoders takes long under emulation")
	}
	for _, name := range files(t) {
		data := read(t, name)
		h, err := heif.Parse(data)
		if strings.HasSuffix(name, "alpha.heic") {
			if !errors.Is(err, heif.ErrUnsupported) {
				t.Errorf("%s: got %v, want ErrUnsupported", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := heif.Decode(data, h)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if want := image.Rect(0, 0, h.Width, h.Height); got.Bounds() != want {
			t.Errorf("%s: bounds are %v, the header says %v", name, got.Bounds(), want)
		}
		want, err := png.Decode(bytes.NewReader(read(t, name+".png")))
		if err != nil {
			t.Fatal(err)
		}
		turn := h.Orientation == 5
		if turn != strings.Contains(name, "turned") {
			t.Errorf("%s: orientation %d", name, h.Orientation)
		}
		worst, sum := 0, 0
		for y := range h.Height {
			for x := range h.Width {
				g, w := color.NRGBAModel.Convert(got.At(x, y)).(color.NRGBA), color.NRGBA{}
				if turn {
					w = color.NRGBAModel.Convert(want.At(y, x)).(color.NRGBA)
				} else {
					w = color.NRGBAModel.Convert(want.At(x, y)).(color.NRGBA)
				}
				if w.A < 128 { // of which colour is a matter of rounding
					continue
				}
				for _, d := range []int{int(g.R) - int(w.R), int(g.G) - int(w.G), int(g.B) - int(w.B), int(g.A) - int(w.A)} {
					worst = max(worst, d, -d)
					sum += max(d, -d)
				}
			}
		}
		mean := float64(sum) / float64(4*h.Width*h.Height)
		t.Logf("%s: off by %d at most, %.2f on average", filepath.Base(name), worst, mean)
		most := 16 // an edge of 16 levels from one chroma sample to the next
		if strings.Contains(name, "y444") || strings.Contains(name, "grey") {
			most = 1
		} else if strings.Contains(name, "small") { // where a chroma sample is 14 levels from the next
			most = 30
		}
		if worst > most || mean > 2.6 {
			t.Errorf("%s: off by %d, %.2f on average", name, worst, mean)
		}
	}
}

func TestHeaders(t *testing.T) {
	for name, want := range map[string]heif.Header{
		"plain.heic":  {Kind: heif.HEIC, Width: 80, Height: 48, Orientation: 1},
		"small.heic":  {Kind: heif.HEIC, Width: 37, Height: 21, Orientation: 1},
		"small.avif":  {Kind: heif.AVIF, Width: 37, Height: 21, Orientation: 1},
		"turned.avif": {Kind: heif.AVIF, Width: 80, Height: 48, Orientation: 5},
	} {
		h, err := heif.Parse(read(t, "testdata/"+name))
		if err != nil || h.Kind != want.Kind || h.Width != want.Width || h.Height != want.Height || h.Orientation != want.Orientation {
			t.Errorf("%s: %+v, %v", name, h, err)
		}
	}
	for _, name := range []string{"p3.heic", "p3.avif"} {
		if h, err := heif.Parse(read(t, "testdata/"+name)); err != nil || !bytes.Equal(h.Profile, read(t, "../icc/testdata/display-p3.icc")) {
			t.Errorf("%s: a profile of %d bytes, %v", name, len(h.Profile), err)
		}
	}
}

// TestModulesAreThoseNamed holds the decoders to modules/README.md.
func TestModulesAreThoseNamed(t *testing.T) {
	for name, want := range map[string]string{
		"heic.wasm.gz": "3634a6447ea3915633667f39e01ff540a60f4e2f837a8391d044d76dfd8a0435",
		"avif.wasm.gz": "1ee2423413384d54b3fa4e2882424d60a2a05f5fe7ec573535fdb6b531071a9b",
	} {
		if sum := sha256.Sum256(read(t, "modules/"+name)); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s is %x", name, sum)
		}
	}
}

func known(err error) bool {
	return errors.Is(err, heif.ErrBroken) || errors.Is(err, heif.ErrCut) || errors.Is(err, heif.ErrUnsupported)
}

func TestCutFiles(t *testing.T) {
	for _, name := range files(t) {
		data := read(t, name)
		for n := 0; n < len(data); n += 7 {
			if _, err := heif.Parse(data[:n]); err != nil && !known(err) {
				t.Errorf("%s cut at %d: %v", name, n, err)
			}
		}
		if _, err := heif.Parse(data[:len(data)-1]); !errors.Is(err, heif.ErrCut) {
			t.Errorf("%s without its last byte: got %v, want ErrCut", name, err)
		}
	}
}

// TestSpoiltImages: whatever the bits, the decoders end, with an image or an error.
func TestSpoiltImages(t *testing.T) {
	if testing.Short() {
		t.Skip("compiling the decoders takes long under emulation")
	}
	for _, name := range []string{"testdata/small.heic", "testdata/small.avif"} {
		data := read(t, name)
		failed := 0
		for n := bytes.Index(data, []byte("mdat")) + 4; n < len(data); n += 11 {
			spoilt := bytes.Clone(data)
			spoilt[n] ^= 0x5a
			h, err := heif.Parse(spoilt)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := heif.Decode(spoilt, h); err != nil {
				if failed++; !known(err) {
					t.Errorf("%s spoilt at %d: %v", name, n, err)
				}
			}
		}
		t.Logf("%s: %d refused", name, failed)
	}
}

// TestHeaderBoundsMemory: a header that says less than there is gets no more.
func TestHeaderBoundsMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("compiling the decoders takes long under emulation")
	}
	for _, name := range []string{"plain.heic", "plain.avif"} {
		data := bytes.Clone(read(t, "testdata/"+name))
		at := bytes.Index(data, []byte("ispe")) + 8
		copy(data[at:], []byte{0, 0, 0, 40, 0, 0, 0, 24})
		h, err := heif.Parse(data)
		if errors.Is(err, heif.ErrBroken) && name == "plain.heic" { // its crop is outside now
			continue
		}
		if err != nil || h.Width != 40 || h.Height != 24 {
			t.Fatalf("%+v, %v", h, err)
		}
		if m, err := heif.Decode(data, h); err == nil && m.Bounds() != image.Rect(0, 0, 40, 24) || err != nil && !known(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range files(f) {
		f.Add(read(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := heif.Parse(data)
		switch {
		case err != nil && !known(err):
			t.Errorf("%v is of no known kind", err)
		case err == nil && (h.Width < 1 || h.Height < 1 || h.Orientation < 1 || h.Orientation > 8):
			t.Errorf("%+v", h)
		}
	})
}

// FuzzDecode runs the decoders on spoilt files of up to 64 x 64 pixels.
func FuzzDecode(f *testing.F) {
	for _, name := range []string{"testdata/small.heic", "testdata/small.avif", "testdata/grey.heic"} {
		data := read(f, name)
		f.Add(data)
		h, err := heif.Parse(data)
		if err == nil {
			_, err = heif.Decode(data, h) // compiles the decoders: go test ends a call after 10 s, with exit status 2
		}
		if err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := heif.Parse(data)
		if err != nil || h.Width > 80 || h.Height > 80 {
			return
		}
		if m, err := heif.Decode(data, h); err != nil && !known(err) {
			t.Errorf("%v is of no known kind", err)
		} else if err == nil && m.Bounds() != image.Rect(0, 0, h.Width, h.Height) {
			t.Errorf("bounds %v, header %+v", m.Bounds(), h)
		}
	})
}
