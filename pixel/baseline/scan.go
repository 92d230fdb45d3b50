package baseline

import (
	"encoding/binary"
	"image"
)

// huffman is a table of codes (ITU-T T.81, annex C).
type huffman struct {
	lut    [1 << lutBits]uint16 // by the next bits: the code's length << 8 | its value; 0 for longer codes
	end    [17]uint32           // by length: the first 16 bits after the last code of that length, 0 if there is none
	offset [17]int32            // by length: what to add to a code for its place in values
	values [256]uint8
	known  bool
}

const lutBits = 10

// set reads how many codes there are of each length, and their values. It
// reports false if there are none or more than fit.
func (h *huffman) set(counts, values []byte) bool {
	*h = huffman{known: len(values) > 0}
	copy(h.values[:], values)
	code, at := uint32(0), 0
	for i, n := range counts {
		length := i + 1
		h.offset[length] = int32(at) - int32(code)
		for range n {
			if length <= lutBits && code < 1<<length {
				first := code << (lutBits - length)
				for j := range uint32(1) << (lutBits - length) {
					h.lut[first+j] = uint16(length)<<8 | uint16(values[at])
				}
			}
			code++
			at++
		}
		if code > 1<<length {
			return false
		}
		if n > 0 {
			h.end[length] = code << (16 - length)
		}
		code <<= 1
	}
	return h.known
}

// long finds a code that lut does not have, by the next 16 bits. Its length is 0
// if there is none.
func (h *huffman) long(next uint32) (length int, value uint8) {
	for n := lutBits + 1; n <= 16; n++ {
		if next < h.end[n] {
			return n, h.values[uint8(int32(next>>(16-n))+h.offset[n])]
		}
	}
	return 0, 0
}

// bits reads those of a scan. They are followed by zeros, and left tells by being
// negative if some of these were taken.
type bits struct {
	data []byte
	at   int
	next uint64 // the first bit is the highest
	left int    // how many bits there are in next
}

// fill sees to it that there are 32 bits at least, if the scan has them.
func (r *bits) fill() {
	if r.at+4 <= len(r.data) {
		w := binary.BigEndian.Uint32(r.data[r.at:])
		if (^w-0x01010101)&w&0x80808080 == 0 { // no 0xff
			r.next |= uint64(w) << (32 - r.left)
			r.left += 32
			r.at += 4
			return
		}
	}
	for r.left < 32 && r.left >= 0 && r.at < len(r.data) {
		c := r.data[r.at]
		if c == 0xff {
			if r.at+1 >= len(r.data) || r.data[r.at+1] != 0 {
				return
			}
			r.at++
		}
		r.at++
		r.next |= uint64(c) << (56 - r.left)
		r.left += 8
	}
}

// take returns a number of s bits, 1 to 16, as T.81 figure F.12 extends it.
func (r *bits) take(s uint) int32 {
	v := int32(r.next >> (64 - s))
	r.next <<= s
	r.left -= int(s)
	if v < 1<<(s-1) {
		v += -1<<s + 1
	}
	return v
}

// marker passes over the rest of a byte and a marker, and reports whether there
// is nothing else.
func (r *bits) marker(m byte) bool {
	ok := 0 <= r.left && r.left < 8 && r.at+2 <= len(r.data) && r.data[r.at] == 0xff && r.data[r.at+1] == m
	r.at += 2
	r.next, r.left = 0, 0
	return ok
}

// coefficients reads a block, whose first coefficient is given as the difference
// to dc, multiplies it by the table q, and returns the rows that have some.
func (r *bits) coefficients(b *block, dc *int32, first, others *huffman, q *[64]int32) (rows uint, ok bool) {
	if r.left < 32 {
		r.fill()
	}
	e := first.lut[r.next>>(64-lutBits)]
	length, size := int(e>>8), uint(e&0xff)
	if e == 0 {
		var v uint8
		if length, v = first.long(uint32(r.next >> 48)); length == 0 {
			return 0, false
		}
		size = uint(v)
	}
	if size > 15 {
		return 0, false
	}
	r.next <<= length
	r.left -= length
	if size > 0 {
		*dc += r.take(size)
	}
	b[0] = *dc * q[0]
	rows = 1
	for k := uint(1); k < 64; k++ {
		if r.left < 32 {
			r.fill()
		}
		e := others.lut[r.next>>(64-lutBits)]
		length, v := int(e>>8), uint(e&0xff)
		if e == 0 {
			var value uint8
			if length, value = others.long(uint32(r.next >> 48)); length == 0 {
				return 0, false
			}
			v = uint(value)
		}
		r.next <<= length
		r.left -= length
		size := v & 15
		k += v >> 4
		if size == 0 {
			switch v {
			case 0:
				return rows, r.left >= 0
			case 0xf0:
				continue
			}
			return 0, false
		}
		if k > 63 {
			return 0, false
		}
		z := zigzag[k]
		b[z&63] = r.take(size) * q[k]
		rows |= 1 << (z >> 3)
	}
	return rows, r.left >= 0
}

