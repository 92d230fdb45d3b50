package heif

import (
	"image"
	"image/draw"
)

// avif decodes to RGBA, alpha premultiplied, as stored: with 8 bits, or of a
// deeper image with 16.
func (s sandbox) avif(data []byte, h Header) (image.Image, error) {
	file, err := s.put(data)
	if err != nil {
		return nil, err
	}
	facts, err := s.room(4*4 + 8) // width, height, depth, count; a duration
	if err != nil {
		return nil, err
	}
	call := func(headerOnly uint64, out uint32) error {
		at := uint64(facts)
		return s.decode(uint64(file), uint64(len(data)), headerOnly, 0, at, at+4, at+8, at+12, at+16, uint64(out))
	}
	if err := call(1, 0); err != nil {
		return nil, err
	}
	says, err := s.numbers(facts, 3)
	if err != nil {
		return nil, err
	}
	w, height := h.stored.X, h.stored.Y
	if says[0] != w || says[1] != height {
		return nil, broken("its header says %dx%d pixels, its image has %dx%d", w, height, says[0], says[1])
	}
	size := 4
	if says[2] > 8 {
		size = 8
	}
	n := uint64(size) * uint64(w) * uint64(height)
	out, err := s.room(n)
	if err != nil {
		return nil, err
	}
	if err := call(0, out); err != nil {
		return nil, err
	}
	pix, err := s.take(out, n)
	if err != nil {
		return nil, err
	}
	rect := image.Rect(0, 0, w, height)
	if size == 4 {
		m := &image.RGBA{Pix: pix, Stride: 4 * w, Rect: rect}
		return cropped(m, image.NewRGBA(image.Rect(0, 0, h.Width, h.Height)), h.crop), nil
	}
	for i := 0; i < len(pix); i += 2 { // the least byte comes first, in Go the greatest
		pix[i], pix[i+1] = pix[i+1], pix[i]
	}
	m := &image.RGBA64{Pix: pix, Stride: 8 * w, Rect: rect}
	return cropped(m, image.NewRGBA64(image.Rect(0, 0, h.Width, h.Height)), h.crop), nil
}

// cropped returns the part of an image that is to be seen, in dst unless it is all.
func cropped(m image.Image, dst draw.Image, part image.Rectangle) image.Image {
	if part == m.Bounds() {
		return m
	}
	draw.Draw(dst, dst.Bounds(), m, part.Min, draw.Src)
	return dst
}
