package augment

import (
	"encoding/binary"
	"image"
)

// jpegArtefacts does what compression as JPEG and decompression do to a picture,
// without the entropy coding between them, which loses nothing: colour as YCbCr
// with halved chroma (4:2:0), 8x8 cosine transforms, and the tables of Annex K
// of ITU-T T.81 scaled by quality. Every step is libjpeg's default: its integer
// arithmetic, its slow integer transforms and its "fancy" chroma upsampling (a
// triangle filter), so the result is what libjpeg-turbo gives, bit for bit.
func jpegArtefacts() Op {
	return Op{
		Name: "jpeg", Doc: "blocks and blurred colour of compression",
		Params: []Param{{Name: "quality", Doc: "1 worst, 100 best", Integer: true, Limits: Range{1, 100}, Default: Range{40, 90}}},
		paint: func(v *values, img *image.RGBA, s *Scratch) error {
			luma, chroma := quantisers(int(v[0]))
			p := &s.planes
			p.split(img)
			p.y.code(&luma)
			p.cb.code(&chroma)
			p.cr.code(&chroma)
			p.join(img)
			return nil
		},
	}
}

// planes is a picture as JPEG codes it: luma, and chroma of half the size.
type planes struct {
	y, cb, cr plane
	line      []uint8 // chroma of two rows before they are halved, and after they are doubled
}

// plane is one component, continued to whole blocks.
type plane struct {
	pix          []uint8
	w, h, stride int // w and h count real samples
}

// size makes room for w by h samples and leaves their values open.
func (p *plane) size(w, h, alignment int) {
	p.w, p.h, p.stride = w, h, (w+alignment-1)/alignment*alignment
	n := p.stride * ((h + 7) / 8 * 8)
	if cap(p.pix) < n {
		p.pix = make([]uint8, n)
	}
	p.pix = p.pix[:n]
}

func (p *plane) row(y int) []uint8 { return p.pix[y*p.stride:][:p.stride] }

// continueDown repeats the last real row in the rest of its blocks.
func (p *plane) continueDown() {
	for y := p.h; y*p.stride < len(p.pix); y++ {
		copy(p.row(y), p.row(p.h-1))
	}
}

// split fills the planes from img.
func (p *planes) split(img *image.RGBA) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	p.y.size(w, h, 16)
	p.cb.size((w+1)/2, (h+1)/2, 8)
	p.cr.size((w+1)/2, (h+1)/2, 8)
	n := p.y.stride
	if cap(p.line) < 4*n {
		p.line = make([]uint8, 4*n)
	}
	p.line = p.line[:4*n]
	upper, lower := p.line[:2*n], p.line[2*n:]
	for y := 0; y < h; y += 2 {
		toYCbCr(img.Pix[y*img.Stride:][:4*w], p.y.row(y), upper[:n], upper[n:])
		if y+1 < h {
			toYCbCr(img.Pix[(y+1)*img.Stride:][:4*w], p.y.row(y+1), lower[:n], lower[n:])
		} else {
			copy(lower, upper)
		}
		halve(p.cb.row(y/2), upper[:n], lower[:n])
		halve(p.cr.row(y/2), upper[n:], lower[n:])
	}
	p.y.continueDown()
	p.cb.continueDown()
	p.cr.continueDown()
}

// toYCbCr converts a row of pixels as JFIF says, in 16 fractional bits, and
// continues it by its last one.
func toYCbCr(row, y, cb, cr []uint8) {
	const half, centre = 1 << 15, 128<<16 + 1<<15 - 1
	n := len(row) / 4
	ys, cbs, crs := y[:n], cb[:n], cr[:n]
	for i := range ys {
		p := binary.LittleEndian.Uint32(row[4*i:])
		r, g, b := int32(p&0xff), int32(p>>8&0xff), int32(p>>16&0xff)
		ys[i] = uint8((19595*r + 38470*g + 7471*b + half) >> 16)
		cbs[i] = uint8((centre - 11059*r - 21709*g + 32768*b) >> 16)
		crs[i] = uint8((centre + 32768*r - 27439*g - 5329*b) >> 16)
	}
	for i := n; i < len(y); i++ {
		y[i], cb[i], cr[i] = y[n-1], cb[n-1], cr[n-1]
	}
}

// halve averages boxes of two by two; it rounds halves down and up in turn.
func halve(dst, upper, lower []uint8) {
	upper, lower = upper[:2*len(dst)], lower[:2*len(dst)]
	for i := range dst {
		sum := uint32(upper[2*i]) + uint32(upper[2*i+1]) + uint32(lower[2*i]) + uint32(lower[2*i+1])
		dst[i] = uint8((sum + 1 + uint32(i&1)) >> 2)
	}
}

// join fills img from the planes.
func (p *planes) join(img *image.RGBA) {
	w, n := img.Rect.Dx(), p.y.stride
	cb, cr := p.line[:n], p.line[n:2*n]
	for y := range img.Rect.Dy() {
		p.cb.double(cb, y)
		p.cr.double(cr, y)
		fromYCbCr(img.Pix[y*img.Stride:][:4*w], p.y.row(y), cb, cr)
	}
}

// double writes row y of the plane at twice its size: a sample is 9/16 of the
// nearest one, 3/16 of its neighbours and 1/16 of the one across. A plane of one
// or two columns is repeated instead, as libjpeg does.
func (p *plane) double(dst []uint8, y int) {
	if p.w <= 2 {
		for x := range dst[:2*p.w] {
			dst[x] = p.row(y / 2)[x/2]
		}
		return
	}
	near, far := p.row(y / 2)[:p.w], p.row(min(max(y/2-1+y%2*2, 0), p.h-1))[:p.w]
	column := func(x int) uint32 { return 3*uint32(near[x]) + uint32(far[x]) }
	before := column(0)
	this := before
	dst = dst[:2*len(near)]
	for x := range near {
		after := this
		if x+1 < len(near) {
			after = column(x + 1)
		}
		dst[2*x], dst[2*x+1] = uint8((3*this+before+8)>>4), uint8((3*this+after+7)>>4)
		before, this = this, after
	}
}

// fromYCbCr is the inverse of toYCbCr.
func fromYCbCr(row, y, cb, cr []uint8) {
	const half = 1 << 15
	n := len(row) / 4
	y, cb, cr = y[:n], cb[:n], cr[:n]
	for i := range y {
		l, u, v := int32(y[i]), int32(cb[i])-128, int32(cr[i])-128
		r := limit(l + (91881*v+half)>>16)
		g := limit(l + (half-22554*u-46802*v)>>16)
		b := limit(l + (116130*u+half)>>16)
		binary.LittleEndian.PutUint32(row[4*i:], r|g<<8|b<<16|0xff<<24)
	}
}

func limit(v int32) uint32 { return uint32(min(max(v, 0), 255)) }

// code transforms, rounds and restores every block.
func (p *plane) code(q *[64]quantiser) {
	for y := 0; y*p.stride < len(p.pix); y += 8 {
		for x := 0; x < p.w; x += 8 {
			codeBlock(p.pix[y*p.stride+x:], p.stride, q)
		}
	}
}
