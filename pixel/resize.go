package pixel

import "image"

//go:generate go run ./internal/asm -out asm_amd64.s -stubs asm_amd64.go -pkg pixel

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
	across, down := newFilter(sw, w), newFilter(sh, h)
	across.pack()
	win := window{rows: make([]uint16, 4*w*min(sh, 2*down.taps+windowRows)), width: 4 * w}
	for y, first := range down.first {
		fine := win.from(first, down.taps, func(row []uint16, y int) {
			across.scaleRow(row, src.Pix[y*src.Stride:][:4*sw])
		})
		scaleColumns(dst.Pix[y*dst.Stride:][:4*w], fine, down.weight[y*down.taps:][:down.taps])
	}
	return dst
}

// window holds some of the scaled rows, four values a pixel, the fourth of no
// meaning.
type window struct {
	rows        []uint16
	width       int // values a row
	first, next int // rows first..next-1 are there
}

// windowRows is how many rows a window has room for besides those in use.
const windowRows = 16

// from returns n rows from first on, and makes those that are not there yet.
// first does not decrease from call to call.
func (w *window) from(first, n int, scale func(row []uint16, y int)) []uint16 {
	if (first+n-w.first)*w.width > len(w.rows) {
		if first < w.next {
			copy(w.rows, w.rows[(first-w.first)*w.width:(w.next-w.first)*w.width])
		}
		w.first, w.next = first, max(first, w.next)
	}
	for ; w.next < first+n; w.next++ {
		scale(w.rows[(w.next-w.first)*w.width:][:w.width], w.next)
	}
	return w.rows[(first-w.first)*w.width:][:n*w.width]
}

// one is the sum of the weights of a pixel.
const one = 1 << 16

// filter scales a line of pixels: pixel j of the output is the sum of taps
// pixels from first[j] on with the weights from j*taps on.
type filter struct {
	taps   int // even unless that is more than there are
	first  []int
	weight []uint32
	packed []uint16 // weight as the vector code wants it, nil if it does not serve
}

// newFilter returns the triangle filter from n to m pixels. In units of 1/(2nm)
// of the whole length, the centres of output j and input i are (2j+1)n and
// (2i+1)m, and the triangle reaches 2max(n,m) to either side. The weights are
// rounded so that their running sum is never off by more than half.
func newFilter(n, m int) filter {
	from, to := int64(n), int64(m)
	reach := 2 * max(from, to)
	ends := func(j int) (centre, first, last int64) {
		centre = (2*int64(j) + 1) * from
		return centre, max(0, (centre-reach)/(2*to)), min(from-1, (centre+reach)/(2*to))
	}
	f := filter{first: make([]int, m)}
	for j := range m {
		_, first, last := ends(j)
		f.taps = max(f.taps, int(last-first)+1)
	}
	f.taps = min(f.taps+f.taps%2, n)
	f.weight = make([]uint32, m*f.taps)
	for j := range m {
		centre, first, last := ends(j)
		height := func(i int64) int64 {
			d := centre - (2*i+1)*to
			return max(0, reach-max(d, -d))
		}
		total := int64(0)
		for i := first; i <= last; i++ {
			total += height(i)
		}
		f.first[j] = min(int(first), n-f.taps)
		weight := f.weight[j*f.taps:][int(first)-f.first[j]:]
		sum, given := int64(0), int64(0)
		for i := range int(last-first) + 1 {
			sum += height(first + int64(i))
			upTo := (2*one*sum + total) / (2 * total)
			weight[i] = uint32(upTo - given)
			given = upTo
		}
	}
	return f
}

func (f *filter) scaleRow(dst []uint16, src []byte) {
	if f.scaleVector(dst, src) {
		return
	}
	weight := f.weight
	for j, first := range f.first {
		var r, g, b uint32
		px := src[4*first:][:4*f.taps]
		for _, k := range weight[:f.taps] {
			r += k * uint32(px[0])
			g += k * uint32(px[1])
			b += k * uint32(px[2])
			px = px[4:]
		}
		weight = weight[f.taps:]
		d := dst[4*j : 4*j+3]
		d[0], d[1], d[2] = uint16((r+128)>>8), uint16((g+128)>>8), uint16((b+128)>>8)
	}
}

// scaleColumns writes a row of opaque pixels, the sum of the rows in fine.
func scaleColumns(dst []byte, fine []uint16, weight []uint32) {
	width := len(dst)
	for x := scaleColumnsVector(dst, fine, weight); x < width; x += 4 {
		const half = 1 << 23 // of the last digit that stays
		r, g, b := uint32(half), uint32(half), uint32(half)
		for i, k := range weight {
			px := fine[i*width+x:][:3]
			r += k * uint32(px[0])
			g += k * uint32(px[1])
			b += k * uint32(px[2])
		}
		d := dst[x : x+4]
		d[0], d[1], d[2], d[3] = uint8(r>>24), uint8(g>>24), uint8(b>>24), 255
	}
}
