package pixel_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/HugoSmits86/nativewebp"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/gesturekit/gesturekit/pixel"
)

// scene is an image without any symmetry.
func scene(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, color.NRGBA{uint8(255 * x / w), uint8(255 * y / h), uint8(40 + 3*x + 5*y), 255})
		}
	}
	return m
}

func encode[T any](t testing.TB, f func(*bytes.Buffer) T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err, ok := any(f(&b)).(error); ok && err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	return encode(t, func(b *bytes.Buffer) error { return png.Encode(b, m) })
}

func jpegOf(t testing.TB, m image.Image) []byte {
	return encode(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, m, &jpeg.Options{Quality: 100}) })
}

// near fails unless got is opaque, at (0,0) and within tolerance of want.
func near(t *testing.T, name string, got *image.RGBA, want image.Image, tolerance int) {
	t.Helper()
	if got.Rect != image.Rectangle(image.Rect(0, 0, want.Bounds().Dx(), want.Bounds().Dy())) {
		t.Errorf("%s: bounds %v, want %v", name, got.Rect, want.Bounds())
		return
	}
	ref := image.NewRGBA(got.Rect)
	draw.Draw(ref, ref.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(ref, ref.Rect, want, want.Bounds().Min, draw.Over)
	worst := 0
	for i := range got.Pix {
		d := int(got.Pix[i]) - int(ref.Pix[i])
		worst = max(worst, d, -d)
	}
	if worst > tolerance || !got.Opaque() {
		t.Errorf("%s: off by %d, want at most %d; opaque is %v", name, worst, tolerance, got.Opaque())
	}
}

// samples returns one small image in every format that a test can write.
func samples(t testing.TB) map[string][]byte {
	m := scene(21, 13)
	gray := image.NewGray(m.Rect)
	draw.Draw(gray, m.Rect, m, image.Point{}, draw.Src)
	colours := color.Palette{color.White, color.Black, color.NRGBA{200, 10, 30, 255}, color.NRGBA{0, 90, 200, 255}}
	paletted := image.NewPaletted(m.Rect, colours)
	draw.Draw(paletted, m.Rect, m, image.Point{}, draw.Src)
	return map[string][]byte{
		"jpeg":          jpegOf(t, m),
		"jpeg gray":     jpegOf(t, gray),
		"png":           pngOf(t, m),
		"png gray":      pngOf(t, gray),
		"png paletted":  pngOf(t, paletted),
		"gif":           encode(t, func(b *bytes.Buffer) error { return gif.Encode(b, paletted, nil) }),
		"bmp":           encode(t, func(b *bytes.Buffer) error { return bmp.Encode(b, m) }),
		"bmp gray":      encode(t, func(b *bytes.Buffer) error { return bmp.Encode(b, gray) }),
		"tiff":          encode(t, func(b *bytes.Buffer) error { return tiff.Encode(b, m, nil) }),
		"tiff deflate":  encode(t, func(b *bytes.Buffer) error { return tiff.Encode(b, m, &tiff.Options{Compression: tiff.Deflate}) }),
		"tiff paletted": encode(t, func(b *bytes.Buffer) error { return tiff.Encode(b, paletted, nil) }),
		"webp":          encode(t, func(b *bytes.Buffer) error { return nativewebp.Encode(b, m, nil) }),
	}
}

func TestDecodeEveryFormat(t *testing.T) {
	m := scene(21, 13)
	gray := image.NewGray(m.Rect)
	draw.Draw(gray, m.Rect, m, image.Point{}, draw.Src)
	for name, data := range samples(t) {
		img, info, err := pixel.Decode(data, pixel.Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		format, kind, _ := strings.Cut(name, " ")
		if string(info.Format) != format || info.Width != 21 || info.Height != 13 || info.Orientation != 1 {
			t.Errorf("%s: info is %+v", name, info)
		}
		switch {
		case kind == "gray":
			near(t, name, img, gray, 3)
		case format == "jpeg":
			near(t, name, img, m, 40) // chroma at half the resolution
		case kind != "paletted" && format != "gif":
			near(t, name, img, m, 0)
		}
	}
}

// TestDecodeSquareIsSquareOfDecode also with memory that other pixels lay in,
// and where an odd number of rows or columns is left out.
func TestDecodeSquareIsSquareOfDecode(t *testing.T) {
	files := samples(t)
	for _, m := range []*image.NRGBA{scene(24, 13), scene(13, 24), scene(17, 17)} {
		webp := encode(t, func(b *bytes.Buffer) error { return nativewebp.Encode(b, m, nil) })
		for o := 1; o <= 8; o++ {
			name, block := fmt.Sprintf(" %v, orientation %d", m.Rect.Size(), o), exif(binary.LittleEndian, o, false)
			files["jpeg"+name] = withJPEGExif(jpegOf(t, m), block)
			files["png"+name] = withPNGExif(pngOf(t, m), block)
			files["webp"+name] = withWebPExif(webp, block, m.Rect.Dx(), m.Rect.Dy())
		}
	}
	clear := scene(24, 13)
	clear.Pix[4*(12+24*6)+3] = 100
	files["png clear"] = pngOf(t, clear)
	small := &gif.GIF{Image: []*image.Paletted{image.NewPaletted(image.Rect(9, 3, 15, 8), color.Palette{color.Black})}, Delay: []int{0}, Config: image.Config{Width: 24, Height: 13}}
	files["gif small"] = encode(t, func(b *bytes.Buffer) error { return gif.EncodeAll(b, small) })
	fast := scene(13, 24)
	kept := map[string]pixel.Codec{"new memory": {}, "kept memory": pixel.NewCodec(nil), "fast codec": pixel.NewCodec(plainJPEG{rgba(fast)})}
	for name, data := range files {
		for which, codec := range kept {
			want, _, err := codec.Decode(data, pixel.Limits{})
			if err != nil {
				t.Fatal(name, err)
			}
			for _, fit := range []pixel.Fit{pixel.Crop, pixel.Pad, pixel.Stretch} {
				got, _, err := codec.DecodeSquare(data, pixel.Limits{}, 11, fit)
				if err != nil || got.Rect != image.Rect(0, 0, 11, 11) || !bytes.Equal(got.Pix, pixel.Square(want, 11, fit).Pix) {
					t.Errorf("%s, %s, %s: other pixels: %v", name, which, fit, err)
				}
			}
		}
	}
}

func TestTransparencyBecomesWhite(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 256, 3))
	deep := image.NewNRGBA64(m.Rect)
	for x := range 256 {
		for y, a := range []uint8{0, uint8(x), 255} {
			c := color.NRGBA{uint8(x), 200, 0, a}
			m.SetNRGBA(x, y, c)
			deep.Set(x, y, c)
		}
	}
	for name, src := range map[string]image.Image{"8 bits": m, "16 bits": deep} {
		img, _, err := pixel.Decode(pngOf(t, src), pixel.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		near(t, name, img, m, 1)
		if c := img.RGBAAt(9, 0); c != (color.RGBA{255, 255, 255, 255}) {
			t.Errorf("%s: clear is %v, want white", name, c)
		}
		if c := img.RGBAAt(9, 2); c != (color.RGBA{9, 200, 0, 255}) {
			t.Errorf("%s: opaque is %v, want it unchanged", name, c)
		}
	}
	paletted := image.NewPaletted(image.Rect(0, 0, 2, 1), color.Palette{color.NRGBA{}, color.NRGBA{1, 2, 3, 255}})
	paletted.Pix[1] = 1
	img, _, err := pixel.Decode(pngOf(t, paletted), pixel.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(img.Pix, []byte{255, 255, 255, 255, 1, 2, 3, 255}) {
		t.Errorf("paletted: %v", img.Pix)
	}
}

func TestSixteenBitsAreRounded(t *testing.T) {
	for in, want := range map[uint16]uint8{0: 0, 0x0080: 0, 0x0081: 1, 0x7fff: 127, 0x8101: 129, 0x80ff: 128, 0xff7e: 254, 0xff7f: 255, 0xffff: 255} {
		m := image.NewGray16(image.Rect(0, 0, 1, 1))
		m.SetGray16(0, 0, color.Gray16{in})
		img, _, err := pixel.Decode(pngOf(t, m), pixel.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if img.Pix[0] != want {
			t.Errorf("%#04x is %d, want %d", in, img.Pix[0], want)
		}
	}
}

func TestSmallFirstFrameOfGIF(t *testing.T) {
	frame := image.NewPaletted(image.Rect(2, 1, 4, 3), color.Palette{color.Black, color.White})
	data := encode(t, func(b *bytes.Buffer) error {
		return gif.EncodeAll(b, &gif.GIF{Image: []*image.Paletted{frame}, Delay: []int{0}, Config: image.Config{ColorModel: frame.Palette, Width: 6, Height: 4}})
	})
	img, _, err := pixel.Decode(data, pixel.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := image.NewRGBA(image.Rect(0, 0, 6, 4))
	draw.Draw(want, want.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(want, frame.Rect, image.Black, image.Point{}, draw.Src)
	near(t, "gif", img, want, 0)
}

func FuzzDecode(f *testing.F) {
	for _, data := range samples(f) {
		f.Add(data)
	}
	f.Add(withJPEGExif(jpegOf(f, scene(8, 8)), exif(binary.BigEndian, 6, false)))
	f.Fuzz(func(t *testing.T, data []byte) {
		img, _, err := pixel.Decode(data, pixel.Limits{Pixels: 1 << 16})
		switch {
		case err != nil && !known(err):
			t.Errorf("%v is of no known kind", err)
		case err == nil && (img.Rect.Min != image.Point{} || !img.Opaque()):
			t.Errorf("bounds %v, opaque %v", img.Rect, img.Opaque())
		}
	})
}
