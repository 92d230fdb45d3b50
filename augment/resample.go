package augment

import (
	"encoding/binary"
	"image"
)

// resample sets how the warp reads between pixels: bilinear from the nearest 4,
// or bicubic from the nearest 16 by Keys' cubic with a = -1/2 (Catmull-Rom).
// Source: R. Keys, Cubic convolution interpolation, 1981.
func resample() Op {
	return Op{
		Name: "resample", Doc: "how the warp reads between pixels",
		Params: []Param{{Name: "filter", Choices: []string{"bilinear", "bicubic"}, Doc: "bicubic is sharper and slower, and overshoots at hard edges"}},
	}
}

// cubicBits is the precision of a weight.
const cubicBits = 14

// cubicTable has the weights for every place between pixels.
type cubicTable [subOne][4]int16

// init fills the table when it is first used: weights are never all zero.
func (t *cubicTable) init() *cubicTable {
	for f := 0; f < subOne && t[0][1] == 0; f++ {
		t[subOne-1-f] = cubicWeights(subOne - 1 - f)
	}
	return t
}

// warpCubic is warp without a table, by the cubic.
func warpCubic(vector bool, dst, src *image.RGBA, m matrix, b border, t *cubicTable) {
	for i := range 6 {
		m[i] *= subOne // exact: a power of two
	}
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	run := cubicRun{src: src, table: t, vector: vector}
	for y := range h {
		fy := float64(y)
		x0, y0, z0 := float64(m[1]*fy)+m[2], float64(m[4]*fy)+m[5], float64(m[7]*fy)+m[8]
		row := dst.Pix[y*dst.Stride:][:4*w]
		for x := range w {
			fx := float64(x)
			inv := 1 / (z0 + float64(fx*m[6]))
			qx, qy := quantise(float64((x0+float64(fx*m[0]))*inv)), quantise(float64((y0+float64(fx*m[3]))*inv))
			left, top := qx>>subBits-1, qy>>subBits-1
			if left >= 0 && top >= 0 && left+4 <= src.Rect.Dx() && top+4 <= src.Rect.Dy() {
				run.append(row[:4*x], top*src.Stride+4*left, uint32(qx&subMask|qy&subMask<<16))
				continue
			}
			run.flush(row[:4*x])
			binary.LittleEndian.PutUint32(row[4*x:], cubicEdge(src, left, top, &t[qx&subMask], &t[qy&subMask], b))
		}
		run.flush(row)
	}
}

// cubicRun holds pixels of a row whose 16 neighbours are all inside the source,
// until they are written together.
type cubicRun struct {
	src    *image.RGBA
	table  *cubicTable
	vector bool
	n      int
	at     [chunk]int
	part   [chunk]uint32
}

// append adds a pixel, that after row.
func (c *cubicRun) append(row []byte, at int, part uint32) {
	if c.n == chunk {
		c.flush(row)
	}
	c.at[c.n], c.part[c.n] = at, part
	c.n++
}

// flush writes what it holds, to the end of row.
func (c *cubicRun) flush(row []byte) {
	if c.n == 0 {
		return
	}
	dst := row[len(row)-4*c.n:]
	at, part := c.at[:c.n], c.part[:c.n]
	c.n = 0
	if c.vector {
		cubicVector(dst, c.src, at, part, c.table)
		return
	}
	for i, o := range at {
		out := cubicPixel(c.src.Pix[o:], c.src.Stride, &c.table[part[i]&0xffff], &c.table[part[i]>>16])
		binary.LittleEndian.PutUint32(dst[4*i:], out)
	}
}

// betweenBits is the precision of a column's sum when rows are done.
const betweenBits = 6

// cubicPixel returns the weighted sum of 4 by 4 pixels whose rows are stride
// bytes apart. Red and blue share a word; a bias keeps sums, which may be
// negative, apart. It rounds between rows and columns, to 1/64 level.
func cubicPixel(p []byte, stride int, wx, wy *[4]int16) uint32 {
	const (
		both  = 1 | 1<<32
		drop  = cubicBits - betweenBits
		bias  = 1 << 23 * both // below zero a column's sum stays above -255/8 * 2^cubicBits
		round = 1 << (drop - 1) * both
		last  = cubicBits + betweenBits
		zero  = 1 << 23 >> drop
		mask  = 1<<(32-drop) - 1 | (1<<(32-drop)-1)<<32
	)
	p0, p1, p2, p3 := p[:16], p[stride:][:16], p[2*stride:][:16], p[3*stride:][:16]
	w0, w1, w2, w3 := uint64(wy[0]), uint64(wy[1]), uint64(wy[2]), uint64(wy[3]) // below zero modulo 2^64
	var rb, g uint64
	for i := range 4 {
		a, b := uint64(binary.LittleEndian.Uint32(p0[4*i:])), uint64(binary.LittleEndian.Uint32(p1[4*i:]))
		c, d := uint64(binary.LittleEndian.Uint32(p2[4*i:])), uint64(binary.LittleEndian.Uint32(p3[4*i:]))
		vrb := bias + round + (a&lowLane|a<<16&topLane)*w0 + (b&lowLane|b<<16&topLane)*w1 +
			(c&lowLane|c<<16&topLane)*w2 + (d&lowLane|d<<16&topLane)*w3
		vg := bias + round + (a>>8&0xff)*w0 + (b>>8&0xff)*w1 + (c>>8&0xff)*w2 + (d>>8&0xff)*w3
		rb += (vrb >> drop & mask) * uint64(wx[i])
		g += (vg >> drop & (1<<(32-drop) - 1)) * uint64(wx[i])
	}
	level := func(sum uint64) uint32 {
		return uint32(min(max((int64(sum&(1<<32-1))+1<<(last-1))>>last-zero>>betweenBits, 0), 255))
	}
	return level(rb) | level(g)<<8 | level(rb>>32)<<16 | 0xff<<24
}

// cubicEdge is cubicPixel where the pixels reach beyond the picture.
func cubicEdge(src *image.RGBA, left, top int, wx, wy *[4]int16, b border) uint32 {
	var column [4]int
	for i := range column {
		column[i] = b.index(left+i, src.Rect.Dx())
	}
	var few [64]byte
	for j := range 4 {
		y := b.index(top+j, src.Rect.Dy())
		for i, x := range column {
			binary.LittleEndian.PutUint32(few[16*j+4*i:], uint32(b.pixel(src, x, y)))
		}
	}
	return cubicPixel(few[:], 16, wx, wy)
}

// cubicWeights returns the weights of the pixels at -1, 0, 1 and 2 for a place
// of f/2048 between 0 and 1; they sum to 2^cubicBits.
func cubicWeights(f int) [4]int16 {
	const (
		one   = subOne
		shift = 3*subBits + 1 - cubicBits
		half  = 1 << (shift - 1)
	)
	t := int64(f)
	t2, t3 := t*t, t*t*t
	w := [4]int16{
		int16((2*one*t2 - t3 - one*one*t + half) >> shift), 0,
		int16((4*one*t2 - 3*t3 + one*one*t + half) >> shift), int16((t3 - one*t2 + half) >> shift),
	}
	w[1] = 1<<cubicBits - w[0] - w[2] - w[3]
	return w
}
