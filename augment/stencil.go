package augment

import (
	"encoding/binary"
	"image"
)

// stencil is a kernel that its middle mirrors onto itself. Its weights, each
// counted for both pixels of a pair, sum to 2^tapBits.
type stencil []tap

// tap is a pair of pixels, at (x, y) from the middle and opposite, and the weight
// of each. The middle is a pair with itself.
type tap struct {
	x, y   int
	weight uint64
}

// tapBits is the precision of the weights: three sums of bytes with weights that
// sum to 2^13, rounded, fit a word, 21 bits each.
const (
	tapBits = 13
	lane    = 21
)

// reach returns how far the kernel extends along each axis.
func (k stencil) reach() (x, y int) {
	for _, t := range k {
		x, y = max(x, t.x, -t.x), max(y, t.y, -t.y)
	}
	return x, y
}

// convolve replaces every pixel by the weighted mean of those about it, the
// picture continued by its outermost pixels. It works in bands, so that memory is
// in proportion to the width and not to the picture.
func (s *Scratch) convolve(img *image.RGBA, k stencil) { s.convolveWith(hasVector(), img, k) }

func (s *Scratch) convolveWith(vector bool, img *image.RGBA, k stencil) {
	rx, ry := k.reach()
	w, h := img.Rect.Dx(), img.Rect.Dy()
	stride, band := w+2*rx, min(max(2*ry, 1), h)
	n := (band + 2*ry) * stride
	if cap(s.words) < n+w+group {
		s.words = make([]uint64, n+w+group)
	}
	words, sums := s.words[:n], s.words[n:n+w+group]
	width := uint(lane)
	if vector {
		width = 16
		s.pairs = k.two(s.pairs[:0], stride)
	}
	for y := range 2 * ry {
		spread(words[(band+y)*stride:][:stride], img, y-ry, rx, width)
	}
	for top := 0; top < h; top += band {
		copy(words, words[band*stride:])
		rows := min(band, h-top)
		for y := range rows { // before the first of them is written
			spread(words[(2*ry+y)*stride:][:stride], img, top+ry+y, rx, width)
		}
		for y := range rows {
			row, at := img.Pix[(top+y)*img.Stride:][:4*w], (y+ry)*stride+rx
			if vector {
				sumVector(row, s.words[at:], s.pairs)
				continue
			}
			k.sum(sums[:w], words, at, stride)
			unspread(row, sums)
		}
	}
}

// twoTaps are two taps as the vector code reads them: offsets in bytes and
// weights of 16 bits.
type twoTaps struct {
	offset  [2]int64
	weights [4]uint16
}

// two appends the taps, two at a time; the last may be joined by one of no weight.
func (k stencil) two(to []twoTaps, stride int) []twoTaps {
	for ; len(k) > 0; k = k[min(2, len(k)):] {
		var t twoTaps
		for i, tap := range k[:min(2, len(k))] {
			t.offset[i], t.weights[i] = int64(8*(tap.y*stride+tap.x)), uint16(tap.weight)
		}
		to = append(to, t)
	}
	return to
}

// spread fills words with a row of img, a channel to a lane of so many bits,
// continued by rx pixels to each side.
func spread(words []uint64, img *image.RGBA, y, rx int, width uint) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	row := img.Pix[min(max(y, 0), h-1)*img.Stride:][:4*w]
	inside := words[rx : rx+w]
	i := 0
	if width == 16 {
		i = spreadVector(inside, row)
	}
	for ; i < len(inside); i++ {
		p := uint64(binary.LittleEndian.Uint32(row[4*i:]))
		inside[i] = p&0xff | p>>8&0xff<<width | p>>16&0xff<<(2*width)
	}
	for i := range rx {
		words[i], words[rx+w+i] = inside[0], inside[w-1]
	}
}

// sum sets sums to those about the pixels from words[at] on, and a half.
func (k stencil) sum(sums, words []uint64, at, stride int) {
	const half = 1 << (tapBits - 1) * (1 | 1<<lane | 1<<(2*lane))
	for i := range sums {
		sums[i] = half
	}
	n := len(sums)
	for ; len(k) >= 2; k = k[2:] {
		d, e := k[0].y*stride+k[0].x, k[1].y*stride+k[1].x
		u, v := k[0].weight, k[1].weight
		a, b, f, g := words[at+d:][:n], words[at-d:][:n], words[at+e:][:n], words[at-e:][:n]
		for i := range sums {
			sums[i] += (a[i]+b[i])*u + (f[i]+g[i])*v
		}
	}
	if len(k) == 1 {
		d, u := k[0].y*stride+k[0].x, k[0].weight
		a, b := words[at+d:][:n], words[at-d:][:n]
		for i := range sums {
			sums[i] += (a[i] + b[i]) * u
		}
	}
}

// unspread writes a row of pixels from sums.
func unspread(row []byte, sums []uint64) {
	for i, v := range sums[:len(row)/4] {
		binary.LittleEndian.PutUint32(row[4*i:],
			uint32(v>>tapBits&0xff|v>>(lane+tapBits)&0xff<<8|v>>(2*lane+tapBits)&0xff<<16|0xff<<24))
	}
}
