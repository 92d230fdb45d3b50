package pixel_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"math"
	"regexp"
	"testing"

	"github.com/gesturekit/gesturekit/pixel"
)

func rgba(m *image.NRGBA) *image.RGBA { return &image.RGBA{Pix: m.Pix, Stride: m.Stride, Rect: m.Rect} }

// triangle is the resizer as its documentation states it, in floating point.
func triangle(src *image.RGBA, w, h int) *image.RGBA {
	weights := func(n, m, j int) []float64 {
		scale := float64(n) / float64(m)
		reach := max(scale, 1)
		out, sum := make([]float64, n), 0.0
		for i := range out {
			out[i] = max(0, 1-math.Abs((float64(j)+0.5)*scale-float64(i)-0.5)/reach)
			sum += out[i]
		}
		for i := range out {
			out[i] /= sum
		}
		return out
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		down := weights(src.Rect.Dy(), h, y)
		for x := range w {
			across := weights(src.Rect.Dx(), w, x)
			var sum [4]float64
			for sy, a := range down {
				for sx, b := range across {
					if a*b == 0 {
						continue
					}
					at := src.PixOffset(src.Rect.Min.X+sx, src.Rect.Min.Y+sy)
					for c := range sum {
						sum[c] += a * b * float64(src.Pix[at+c])
					}
				}
			}
			for c, v := range sum {
				dst.Pix[dst.PixOffset(x, y)+c] = uint8(math.Round(v))
			}
		}
	}
	return dst
}

func TestResizeIsATriangleFilter(t *testing.T) {
	src := rgba(scene(23, 17))
	part := src.SubImage(image.Rect(3, 2, 20, 15)).(*image.RGBA)
	for _, size := range []image.Point{{1, 1}, {5, 4}, {22, 17}, {23, 16}, {64, 64}, {7, 40}, {100, 1}} {
		for _, m := range []*image.RGBA{src, part} {
			near(t, size.String(), pixel.Resize(m, size.X, size.Y), triangle(m, size.X, size.Y), 1)
		}
	}
}

func TestResizeLimits(t *testing.T) {
	src := rgba(scene(23, 17))
	before := bytes.Clone(src.Pix)
	same := pixel.Resize(src, 23, 17)
	if !bytes.Equal(same.Pix, before) {
		t.Error("the same size gives other pixels")
	}
	same.Pix[0]++
	if !bytes.Equal(src.Pix, before) {
		t.Error("the result shares memory with the source")
	}
	flat := image.NewRGBA(image.Rect(0, 0, 3001, 2))
	for i := range flat.Pix {
		flat.Pix[i] = 255
	}
	for _, b := range pixel.Resize(flat, 64, 64).Pix {
		if b != 255 {
			t.Fatalf("white becomes %d", b)
		}
	}
	long := image.NewRGBA(image.Rect(0, 0, 65535, 1))
	if m := pixel.Resize(long, 1, 3); m.Pix[0] != 0 || m.Pix[3] != 255 {
		t.Errorf("black becomes %v", m.Pix)
	}
	for _, size := range []image.Point{{0, 5}, {5, 0}, {-1, -1}} {
		if m := pixel.Resize(src, size.X, size.Y); !m.Rect.Empty() {
			t.Errorf("%v: bounds %v", size, m.Rect)
		}
	}
	if m := pixel.Resize(image.NewRGBA(image.Rectangle{}), 3, 3); m.Rect.Dx() != 3 {
		t.Errorf("nothing enlarged: bounds %v", m.Rect)
	}
}

// TestResizePinned holds on every architecture: the arithmetic is on integers.
func TestResizePinned(t *testing.T) {
	h := sha256.New()
	src := rgba(scene(101, 67))
	for _, n := range []int{1, 7, 64, 99, 150} {
		for _, fit := range []pixel.Fit{pixel.Crop, pixel.Pad, pixel.Stretch} {
			h.Write(pixel.Square(src, n, fit).Pix)
		}
	}
	const want = "57cb6b93f5056f3c260c6a479604c03d4fdcf0000f727634f4356dc373a6391a"
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}

