package augment

import (
	"encoding/binary"
	"image"
	"math"
)

// A pixel of the output that covers more source pixels than this, in the middle
// or at a corner, is sampled at four places. One place sees four pixels only.
const (
	middleArea = 1.5
	cornerArea = 3
)

// skips reports whether a w by h output seen through m would skip source pixels.
// Outputs of a few pixels are let off: places outside their corners may fold.
func (m matrix) skips(w, h int) bool {
	if min(w, h) < 32 {
		return false
	}
	right, bottom := float64(w-1), float64(h-1)
	return m.area(right/2, bottom/2) > middleArea ||
		max(m.area(0, 0), m.area(right, 0), m.area(0, bottom), m.area(right, bottom)) > cornerArea
}

// area returns how many source pixels the output pixel at (x, y) covers.
func (m matrix) area(x, y float64) float64 {
	inv := m.inverse()
	det := float64(m[0]*inv[0]) + float64(m[1]*inv[3]) + float64(m[2]*inv[6])
	z := m.depth(x, y)
	return math.Abs(det) / float64(float64(z*z)*z)
}

// supersample fills dst with the means of two by two pixels of what draw draws of
// twice its size through a matrix, a few rows at a time.
func (s *Scratch) supersample(dst *image.RGBA, m matrix, draw func(dst *image.RGBA, m matrix)) {
	const band = 16
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	if cap(s.large.Pix) < 16*w*band {
		s.large.Pix = make([]uint8, 16*w*band)
	}
	for top := 0; top < h; top += band {
		rows := min(band, h-top)
		s.large = image.RGBA{Pix: s.large.Pix[:16*w*rows], Stride: 8 * w, Rect: image.Rect(0, 0, 2*w, 2*rows)}
		draw(&s.large, m.mul(matrix{0.5, 0, -0.25, 0, 0.5, float64(top) - 0.25, 0, 0, 1}))
		for y := range rows {
			quarter(dst.Pix[(top+y)*dst.Stride:][:4*w], s.large.Pix[16*w*y:][:8*w], s.large.Pix[16*w*y+8*w:][:8*w])
		}
	}
}

// quarter writes the means of two by two pixels of two rows.
func quarter(dst, upper, lower []uint8) {
	for ; len(dst) >= 4 && len(upper) >= 8 && len(lower) >= 8; dst, upper, lower = dst[4:], upper[8:], lower[8:] {
		const half = 0x0002000200020002
		a, b := binary.LittleEndian.Uint64(upper), binary.LittleEndian.Uint64(lower)
		even := a&0x00ff00ff00ff00ff + b&0x00ff00ff00ff00ff
		odd := a>>8&0x00ff00ff00ff00ff + b>>8&0x00ff00ff00ff00ff
		even = (even + even>>32 + half) >> 2 & 0x00ff00ff
		odd = (odd + odd>>32 + half) >> 2 & 0x00ff00ff
		binary.LittleEndian.PutUint32(dst, uint32(even|odd<<8))
	}
}
