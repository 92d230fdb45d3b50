package augment

import (
	"encoding/binary"
	"image"
)

// Source coordinates are rounded to 1/2048 pixel. A value is then off by at
// most 255/4096 per axis from the exact bilinear one, 1/8 level together, so
// after rounding no byte is off by more than one; and a blend of bytes with two
// weights of 11 bits fits 30 bits, two pixels to a 64-bit word.
const (
	subBits = 11
	subOne  = 1 << subBits
	subMask = subOne - 1
)

// warp fills dst with src seen through m, which takes pixel centres of dst to
// pixel coordinates of src (pixel centres at integers, depth positive on dst),
// and then through the table, unless it is nil.
func warp(dst, src *image.RGBA, m matrix, b border, t *table) {
	warpWith(hasVector(), dst, src, m, b, t)
}

func warpWith(vector bool, dst, src *image.RGBA, m matrix, b border, t *table) {
	for i := range 6 {
		m[i] *= subOne // exact: a power of two
	}
	s := sight{src: src, border: b, table: t}
	s.lanes.init(vector, src, b, t)
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	for y := range h {
		fy := float64(y)
		r := ray{
			x: float64(m[1]*fy) + m[2], y: float64(m[4]*fy) + m[5], z: float64(m[7]*fy) + m[8],
			dx: m[0], dy: m[3], dz: m[6],
		}
		row := dst.Pix[y*dst.Stride:][:4*w]
		lo, hi := r.inside(w, src.Rect.Dx(), src.Rect.Dy())
		s.lanes.follow(r)
		s.edge(row, r, 0, lo) // in this order, for each may spoil what follows
		s.inside(row, r, lo, hi)
		s.edge(row, r, hi, w)
	}
}

// sight is what all rows of an output see.
type sight struct {
	src    *image.RGBA
	border border
	table  *table
	lanes  lanes
}

// inside writes the pixels [i, end) of a row, whose neighbours are all inside the
// source.
func (s *sight) inside(row []byte, r ray, i, end int) {
	i += s.lanes.fill(row, i, end-i, false)
	dst := row[4*i : 4*end]
	warpRow(dst, s.src.Pix, s.src.Stride, r, i)
	s.table.apply(dst)
}

// edge is inside for pixels with neighbours outside the source.
func (s *sight) edge(row []byte, r ray, i, end int) {
	for i < end {
		i += s.lanes.fill(row, i, end-i, true)
		next := min(i+group, end)
		dst := row[4*i : 4*next]
		warpEdge(dst, s.src, r, i, s.border)
		s.table.apply(dst)
		i = next
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

// chunk is how many pixels are located before they are blended; the two loops
// apart need fewer registers and are what vector code replaces.
const chunk = 128

// warpRow writes the pixels of dst, the first of which is pixel i of the row.
// All their neighbours are inside the source.
func warpRow(dst, src []byte, stride int, r ray, i int) {
	var at, part [chunk]uint32
	for len(dst) >= 4 {
		n := min(len(dst)/4, chunk)
		locate(at[:n], part[:n], stride, r, i)
		blendRow(dst[:4*n], src, stride, at[:n], part[:n])
		dst, i = dst[4*n:], i+n
	}
}

// locate finds, from pixel i of a row on, the offset of the upper left neighbour
// and the position between neighbours: x in the lower half word, y in the upper.
func locate(at, part []uint32, stride int, r ray, i int) {
	part = part[:len(at)]
	f := float64(i)
	for k := range at {
		inv := 1 / (r.z + float64(f*r.dz))
		qx := int(float64((r.x+float64(f*r.dx))*inv) + 0.5)
		qy := int(float64((r.y+float64(f*r.dy))*inv) + 0.5)
		f++
		at[k] = uint32((qy>>subBits)*stride + (qx>>subBits)*4)
		part[k] = uint32(qx&subMask | qy&subMask<<16)
	}
}

// blendRow writes the pixels that locate found.
func blendRow(dst, src []byte, stride int, at, part []uint32) {
	part = part[:len(at)]
	for k, o := range at {
		a := binary.LittleEndian.Uint64(src[o:])
		b := binary.LittleEndian.Uint64(src[int(o)+stride:])
		fx, fy := uint64(part[k]&0xffff), uint64(part[k]>>16)
		p := dst[:4:4]
		p[0] = across(down(a, b, fy), fx)
		p[1] = across(down(a>>8, b>>8, fy), fx)
		p[2] = across(down(a>>16, b>>16, fy), fx)
		p[3] = 255
		dst = dst[4:]
	}
}

// down returns the value of the lowest channel between two rows, for a pixel in
// the low half of the word and its right neighbour in the high half.
func down(a, b, fy uint64) uint64 {
	const channel = 0xff | 0xff<<32
	a &= channel
	return a<<subBits + (b&channel-a)*fy
}

// across returns the value between the halves of a word, rounded.
func across(v, fx uint64) uint8 {
	left := v & (1<<32 - 1)
	return uint8((left<<subBits + (v>>32-left)*fx + 1<<(2*subBits-1)) >> (2 * subBits))
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
		p := dst[:4:4]
		p[0] = across(down(above, below, fy), fx)
		p[1] = across(down(above>>8, below>>8, fy), fx)
		p[2] = across(down(above>>16, below>>16, fy), fx)
		p[3] = 255
	}
}

// quantise rounds a coordinate, limited to what an int of 32 bits holds.
func quantise(v float64) int {
	const far = 1 << 30
	v = min(max(v, -far), far) + (far + 0.5)
	return int(int64(v) - far)
}