func TestSquare(t *testing.T) {
	red, blue := color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}
	black := color.RGBA{0, 0, 0, 255}
	wide := image.NewRGBA(image.Rect(0, 0, 40, 20)) // blue, with a red square in the middle
	for y := range 20 {
		for x := range 40 {
			wide.SetRGBA(x, y, blue)
			if x >= 10 && x < 30 {
				wide.SetRGBA(x, y, red)
			}
		}
	}
	tall := image.NewRGBA(image.Rect(0, 0, 20, 40))
	for i := range 800 {
		tall.Set(i%20, i/20, wide.At(i/20, i%20))
	}
	for _, c := range []struct {
		fit                pixel.Fit
		edge, next, middle color.RGBA // at 0, at 8 and at 16 of 32 along the long axis
	}{
		{pixel.Crop, red, red, red},
		{pixel.Stretch, blue, red, red},
		{pixel.Pad, blue, red, red},
	} {
		for name, m := range map[string]*image.RGBA{"wide": wide, "tall": tall} {
			sq := pixel.Square(m, 32, c.fit)
			at := func(along, across int) color.RGBA {
				if name == "tall" {
					along, across = across, along
				}
				return sq.RGBAAt(along, across)
			}
			if sq.Rect != image.Rect(0, 0, 32, 32) || !sq.Opaque() {
				t.Errorf("%s, %s: bounds %v", name, c.fit, sq.Rect)
			}
			if at(0, 16) != c.edge || at(10, 16) != c.next || at(16, 16) != c.middle {
				t.Errorf("%s, %s: %v %v %v", name, c.fit, at(0, 16), at(10, 16), at(16, 16))
			}
			if bar := at(16, 1); (bar == black) != (c.fit == pixel.Pad) {
				t.Errorf("%s, %s: the edge across is %v", name, c.fit, bar)
			}
		}
	}
	if m := pixel.Square(image.NewRGBA(image.Rect(0, 0, 1000, 1)), 8, pixel.Pad); m.Rect.Dy() != 8 {
		t.Errorf("a line: bounds %v", m.Rect)
	}
}

func TestFitValidate(t *testing.T) {
	if pixel.Crop.Validate() != nil || pixel.Fit("squash").Validate() == nil || pixel.Fit("").Validate() == nil {
		t.Error("only crop, pad and stretch are valid")
	}
}

func TestEncodeJPEG(t *testing.T) {
	src := rgba(scene(24, 16))
	var a, b bytes.Buffer
	if err := pixel.EncodeJPEG(&a, src, 95); err != nil {
		t.Fatal(err)
	}
	if err := pixel.EncodeJPEG(&b, src, 95); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same image gives other bytes")
	}
	img, _, err := pixel.Decode(a.Bytes(), pixel.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "round trip", img, src, 40)
	for _, q := range []int{0, 101} {
		if pixel.EncodeJPEG(&b, src, q) == nil {
			t.Errorf("quality %d gives no error", q)
		}
	}
	if pixel.EncodeJPEG(&b, image.NewRGBA(image.Rectangle{}), 90) == nil {
		t.Error("no pixels give no error")
	}
	if c := (pixel.Codec{}).Identity(); !regexp.MustCompile(`^image/jpeg (go1\.\d+|devel)`).MatchString(c) {
		t.Errorf("codec %q", c)
	}
}

func BenchmarkSquare(b *testing.B) {
	src := rgba(scene(1280, 720))
	b.SetBytes(int64(len(src.Pix)))
	b.ReportAllocs()
	for b.Loop() {
		pixel.Square(src, 64, pixel.Crop)
	}
}

func BenchmarkDecode(b *testing.B) {
	data := jpegOf(b, scene(1280, 720))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := pixel.Decode(data, pixel.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
