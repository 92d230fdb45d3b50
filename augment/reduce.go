package augment

import (
	"encoding/binary"
	"image"
	"math"
)

// reduced returns src averaged over boxes of as many whole pixels as one pixel
// of the output spans in the middle of the picture, and m for it. The bilinear
// warp alone would skip pixels where the picture shrinks to half or less.
func (s *Scratch) reduced(dst, src *image.RGBA, m matrix) (*image.RGBA, matrix) {
	x, y := float64(dst.Rect.Dx()-1)/2, float64(dst.Rect.Dy()-1)/2
	sx, sy := m.at(x, y)
	kx := boxSide(m[0]-float64(sx*m[6]), m[1]-float64(sx*m[7]), src.Rect.Dx())
	ky := boxSide(m[3]-float64(sy*m[6]), m[4]-float64(sy*m[7]), src.Rect.Dy())
	if kx == 1 && ky == 1 {
		return src, m
	}
	s.average(src, kx, ky)
	fx, fy := 1/float64(kx), 1/float64(ky)
	return &s.small, matrix{fx, 0, (fx - 1) / 2, 0, fy, (fy - 1) / 2, 0, 0, 1}.mul(m)
}

// boxSide returns how many whole source pixels of n an output pixel spans along
// one axis, given that axis' change per step right and per step down.
func boxSide(right, down float64, n int) int {
	span := math.Sqrt(float64(right*right) + float64(down*down))
	return int(min(max(span, 1), float64(n)))
}

// Red and blue share a word in sums over pixels, green has its own.
const (
	lowLane = 0xff
	topLane = 0xff << 32
)

// average fills s.small with the means of boxes of kx by ky pixels of src; boxes
// at the right and lower edge hold what is left.
func (s *Scratch) average(src *image.RGBA, kx, ky int) {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	sw, sh := (w+kx-1)/kx, (h+ky-1)/ky
	if cap(s.small.Pix) < 4*sw*sh {
		s.small.Pix = make([]uint8, 4*sw*sh)
	}
	s.small = image.RGBA{Pix: s.small.Pix[:4*sw*sh], Stride: 4 * sw, Rect: image.Rect(0, 0, sw, sh)}
	for y := range sh {
		rows := min(ky, h-y*ky)
		for x := range sw {
			columns := min(kx, w-x*kx)
			var rb, g uint64
			for j := range rows {
				p := src.Pix[(y*ky+j)*src.Stride+4*x*kx:][:4*columns]
				for ; len(p) >= 4; p = p[4:] {
					v := uint64(binary.LittleEndian.Uint32(p))
					rb += v&lowLane | v<<16&topLane
					g += v >> 8 & 0xff
				}
			}
			n := uint64(rows * columns)
			r, b := rb&(1<<32-1), rb>>32
			binary.LittleEndian.PutUint32(s.small.Pix[y*s.small.Stride+4*x:],
				uint32((r+n/2)/n|(g+n/2)/n<<8|(b+n/2)/n<<16|0xff<<24))
		}
	}
}
