package pixel

import (
	"image"
	"image/color"
	"image/draw"

	"github.com/disintegration/imaging"
)

// flatten returns a part of src, which is an image of w x h pixels, as an opaque
// one. Transparency, and canvas that src does not cover (a GIF's first frame may
// be smaller), becomes white; 16-bit values are rounded to 8 bits, not cut. The
// pixels lie in room, which grows to hold them, or are those of src.
func flatten(room *[]byte, src image.Image, w, h int, part image.Rectangle) *image.RGBA {
	canvas := image.Rect(0, 0, w, h)
	b := src.Bounds()
	if rgba, ok := src.(*image.RGBA); ok && b == canvas && rgba.Stride == 4*w && rgba.Opaque() {
		return cut(rgba, part)
	}
	n := 4 * part.Dx() * part.Dy()
	if cap(*room) < n {
		*room = make([]byte, n)
	}
	*room = (*room)[:n]
	dst := &image.RGBA{Pix: *room, Stride: 4 * part.Dx(), Rect: part}
	if !part.In(b) {
		draw.Draw(dst, part, image.White, image.Point{}, draw.Src)
	}
	b = b.Intersect(part)
	switch src := src.(type) {
	case *image.YCbCr, *image.Gray: // opaque and 8 bits: image/draw is exact and fast
		draw.Draw(dst, b, src, b.Min, draw.Src)
	case *image.NRGBA:
		for y := b.Min.Y; y < b.Max.Y; y++ {
			flattenRow(dst.Pix[dst.PixOffset(b.Min.X, y):], src.Pix[src.PixOffset(b.Min.X, y):][:4*b.Dx()])
		}
	case image.RGBA64Image:
		flatten64(dst, b, src.RGBA64At)
	default:
		flatten64(dst, b, func(x, y int) color.RGBA64 { return color.RGBA64Model.Convert(src.At(x, y)).(color.RGBA64) })
	}
	dst.Rect = image.Rectangle{Max: part.Size()}
	return dst
}

// flattenRow lays a row of 8-bit pixels with straight alpha over white.
func flattenRow(dst, src []byte) {
	for i := 0; i < len(src); i += 4 {
		d, s := dst[i:i+4:i+4], src[i:i+4:i+4]
		a := uint32(s[3])
		if a == 255 {
			copy(d, s)
			continue
		}
		for c := range 3 {
			d[c] = uint8((uint32(s[c])*a + 255*(255-a) + 127) / 255)
		}
		d[3] = 255
	}
}

// flatten64 lays 16-bit premultiplied pixels over white.
func flatten64(dst *image.RGBA, b image.Rectangle, at func(x, y int) color.RGBA64) {
	to8 := func(v, a uint16) uint8 { return uint8((min(uint32(v)+0xffff-uint32(a), 0xffff)*255 + 0x7fff) / 0xffff) }
	for y := b.Min.Y; y < b.Max.Y; y++ {
		row := dst.Pix[dst.PixOffset(b.Min.X, y):]
		for x := b.Min.X; x < b.Max.X; x++ {
			c := at(x, y)
			row[0], row[1], row[2], row[3] = to8(c.R, c.A), to8(c.G, c.A), to8(c.B, c.A), 255
			row = row[4:]
		}
	}
}

// upright undoes an EXIF orientation.
func upright(src *image.RGBA, orientation int) *image.RGBA {
	undo := []func(image.Image) *image.NRGBA{
		2: imaging.FlipH, 3: imaging.Rotate180, 4: imaging.FlipV,
		5: imaging.Transpose, 6: imaging.Rotate270, 7: imaging.Transverse, 8: imaging.Rotate90,
	}
	if orientation < 2 || orientation >= len(undo) {
		return src
	}
	out := undo[orientation](src)
	return &image.RGBA{Pix: out.Pix, Stride: out.Stride, Rect: out.Rect} // opaque, so the bytes are the same
}