// zigzag has for each coefficient, in the order of the file, its place in a block.
const zigzag = "\x00\x01\x08\x10\x09\x02\x03\x0a\x11\x18\x20\x19\x12\x0b\x04\x05" +
	"\x0c\x13\x1a\x21\x28\x30\x29\x22\x1b\x14\x0d\x06\x07\x0e\x15\x1c" +
	"\x23\x2a\x31\x38\x39\x32\x2b\x24\x1d\x16\x0f\x17\x1e\x25\x2c\x33" +
	"\x3a\x3b\x34\x2d\x26\x1f\x27\x2e\x35\x3c\x3d\x36\x2f\x37\x3e\x3f"

// scan decodes the one scan of a picture and its end.
func (d *decoder) scan(part image.Rectangle) image.Image {
	mcu := image.Pt(8*d.parts[0].h, 8*d.parts[0].v)
	across, down := (d.size.X+mcu.X-1)/mcu.X, (d.size.Y+mcu.Y-1)/mcu.Y
	// In units of MCUs:
	want := image.Rect(part.Min.X/mcu.X, part.Min.Y/mcu.Y, (part.Max.X+mcu.X-1)/mcu.X, (part.Max.Y+mcu.Y-1)/mcu.Y)
	planes, img := d.planes(image.Rect(want.Min.X*mcu.X, want.Min.Y*mcu.Y, want.Max.X*mcu.X, want.Max.Y*mcu.Y))
	r := bits{data: d.data}
	var dc [3]int32
	restart := byte(0)
	for y := range down {
		for x := range across {
			if n := y*across + x; d.interval > 0 && n > 0 && n%d.interval == 0 {
				if !r.marker(0xd0 + restart) {
					return nil
				}
				restart = (restart + 1) % 8
				dc = [3]int32{}
			}
			inside := image.Pt(x, y).In(want)
			for i := range planes {
				c, p := &d.parts[i], &planes[i]
				for j := range c.h * c.v {
					var b block
					rows, ok := r.coefficients(&b, &dc[i], c.first, c.others, c.quantum)
					if !ok {
						return nil
					}
					if inside {
						bx, by := (x-want.Min.X)*c.h+j%c.h, (y-want.Min.Y)*c.v+j/c.h
						b.write(p.pix[8*(by*p.stride+bx):], p.stride, rows)
					}
				}
			}
		}
	}
	if !r.marker(0xd9) {
		return nil
	}
	return img
}

type plane struct {
	pix    []byte
	stride int
}

// planes returns a new picture and where its components lie.
func (d *decoder) planes(r image.Rectangle) ([]plane, image.Image) {
	visible := r.Intersect(image.Rectangle{Max: d.size})
	if len(d.parts) == 1 {
		m := image.NewGray(r)
		return []plane{{m.Pix, m.Stride}}, m.SubImage(visible)
	}
	y, b := d.parts[0], d.parts[1]
	m := image.NewYCbCr(r, [3][3]image.YCbCrSubsampleRatio{
		1: {1: image.YCbCrSubsampleRatio444, 2: image.YCbCrSubsampleRatio440},
		2: {1: image.YCbCrSubsampleRatio422, 2: image.YCbCrSubsampleRatio420},
	}[y.h/b.h][y.v/b.v])
	return []plane{{m.Y, m.YStride}, {m.Cb, m.CStride}, {m.Cr, m.CStride}}, m.SubImage(visible)
}

// write transforms a block and writes its samples.
func (b *block) write(dst []byte, stride int, rows uint) {
	b.rows(rows)
	b.columns()
	for y := range 8 {
		row, line := dst[y*stride:][:8:8], b[8*y:][:8:8]
		for x, v := range line {
			row[x] = uint8(min(max(v+128, 0), 255))
		}
	}
}
