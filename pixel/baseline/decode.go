// Package baseline decodes JPEG files as cameras write them, to the pixels of
// image/jpeg of Go 1.26 and about twice as fast: Huffman codes, 8 bits, one
// scan, grey or YCbCr, brightness in one to four samples to one of colour.
//
// It decodes nothing else, and no file that has any fault: these are left to
// image/jpeg, so that what is accepted, and how a fault is told, are the same.
package baseline

import (
	"bytes"
	"encoding/binary"
	"image"
)

// Decode returns a picture's pixels in part, which lies within it, and maybe some
// around it: a *image.YCbCr or *image.Gray. It returns nil for any file that it
// is not made for.
func Decode(data []byte, part image.Rectangle) image.Image {
	if len(data) < 2 || data[0] != 0xff || data[1] != 0xd8 || part.Empty() {
		return nil
	}
	d := decoder{data: data[2:]}
	for {
		marker, payload, ok := d.segment()
		switch {
		case !ok:
			return nil
		case marker == 0xc0:
			ok = d.frame(payload)
		case marker == 0xc4:
			ok = d.codes(payload)
		case marker == 0xdb:
			ok = d.quantums(payload)
		case marker == 0xdd && len(payload) == 2:
			d.interval = int(binary.BigEndian.Uint16(payload))
		case marker == 0xda:
			if !d.choose(payload) || !part.In(image.Rectangle{Max: d.size}) {
				return nil
			}
			return d.scan(part)
		case marker == 0xee:
			ok = !bytes.HasPrefix(payload, []byte("Adobe")) // which may say that it is RGB
		default:
			ok = 0xe0 <= marker && marker <= 0xef || marker == 0xfe
		}
		if !ok {
			return nil
		}
	}
}

// decoder is what the segments before the scan say.
type decoder struct {
	data     []byte // yet to be read
	size     image.Point
	parts    []component
	quantum  [4]*[64]int32
	huffman  [2][2]huffman // for the first coefficient of a block and for others
	interval int           // MCUs between restart markers, 0 for none
}

type component struct {
	id, table     byte
	h, v          int // blocks in an MCU
	quantum       *[64]int32
	first, others *huffman
}

// segment reads a marker and what belongs to it.
func (d *decoder) segment() (marker byte, payload []byte, ok bool) {
	if len(d.data) < 4 || d.data[0] != 0xff {
		return 0, nil, false
	}
	marker = d.data[1]
	n := int(binary.BigEndian.Uint16(d.data[2:]))
	if n < 2 || 2+n > len(d.data) {
		return 0, nil, false
	}
	payload, d.data = d.data[4:2+n], d.data[2+n:]
	return marker, payload, true
}

// frame reads SOF0.
func (d *decoder) frame(p []byte) bool {
	if d.parts != nil || len(p) != 9 && len(p) != 15 || p[0] != 8 || int(p[5]) != (len(p)-6)/3 {
		return false
	}
	d.size = image.Pt(int(binary.BigEndian.Uint16(p[3:])), int(binary.BigEndian.Uint16(p[1:])))
	for p := p[6:]; len(p) > 0; p = p[3:] {
		c := component{id: p[0], table: p[2], h: int(p[1] >> 4), v: int(p[1] & 15)}
		if c.table > 3 || c.h < 1 || c.h > 2 || c.v < 1 || c.v > 2 {
			return false
		}
		d.parts = append(d.parts, c)
	}
	if len(d.parts) == 1 {
		d.parts[0].h, d.parts[0].v = 1, 1 // whatever it says (T.81, A.2)
		return true
	}
	y, b, r := d.parts[0], d.parts[1], d.parts[2]
	return y.id != b.id && y.id != r.id && b.id != r.id &&
		y.id != 'R' && // which may say that it is RGB
		b.h <= y.h && b.v <= y.v && b.h == r.h && b.v == r.v &&
		y.h*y.v+2*b.h*b.v <= 10
}

// quantums reads DQT.
func (d *decoder) quantums(p []byte) bool {
	for ; len(p) >= 65; p = p[65:] {
		if p[0] > 3 {
			return false
		}
		q := new([64]int32)
		for i, v := range p[1:65] {
			q[i] = int32(v)
		}
		d.quantum[p[0]] = q
	}
	return len(p) == 0
}

// codes reads DHT.
func (d *decoder) codes(p []byte) bool {
	for len(p) >= 17 {
		n := 0
		for _, c := range p[1:17] {
			n += int(c)
		}
		if p[0]&^0x11 != 0 || n > 256 || 17+n > len(p) || !d.huffman[p[0]>>4][p[0]&1].set(p[1:17], p[17:17+n]) {
			return false
		}
		p = p[17+n:]
	}
	return len(p) == 0
}

// choose reads SOS and reports whether the scan has everything.
func (d *decoder) choose(p []byte) bool {
	if len(d.parts) == 0 || len(p) != 4+2*len(d.parts) || int(p[0]) != len(d.parts) {
		return false
	}
	for i := range d.parts {
		c, id, tables := &d.parts[i], p[1+2*i], p[2+2*i]
		if id != c.id || tables&^0x11 != 0 {
			return false
		}
		c.quantum, c.first, c.others = d.quantum[c.table], &d.huffman[0][tables>>4], &d.huffman[1][tables&1]
		if c.quantum == nil || !c.first.known || !c.others.known {
			return false
		}
	}
	return true
}
