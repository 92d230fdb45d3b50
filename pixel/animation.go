package pixel

import (
	"fmt"
	"image"
	"image/color"
	"iter"
	"slices"
)

// Frames yields the pictures that an image shows one after the other, each whole
// and as Decode would return it: those of a GIF or an animated WebP, and of any
// other format the one. What an animation leaves uncovered or clear is white. An
// error, of the kinds of Decode, is the last that it yields; the frames before it
// are good.
//
// The image is valid until the next one is asked for. Memory is that of a few
// frames, however many there are; Info.Frames has their number.
func Frames(data []byte, l Limits) iter.Seq2[*image.RGBA, error] {
	return func(yield func(*image.RGBA, error) bool) {
		info, err := Header(data, l)
		if err != nil {
			yield(nil, err)
			return
		}
		if info.Frames == 1 {
			yield(Codec{}.decode(new([]byte), data, info, 0, Stretch))
			return
		}
		transform, _ := toSRGB(info.Format, data)
		for img, err := range composed(data, info) {
			if err == nil && transform != nil {
				img = &image.RGBA{Pix: slices.Clone(img.Pix), Stride: img.Stride, Rect: img.Rect}
				transform.Apply(img)
			}
			if err == nil {
				img = upright(img, info.Orientation)
			}
			if !yield(img, err) {
				return
			}
		}
	}
}

// MayMove reports whether a file that begins so, with 32 bytes or more, may have
// several frames: a GIF, or a WebP that says it is an animation.
func MayMove(head []byte) bool {
	f := Sniff(head)
	return f == GIF || f == WebP && animatedWebP(head)
}

// count returns the number of frames, without decoding any.
func count(f Format, data []byte) int {
	switch f {
	case GIF:
		return countGIF(data)
	case WebP:
		return countWebP(data)
	}
	return 1
}

// composed yields the pictures of a GIF or an animated WebP as they are stored.
// All have the same memory.
func composed(data []byte, info Info) iter.Seq2[*image.RGBA, error] {
	frames := gifFrames
	if info.Format == WebP {
		frames = webpFrames
	}
	return func(yield func(*image.RGBA, error) bool) {
		c, n := newCanvas(info.Width, info.Height), 0
		for f, err := range frames(data) {
			n++
			if err == nil {
				_, err = contain(func() (struct{}, error) { return struct{}{}, c.show(f) })
			}
			if err != nil {
				yield(nil, fmt.Errorf("frame %d: %w", n, err))
				return
			}
			if !yield(c.shown, nil) {
				return
			}
			c.dispose(f)
		}
	}
}

// frame is a part of an animation: what it changes on the canvas.
type frame struct {
	at      image.Rectangle
	over    bool // laid over what is there; else in its place
	dispose disposal
	decode  func() (image.Image, error) // as large as at
}

// disposal is what becomes of a frame's rectangle before the next frame.
type disposal int

const (
	leave   disposal = iota
	clear            // to transparent, whatever background colour a file names, as browsers do
	restore          // to what was there before the frame
)

// canvas holds what is shown, laid over white. Laying over is associative, so
// this is what a transparent canvas would be when it is flattened in the end.
type canvas struct{ shown, before *image.RGBA }

func newCanvas(w, h int) *canvas {
	c := &canvas{shown: image.NewRGBA(image.Rect(0, 0, w, h))}
	whiten(c.shown, c.shown.Rect)
	return c
}

func (c *canvas) show(f frame) error {
	if !f.at.In(c.shown.Rect) {
		return fmt.Errorf("%w: it lies at %v, the picture ends at %v", ErrBroken, f.at, c.shown.Rect.Max)
	}
	img, err := f.decode()
	if err != nil {
		return err
	}
	if size := img.Bounds().Size(); size != f.at.Size() {
		return fmt.Errorf("%w: it has %v pixels in place of %v", ErrBroken, size, f.at.Size())
	}
	if f.dispose == restore {
		if c.before == nil {
			c.before = image.NewRGBA(c.shown.Rect)
		}
		copyRect(c.before, c.shown, f.at)
	}
	if !f.over {
		whiten(c.shown, f.at)
	}
	switch img := img.(type) {
	case *image.Paletted:
		layPaletted(c.shown, f.at, img)
	case *image.NRGBA:
		for y := range f.at.Dy() {
			layRow(c.shown.Pix[c.shown.PixOffset(f.at.Min.X, f.at.Min.Y+y):], img.Pix[y*img.Stride:][:4*f.at.Dx()])
		}
	default:
		return fmt.Errorf("%w: frames of %T", ErrUnsupported, img)
	}
	return nil
}

func (c *canvas) dispose(f frame) {
	switch f.dispose {
	case clear:
		whiten(c.shown, f.at)
	case restore:
		copyRect(c.shown, c.before, f.at)
	}
}

func whiten(m *image.RGBA, r image.Rectangle) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := m.Pix[m.PixOffset(r.Min.X, y):][:4*r.Dx()]
		for i := range row {
			row[i] = 255
		}
	}
}

func copyRect(dst, src *image.RGBA, r image.Rectangle) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		at := dst.PixOffset(r.Min.X, y)
		copy(dst.Pix[at:at+4*r.Dx()], src.Pix[at:])
	}
}

// layPaletted lays colours that are opaque or clear over a rectangle.
func layPaletted(dst *image.RGBA, at image.Rectangle, src *image.Paletted) {
	var colours [256]color.RGBA
	for i, c := range src.Palette {
		colours[i] = color.RGBAModel.Convert(c).(color.RGBA)
	}
	for y := range at.Dy() {
		row := dst.Pix[dst.PixOffset(at.Min.X, at.Min.Y+y):]
		for x, i := range src.Pix[y*src.Stride:][:at.Dx()] {
			if c := colours[i]; c.A != 0 {
				row[4*x], row[4*x+1], row[4*x+2] = c.R, c.G, c.B
			}
		}
	}
}

// layRow lays a row of 8-bit pixels with straight alpha over opaque ones.
func layRow(dst, src []byte) {
	for i := 0; i < len(src); i += 4 {
		d, s := dst[i:i+4:i+4], src[i:i+4:i+4]
		a := uint32(s[3])
		for c := range 3 {
			d[c] = uint8((uint32(s[c])*a + uint32(d[c])*(255-a) + 127) / 255)
		}
	}
}
