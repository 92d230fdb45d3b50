package augment

import (
	"encoding/binary"
	"image"
)

// Source coordinates are rounded to 1/2048 pixel. A value is then off by at
// most 255/4096 per axis from the exact bilinear one, 1/8 level together, so
// after rounding no byte is off by more than one; and a blend of bytes with two
// weights of 11 bits fits 30 bits, two channels to a 64-bit word.
const (
	subBits = 11
	subOne  = 1 << subBits
	subMask = subOne - 1
	half2   = 1<<(2*subBits-1) | 1<<(2*subBits-1+32) // rounds both channels of a word
	lowLane = 0xff
	topLane = 0xff << 32
)

// warp fills dst with src seen through m, which takes pixel centres of dst to
// pixel coordinates of src (pixel centres at integers, depth positive on dst).
func warp(dst, src *image.RGBA, m matrix, b border) {
	for i := range 6 {
		m[i] *= subOne // exact: a power of two
	}
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	for y := range h {
		fy := float64(y)
		r := ray{
			x: float64(m[1]*fy) + m[2], y: float64(m[4]*fy) + m[5], z: float64(m[7]*fy) + m[8],
			dx: m[0], dy: m[3], dz: m[6],
		}
		row := dst.Pix[y*dst.Stride:][:4*w]
		lo, hi := r.inside(w, src.Rect.Dx(), src.Rect.Dy())
		warpEdge(row[:4*lo], src, r, 0, b)
		warpRow(row[4*lo:4*hi], src.Pix, src.Stride, r, lo)
		warpEdge(row[4*hi:], src, r, hi, b)
	}
}

// ray is the line in the source that one row of the output sees: pixel i sees
// ((x + i dx) / (z + i dz), (y + i dy) / (z + i dz)), in 1/2048 pixel.
type ray struct{ x, y, z, dx, dy, dz float64 }

// inside returns the pixels [lo, hi) of a row of n whose four neighbours all
// lie in a source of w by h pixels. It leaves out what is within 2/2048 pixel
// of the last row and column, which makes up for rounding in the coordinates.
func (r ray) inside(n, w, h int) (lo, hi int) {
	a, b := 0.0, float64(n-1)
	clip := func(p, d float64) { // keep i with p + i*d >= 0
		switch root := -p / d; {
		case d > 0:
			a = max(a, root)
		case d < 0:
			b = min(b, root)
		case p < 0:
			b = -1
		}
	}
	const slack = 0.25
	right, bottom := float64((w-1)*subOne-2), float64((h-1)*subOne-2)
	clip(r.x+float64(slack*r.z), r.dx+float64(slack*r.dz))
	clip(r.y+float64(slack*r.z), r.dy+float64(slack*r.dz))
	clip(float64(right*r.z)-r.x, float64(right*r.dz)-r.dx)
	clip(float64(bottom*r.z)-r.y, float64(bottom*r.dz)-r.dy)
	if !(a <= b) {
		return n, n
	}
	lo, hi = int(a), int(b)+1
	if float64(lo) < a {
		lo++
	}
	return min(lo, hi), hi
}

// warpRow writes the pixels of dst, the first of which is pixel i of the row.
// All their neighbours are inside the source.
func warpRow(dst, src []byte, stride int, r ray, i int) {
	f := float64(i)
	for ; len(dst) >= 4; dst = dst[4:] {
		inv := 1 / (r.z + float64(f*r.dz))
		qx := int(float64((r.x+float64(f*r.dx))*inv) + 0.5)
		qy := int(float64((r.y+float64(f*r.dy))*inv) + 0.5)
		f++
		o := (qy>>subBits)*stride + (qx>>subBits)*4
		a := binary.LittleEndian.Uint64(src[o:])
		b := binary.LittleEndian.Uint64(src[o+stride:])
		fx, fy := uint64(qx&subMask), uint64(qy&subMask)
		rb := down(redBlue(a, fx), redBlue(b, fx), fy)
		top, bottom := greens(a, b, fx)
		binary.LittleEndian.PutUint32(dst, opaque(rb, down(top, bottom, fy)))
	}
}

// redBlue returns the red and blue between two neighbours in a row, a word each.
func redBlue(p, fx uint64) uint64 {
	left := p&lowLane | p<<16&topLane
	return left<<subBits + ((p>>32&lowLane|p>>16&topLane)-left)*fx
}

// greens returns the green between two neighbours in a row, in a, and that of
// the two below, in b.
func greens(a, b, fx uint64) (top, bottom uint64) {
	left := a>>8&lowLane | b<<24&topLane
	g := left<<subBits + ((a>>40&lowLane|b>>8&topLane)-left)*fx
	return g & (1<<32 - 1), g >> 32
}

// down returns the value between two rows, rounded, with 22 bits of fraction.
func down(top, bottom, fy uint64) uint64 {
	return top<<subBits + (bottom-top)*fy + half2
}

// opaque packs rounded channels into a pixel.
func opaque(rb, g uint64) uint32 {
	const shift = 2 * subBits
	return uint32(rb>>shift&0xff | g>>(shift-8)&0xff00 | rb>>(shift+16)&0xff0000 | 0xff<<24)
}

// warpEdge is warpRow for pixels with neighbours outside the source.
func warpEdge(dst []byte, src *image.RGBA, r ray, i int, b border) {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	for ; len(dst) >= 4; dst = dst[4:] {
		f := float64(i)
		inv := 1 / (r.z + float64(f*r.dz))
		qx, qy := quantise(float64((r.x+float64(f*r.dx))*inv)), quantise(float64((r.y+float64(f*r.dy))*inv))
		i++
		x, y := qx>>subBits, qy>>subBits
		x0, x1, y0, y1 := b.index(x, w), b.index(x+1, w), b.index(y, h), b.index(y+1, h)
		above := b.pixel(src, x0, y0) | b.pixel(src, x1, y0)<<32
		below := b.pixel(src, x0, y1) | b.pixel(src, x1, y1)<<32
		fx, fy := uint64(qx&subMask), uint64(qy&subMask)
		rb := down(redBlue(above, fx), redBlue(below, fx), fy)
		top, bottom := greens(above, below, fx)
		binary.LittleEndian.PutUint32(dst, opaque(rb, down(top, bottom, fy)))
	}
}

// quantise rounds a coordinate, limited to what an int of 32 bits holds.
func quantise(v float64) int {
	const far = 1 << 30
	v = min(max(v, -far), far) + (far + 0.5)
	return int(int64(v) - far)
}
