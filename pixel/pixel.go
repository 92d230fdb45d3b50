// Package pixel turns the bytes of a capture into pixels and back: the one way
// in (Decode), the one way to the working size (Square, Resize) and the one way
// out (EncodeJPEG). Training and live recognition see the same pixels because
// both come through here.
//
// A decoded image is an opaque 8-bit *image.RGBA with its origin at (0,0),
// upright, in sRGB (package icc), with any transparency flattened onto white. All arithmetic is on
// integers, so the same bytes give the same pixels on any CPU. JPEG files of
// cameras are decoded by package baseline, all others by Go's image/jpeg, to the
// same pixels; package turbo has another, faster codec.
//
// Whatever bytes Decode is given, it returns an image or an error that wraps
// one of ErrNotImage, ErrUnsupported, ErrTooLarge, ErrTruncated and ErrBroken;
// it never panics, and it allocates for an image only after the header's size
// has been checked against the limits.
package pixel

import (
	"errors"
	"fmt"
	"image"
	"io"
)

// What can be wrong with the bytes of an image.
var (
	ErrNotImage    = errors.New("not an image")
	ErrUnsupported = errors.New("unsupported image format")
	ErrTooLarge    = errors.New("image too large")
	ErrTruncated   = errors.New("image is cut off")
	ErrBroken      = errors.New("image is broken")
)

// maxSide is the longest side of any image: the most that JPEG can hold. It
// keeps the resizer's exact integers inside 64 bits.
const maxSide = 65535

// maxScans is how many scans a JPEG may have; encoders make twelve or so. Each goes
// over the whole image, whose pixels a few bytes a scan could have decoded for days.
// Over an image of as many pixels as are allowed there may be fullScans, over one of
// half as many twice that.
const maxScans, fullScans = 500, 16

// Limits bound what Decode takes on. A zero field stands for the default.
type Limits struct {
	Pixels int   // width times height by the header; default 50,000,000
	Bytes  int64 // length of the encoded image; default 64 MiB
}

// DefaultLimits returns limits that let a 48-megapixel phone photograph pass.
func DefaultLimits() Limits { return Limits{Pixels: 50_000_000, Bytes: 64 << 20} }

func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	if l.Pixels <= 0 {
		l.Pixels = d.Pixels
	}
	if l.Bytes <= 0 {
		l.Bytes = d.Bytes
	}
	return l
}

// Info is what the encoded image says about itself.
type Info struct {
	Format        Format
	Width, Height int // as stored, before Orientation is applied
	Orientation   int // EXIF, 1..8; 1 when there is none or none that makes sense
	Frames        int // of a GIF or an animated WebP, as far as the file goes; 1 of any other

	// ProfileFault says why a colour profile is passed over, so that the colours
	// count as sRGB; "" if it is applied or there is none.
	ProfileFault string
}

// Header reads the format, size and orientation of an encoded image without
// decoding it, and checks them against the limits.
func Header(data []byte, l Limits) (Info, error) {
	l = l.orDefault()
	if n := int64(len(data)); n > l.Bytes {
		return Info{}, fmt.Errorf("%w: %d bytes, at most %d are allowed", ErrTooLarge, n, l.Bytes)
	}
	format, err := sniff(data)
	if err != nil {
		return Info{}, err
	}
	n := 0
	if format == JPEG {
		n = scans(data)
	}
	if n > maxScans {
		return Info{Format: format}, fmt.Errorf("%w: %d scans, at most %d are allowed", ErrTooLarge, n, maxScans)
	}
	src := newSource(data)
	config, err := contain(func() (image.Config, error) { return format.config(src) })
	if err != nil {
		return Info{Format: format}, src.classify(err)
	}
	info := Info{Format: format, Width: config.Width, Height: config.Height, Orientation: orientation(format, data), Frames: count(format, data)}
	_, info.ProfileFault = toSRGB(format, data)
	switch {
	case info.Width < 1 || info.Height < 1:
		return info, fmt.Errorf("%w: the %s header says %dx%d pixels", ErrBroken, format, info.Width, info.Height)
	case info.Width > maxSide || info.Height > maxSide:
		return info, fmt.Errorf("%w: the %s header says %dx%d pixels, at most %d a side are allowed", ErrTooLarge, format, info.Width, info.Height, maxSide)
	case int64(info.Width)*int64(info.Height) > int64(l.Pixels):
		return info, fmt.Errorf("%w: the %s header says %dx%d pixels, at most %d in all are allowed", ErrTooLarge, format, info.Width, info.Height, l.Pixels)
	case int64(n)*int64(info.Width)*int64(info.Height) > fullScans*int64(l.Pixels):
		return info, fmt.Errorf("%w: %d scans of %dx%d pixels, at most %d pixels in all scans are allowed", ErrTooLarge, n, info.Width, info.Height, fullScans*int64(l.Pixels))
	}
	return info, nil
}

// scans counts the scans of a JPEG file, not those of thumbnails in its segments or
// of what lies behind its end.
func scans(data []byte) (n int) {
	for i := 2; i < len(data)-3; {
		marker := data[i+1]
		switch {
		case data[i] != 0xff || marker == 0xff || marker <= 1 || marker >= 0xd0 && marker <= 0xd8:
			i++ // pixels, or no segment
			continue
		case marker == 0xd9:
			return n
		case marker == 0xda:
			n++
		}
		i += 2 + int(data[i+2])<<8 + int(data[i+3])
	}
	return n
}

// Decode is Decode of the zero Codec.
func Decode(data []byte, l Limits) (*image.RGBA, Info, error) { return Codec{}.Decode(data, l) }

// ReadFile is ReadFile of the zero Codec.
func ReadFile(name string, l Limits) (*image.RGBA, Info, error) { return Codec{}.ReadFile(name, l) }

// EncodeJPEG is EncodeJPEG of the zero Codec.
func EncodeJPEG(w io.Writer, img *image.RGBA, quality int) error {
	return Codec{}.EncodeJPEG(w, img, quality)
}
