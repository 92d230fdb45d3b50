package pixel_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/HugoSmits86/nativewebp"

	"github.com/gesturekit/gesturekit/pixel"
)

// shown returns copies of the frames before the error.
func shown(data []byte, l pixel.Limits) (frames []*image.RGBA, err error) {
	for img, e := range pixel.Frames(data, l) {
		if e != nil {
			return frames, e
		}
		c := *img
		c.Pix = bytes.Clone(img.Pix)
		frames = append(frames, &c)
	}
	return frames, nil
}

func frameFiles(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("testdata/frames/*.png")
	if err != nil || len(names) < 10 {
		t.Fatal(len(names), err)
	}
	out := map[string][]byte{}
	for _, name := range names {
		name = strings.TrimSuffix(filepath.Base(name), ".png")
		if out[name], err = os.ReadFile(filepath.Join("testdata/frames", name)); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// The frames are those of Pillow (testdata/frames/make.py): exactly, or within a
// level where something half clear is laid over something else.
func TestFramesAreThoseOfPillow(t *testing.T) {
	for name, data := range frameFiles(t) {
		tolerance := 0
		if strings.Contains(name, "alpha") {
			tolerance = 1
		}
		file, err := os.ReadFile(filepath.Join("testdata/frames", name+".png"))
		if err != nil {
			t.Fatal(err)
		}
		golden, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		frames, err := shown(data, pixel.Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		first, info, err := pixel.Decode(data, pixel.Limits{})
		if err != nil || info.Frames != len(frames) || info.Frames*info.Height != golden.Bounds().Dy() {
			t.Errorf("%s: %d frames, %+v, %v, want %v", name, len(frames), info, err, golden.Bounds())
			continue
		}
		for i, f := range append(frames, first) {
			i %= len(frames)
			want := image.NewRGBA(f.Rect)
			draw.Draw(want, want.Rect, golden, image.Pt(0, i*info.Height), draw.Src)
			near(t, name, f, want, tolerance)
		}
	}
}

// What a frame clears is clear whatever background colour the file names: white.
func TestClearedGIFIsWhite(t *testing.T) {
	colours := color.Palette{color.RGBA{200, 0, 0, 255}, color.RGBA{0, 0, 200, 255}}
	a, b := image.NewPaletted(image.Rect(0, 0, 4, 2), colours), image.NewPaletted(image.Rect(1, 0, 2, 1), colours)
	b.Pix[0] = 1
	data := encode(t, func(w *bytes.Buffer) error {
		return gif.EncodeAll(w, &gif.GIF{Image: []*image.Paletted{a, b}, Delay: []int{1, 1}, Disposal: []byte{gif.DisposalBackground, 0},
			Config: image.Config{ColorModel: colours, Width: 4, Height: 2}, BackgroundIndex: 1})
	})
	frames, err := shown(data, pixel.Limits{})
	if err != nil || len(frames) != 2 {
		t.Fatal(len(frames), err)
	}
	want := image.NewRGBA(a.Rect)
	draw.Draw(want, want.Rect, image.White, image.Point{}, draw.Src)
	want.Set(1, 0, colours[1])
	near(t, "second", frames[1], want, 0)
}

func TestFramesOfStillImages(t *testing.T) {
	for name, data := range samples(t) {
		frames, err := shown(data, pixel.Limits{})
		want, _, err2 := pixel.Decode(data, pixel.Limits{})
		if err != nil || err2 != nil || len(frames) != 1 {
			t.Errorf("%s: %d frames, %v, %v", name, len(frames), err, err2)
			continue
		}
		near(t, name, frames[0], want, 0)
	}
	if _, err := shown([]byte("text"), pixel.Limits{}); !errors.Is(err, pixel.ErrNotImage) {
		t.Error(err)
	}
}

// Colours and orientation of a file count for all of its frames.
func TestFramesAreUprightAndSRGB(t *testing.T) {
	data := frameFiles(t)["moving-lossless.webp"]
	plain, err := shown(data, pixel.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	profile, err := os.ReadFile("icc/testdata/display-p3.icc")
	if err != nil {
		t.Fatal(err)
	}
	chunk := func(name string, payload []byte) []byte {
		out := append([]byte(name), byte(len(payload)), byte(len(payload)>>8), 0, 0)
		return append(append(out, payload...), make([]byte, len(payload)%2)...)
	}
	at := bytes.Index(data, []byte("ANIM"))
	dressed := append(append(append(bytes.Clone(data[:at]), chunk("ICCP", profile)...), data[at:]...), chunk("EXIF", exif(binary.LittleEndian, 6, false))...)
	frames, err := shown(dressed, pixel.Limits{})
	if err != nil || len(frames) != len(plain) {
		t.Fatal(len(frames), err)
	}
	for i, f := range frames {
		still, _, err := pixel.Decode(withWebPProfile(encode(t, func(b *bytes.Buffer) error { return nativewebp.Encode(b, plain[i], nil) }), profile, 40, 30), pixel.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		want := image.NewRGBA(image.Rect(0, 0, 30, 40))
		for y := range 40 {
			for x := range 30 {
				want.Set(x, y, still.At(y, 29-x))
			}
		}
		near(t, "frame", f, want, 0)
	}
}

func TestFaultsOfAnimations(t *testing.T) {
	files := frameFiles(t)
	for _, name := range []string{"restore.gif", "moving-lossless.webp", "moving-lossy-alpha.webp"} {
		data := files[name]
		all, err := shown(data, pixel.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for n := range data {
			frames, err := shown(data[:n], pixel.Limits{})
			still := name == "restore.gif" && (n == 262 || n == 270) // one frame and nothing of the next one's pixels: a still GIF without an end
			if !known(err) && !still {
				t.Errorf("%s cut at %d: %v", name, n, err)
			}
			for i, f := range frames {
				near(t, name, f, all[i], 0)
			}
		}
		if _, err := shown(data[:len(data)-10], pixel.Limits{}); !errors.Is(err, pixel.ErrTruncated) {
			t.Errorf("%s, cut: %v", name, err)
		}
		if _, err := shown(data, pixel.Limits{Pixels: 100}); !errors.Is(err, pixel.ErrTooLarge) {
			t.Errorf("%s, too large: %v", name, err)
		}
	}
	outside := bytes.Clone(files["leave.gif"])
	at := bytes.LastIndex(outside, []byte{0x2c, 8, 0, 5, 0, 12, 0, 9, 0})
	outside[at+1]++
	frames, err := shown(outside, pixel.Limits{})
	if len(frames) != 2 || !errors.Is(err, pixel.ErrBroken) || !strings.Contains(err.Error(), "frame 3: ") {
		t.Errorf("outside the picture: %d frames, %v", len(frames), err)
	}
}

func FuzzFrames(f *testing.F) {
	for _, data := range frameFiles(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l := pixel.Limits{Pixels: 1 << 14}
		info, err := pixel.Header(data, l)
		if err != nil || info.Frames > 100 {
			return
		}
		n := 0
		for img, err := range pixel.Frames(data, l) {
			if err != nil {
				if !known(err) {
					t.Errorf("%v is of no known kind", err)
				}
				continue
			}
			if n++; img.Rect.Min != (image.Point{}) || !img.Opaque() {
				t.Errorf("bounds %v, opaque %v", img.Rect, img.Opaque())
			}
		}
		if n > info.Frames {
			t.Errorf("%d frames, the header says %d", n, info.Frames)
		}
	})
}
