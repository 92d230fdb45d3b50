// Package icc converts pixels from the colour space that an ICC profile
// describes to sRGB.
//
// It applies profiles of two kinds, as ICC.1:2022 annex F defines them: RGB with
// a matrix and a tone curve a channel (Display P3, Adobe RGB, ProPhoto and what
// cameras and screens have), and grey with a tone curve, which holds for each channel
// should the image have colours. Profiles that are nothing but tables (printers,
// CMYK) it refuses. The intent is relative
// colorimetric; colours that sRGB does not have are cut off at its border.
//
// The arithmetic on pixels is on integers and the tables come from package
// elementary, so the same profile gives the same pixels on any processor, within
// one level of the exact result.
package icc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
)

// What Parse returns errors of.
var (
	ErrBroken      = errors.New("colour profile is broken")
	ErrUnsupported = errors.New("colour profile is of a kind that is not applied")
)

// MaxBytes is the length from which a profile is refused. Those with a matrix
// have a few kilobytes at most.
const MaxBytes = 4 << 20

// Transform takes pixels of one colour space to sRGB. It may be used from any
// number of goroutines.
type Transform struct {
	rgb  *[3][256][4]int32 // what each value of each channel adds to linear red, green and blue, scaled by 1<<fine
	grey *[256]uint8       // of a grey profile, in place of rgb
}

// Parse reads a profile. It returns nil for a profile that is sRGB to within
// half a level, as there is nothing to do.
func Parse(data []byte) (*Transform, error) {
	p, err := open(data)
	if err != nil {
		return nil, err
	}
	switch space := p.text(16); space {
	case "RGB ":
		return p.matrix()
	case "GRAY":
		return p.greyscale()
	default:
		return nil, fmt.Errorf("%w: it is for the colour space %q, want RGB or grey", ErrUnsupported, space)
	}
}

// profile is a profile's bytes with a header and a tag table that lie in them.
type profile struct {
	data []byte
	tags []byte // 12 bytes a tag: signature, offset, size
}

const headerLen = 128

func open(data []byte) (profile, error) {
	switch {
	case len(data) < headerLen+4:
		return profile{}, fmt.Errorf("%w: %d bytes, want %d at least", ErrBroken, len(data), headerLen+4)
	case len(data) > MaxBytes:
		return profile{}, fmt.Errorf("%w: %d bytes, at most %d are allowed", ErrUnsupported, len(data), MaxBytes)
	}
	p := profile{data: data, tags: data[headerLen+4:]}
	if p.text(36) != "acsp" {
		return profile{}, fmt.Errorf("%w: it has no signature", ErrBroken)
	}
	if n := binary.BigEndian.Uint32(data[headerLen:]); uint64(n)*12 < uint64(len(p.tags)) {
		p.tags = p.tags[:n*12]
	}
	return p, nil
}

func (p profile) text(at int) string { return string(p.data[at : at+4]) }

// tag returns the content of a tag, of which it holds the type and at least 12
// bytes in all.
func (p profile) tag(name string) ([]byte, error) {
	for t := p.tags; len(t) >= 12; t = t[12:] {
		if string(t[:4]) != name {
			continue
		}
		at, n := uint64(binary.BigEndian.Uint32(t[4:])), uint64(binary.BigEndian.Uint32(t[8:]))
		if n < 12 || at+n > uint64(len(p.data)) {
			return nil, fmt.Errorf("%w: tag %s lies outside", ErrBroken, name)
		}
		return p.data[at : at+n], nil
	}
	return nil, fmt.Errorf("%w: it has no tag %s", ErrUnsupported, name)
}

// Apply converts an opaque image in place.
func (t *Transform) Apply(img *image.RGBA) {
	if t == nil {
		return
	}
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		if t.grey != nil {
			t.applyGrey(row)
		} else {
			t.applyRGB(row)
		}
	}
}

func (t *Transform) applyGrey(row []byte) {
	for ; len(row) >= 4; row = row[4:] {
		row[0], row[1], row[2] = t.grey[row[0]], t.grey[row[1]], t.grey[row[2]]
	}
}

func (t *Transform) applyRGB(row []byte) {
	encode := encoded()
	rs, gs, bs := &t.rgb[0], &t.rgb[1], &t.rgb[2]
	for ; len(row) >= 4; row = row[4:] {
		r, g, b := &rs[row[0]], &gs[row[1]], &bs[row[2]]
		row[0] = encode[index(r[0]+g[0]+b[0])]
		row[1] = encode[index(r[1]+g[1]+b[1])]
		row[2] = encode[index(r[2]+g[2]+b[2])]
	}
}
