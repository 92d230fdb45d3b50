package pixel

import "image"

// Resize returns src scaled to w x h pixels with a triangle filter as wide as
// the reduction asks for: every pixel of src counts when it shrinks, and
// enlarging is bilinear interpolation. This is what Pillow calls BILINEAR and
// torchvision uses by default. src must be opaque; it may be a part of a larger
// image. The result does not share memory with src.
//
// The filter is here and not from a library because its weights are ratios of
// integers, and so its pixels are the same on any CPU.
func Resize(src *image.RGBA, w, h int) *image.RGBA {
	sw, sh := src.Rect.Dx(), src.Rect.Dy()
	dst := image.NewRGBA(image.Rect(0, 0, max(w, 0), max(h, 0)))
	if sw == 0 || sh == 0 || dst.Rect.Empty() {
		return dst
	}
	// The rows first, into values 256 times as fine, then the columns.
	across, down := taps(sw, w), taps(sh, h)
	fine := make([]uint16, 3*w*sh)
	for y := range sh {
		scaleRow(fine[3*w*y:3*w*(y+1)], src.Pix[y*src.Stride:][:4*sw], across)
	}
	sum := make([]uint32, 3*w)
	for y, t := range down {
		scaleColumns(dst.Pix[y*dst.Stride:][:4*w], fine, sum, t)
	}
	return dst
}

// one is the sum of the weights of a tap.
const one = 1 << 16

// tap is what one output pixel takes: weight[i] of input pixel first+i.
type tap struct {
	first  int
	weight []uint32
}

// taps returns the triangle filter from n to m pixels. In units of 1/(2nm) of
// the whole length, the centres of output j and input i are (2j+1)n and
// (2i+1)m, and the triangle reaches 2max(n,m) to either side. The weights are
// rounded so that their running sum is never off by more than half.
func taps(n, m int) []tap {
	out := make([]tap, m)
	from, to := int64(n), int64(m)
	reach := 2 * max(from, to)
	for j := range out {
		centre := (2*int64(j) + 1) * from
		first := max(0, (centre-reach)/(2*to))
		last := min(from-1, (centre+reach)/(2*to))
		height := func(i int64) int64 {
			d := centre - (2*i+1)*to
			return max(0, reach-max(d, -d))
		}
		total := int64(0)
		for i := first; i <= last; i++ {
			total += height(i)
		}
		weight := make([]uint32, last-first+1)
		sum, given := int64(0), int64(0)
		for i := range weight {
			sum += height(first + int64(i))
			upTo := (2*one*sum + total) / (2 * total)
			weight[i] = uint32(upTo - given)
			given = upTo
		}
		out[j] = tap{int(first), weight}
	}
	return out
}

func scaleRow(dst []uint16, src []byte, taps []tap) {
	for j, t := range taps {
		var r, g, b uint32
		px := src[4*t.first:][:4*len(t.weight)]
		for _, k := range t.weight {
			r += k * uint32(px[0])
			g += k * uint32(px[1])
			b += k * uint32(px[2])
			px = px[4:]
		}
		d := dst[3*j : 3*j+3]
		d[0], d[1], d[2] = uint16((r+128)>>8), uint16((g+128)>>8), uint16((b+128)>>8)
	}
}

func scaleColumns(dst []byte, fine []uint16, sum []uint32, t tap) {
	for i := range sum {
		sum[i] = 1 << 23 // half of the last digit that stays
	}
	for i, k := range t.weight {
		row := fine[(t.first+i)*len(sum):][:len(sum)]
		for x, v := range row {
			sum[x] += k * uint32(v)
		}
	}
	for x := range len(dst) / 4 {
		d, s := dst[4*x:4*x+4], sum[3*x:3*x+3]
		d[0], d[1], d[2], d[3] = uint8(s[0]>>24), uint8(s[1]>>24), uint8(s[2]>>24), 255
	}
}
