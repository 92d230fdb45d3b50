package heif

import "image"

// What heif.h calls these.
const (
	spaceYCbCr, spaceGrey               = 0, 2
	chroma420, chroma422, chroma444     = 1, 2, 3
	alignment, leastSide            int = 16, 64 // of a plane, in HeifPixelImage
)

// stride is the length of a row of w bytes in libheif's memory.
func stride(w int) int { return (max(w+w&1, leastSide) + alignment - 1) &^ (alignment - 1) }

// heic decodes to planes of 8 bits, turned upright.
func (s sandbox) heic(data []byte, h Header) (image.Image, error) {
	file, err := s.put(data)
	if err != nil {
		return nil, err
	}
	facts, err := s.room(5 * 4) // width, height, space, chroma, premultiplied
	if err != nil {
		return nil, err
	}
	call := func(headerOnly uint64, out uint32) error {
		at := uint64(facts)
		return s.decode(uint64(file), uint64(len(data)), headerOnly, at, at+4, at+8, at+12, at+16, uint64(out))
	}
	if err := call(1, 0); err != nil {
		return nil, err
	}
	says, err := s.numbers(facts, 4)
	if err != nil {
		return nil, err
	}
	if says[0] != h.Width || says[1] != h.Height {
		return nil, broken("its header says %dx%d pixels, its image has %dx%d", h.Width, h.Height, says[0], says[1])
	}
	y, c, ratio, err := planes(h.Width, h.Height, says[2], says[3])
	if err != nil {
		return nil, err
	}
	n := y.bytes() + 2*c.bytes()
	out, err := s.room(uint64(n))
	if err != nil {
		return nil, err
	}
	if err := call(0, out); err != nil {
		return nil, err
	}
	pix, err := s.take(out, uint64(n))
	if err != nil {
		return nil, err
	}
	rect := image.Rect(0, 0, h.Width, h.Height)
	if c.stride == 0 {
		return h.colours.grey(&image.Gray{Pix: pix, Stride: y.stride, Rect: rect}), nil
	}
	m := &image.YCbCr{
		Y: pix[:y.bytes()], Cb: pix[y.bytes() : y.bytes()+c.bytes()], Cr: pix[y.bytes()+c.bytes():],
		YStride: y.stride, CStride: c.stride, SubsampleRatio: ratio, Rect: rect,
	}
	if !h.tiled && ratio != image.YCbCrSubsampleRatio444 {
		mendEdge(m.Cb, c, (h.Width+1)/2)
		mendEdge(m.Cr, c, (h.Width+1)/2)
	}
	if h.colours.jpeg() {
		return m, nil
	}
	return h.colours.rgb(m), nil
}

// plane is how a channel lies in memory.
type plane struct{ stride, rows int }

func (p plane) bytes() int { return p.stride * p.rows }

func planes(w, h, space, chroma int) (y, c plane, ratio image.YCbCrSubsampleRatio, err error) {
	y = plane{stride(w), h}
	switch {
	case space == spaceGrey:
		return y, c, 0, nil
	case space == spaceYCbCr && chroma == chroma420:
		return y, plane{stride((w + 1) / 2), (h + 1) / 2}, image.YCbCrSubsampleRatio420, nil
	case space == spaceYCbCr && chroma == chroma422:
		return y, plane{stride((w + 1) / 2), h}, image.YCbCrSubsampleRatio422, nil
	case space == spaceYCbCr && chroma == chroma444:
		return y, plane{stride(w), h}, image.YCbCrSubsampleRatio444, nil
	}
	return y, c, 0, unsupported("its colour space is %d, its chroma %d", space, chroma)
}

// mendEdge gives the outermost chroma of a plane, w wide, the values of its
// neighbours: this libheif takes an image that is not made of tiles to full chroma
// and back, and gets the edge of it wrong by up to 50 levels.
func mendEdge(pix []byte, p plane, w int) {
	if w < 3 || p.rows < 3 {
		return
	}
	copy(pix[:w], pix[p.stride:][:w])
	copy(pix[(p.rows-1)*p.stride:][:w], pix[(p.rows-2)*p.stride:][:w])
	for y := range p.rows {
		row := pix[y*p.stride:][:w]
		row[0], row[w-1] = row[1], row[w-2]
	}
}
