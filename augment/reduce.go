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
	s.resizeSmall(sw, sh)
	for y := range sh {
		for x := range sw {
			var sum boxSum
			box := image.Rect(x*kx, y*ky, min(x*kx+kx, w), min(y*ky+ky, h))
			sum.inside(src, box)
			binary.LittleEndian.PutUint32(s.small.Pix[y*s.small.Stride+4*x:], sum.mean(box.Dx()*box.Dy()))
		}
	}
}

// averageContinued fills s.small with the means of whole boxes of k by k pixels
// of src continued by its outermost pixels, with a margin of so many boxes about it.
func (s *Scratch) averageContinued(src *image.RGBA, k, margin int) {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	sw, sh := (w+k-1)/k+2*margin, (h+k-1)/k+2*margin
	s.resizeSmall(sw, sh)
	for y := range sh {
		for x := range sw {
			var sum boxSum
			box := image.Rect(0, 0, k, k).Add(image.Pt((x-margin)*k, (y-margin)*k))
			if box.In(src.Rect) {
				sum.inside(src, box)
			} else {
				for j := box.Min.Y; j < box.Max.Y; j++ {
					for i := box.Min.X; i < box.Max.X; i++ {
						o := min(max(j, 0), h-1)*src.Stride + 4*min(max(i, 0), w-1)
						sum.add(src.Pix[o : o+4])
					}
				}
			}
			binary.LittleEndian.PutUint32(s.small.Pix[y*s.small.Stride+4*x:], sum.mean(k*k))
		}
	}
}

// resizeSmall makes s.small w by h pixels of any value.
func (s *Scratch) resizeSmall(w, h int) {
	if cap(s.small.Pix) < 4*w*h {
		s.small.Pix = make([]uint8, 4*w*h)
	}
	s.small = image.RGBA{Pix: s.small.Pix[:4*w*h], Stride: 4 * w, Rect: image.Rect(0, 0, w, h)}
}

// boxSum is a sum of pixels.
type boxSum struct{ rb, g uint64 }

// add adds the pixels of a row.
func (s *boxSum) add(row []uint8) {
	rb, g := s.rb, s.g
	for ; len(row) >= 4; row = row[4:] {
		v := uint64(binary.LittleEndian.Uint32(row))
		rb += v&lowLane | v<<16&topLane
		g += v >> 8 & 0xff
	}
	s.rb, s.g = rb, g
}

// inside adds a box of src.
func (s *boxSum) inside(src *image.RGBA, box image.Rectangle) {
	for y := box.Min.Y; y < box.Max.Y; y++ {
		s.add(src.Pix[y*src.Stride:][4*box.Min.X : 4*box.Max.X])
	}
}

// mean returns the opaque pixel that is the mean of n.
func (s *boxSum) mean(n int) uint32 {
	m := uint64(n)
	r, b := s.rb&(1<<32-1), s.rb>>32
	return uint32((r+m/2)/m | (s.g+m/2)/m<<8 | (b+m/2)/m<<16 | 0xff<<24)
}
