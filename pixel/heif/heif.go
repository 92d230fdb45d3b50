// Package heif decodes HEIC and AVIF images: libheif with libde265, and libavif
// with libaom, compiled to WebAssembly (folder modules) and run in a sandbox by
// wazero, which needs no C compiler and no library of the system.
//
// The decoders are C and C++ that was not written for hostile files. All that they
// can do to this process is to fail: each image has an instance of its own, which
// sees no files, no clock and no memory but its own, is given no more memory than
// the size in the header calls for, and ends when the context does. The size, the
// colours and the turn of an image are read by code of this package, before any
// decoder starts. WebAssembly's arithmetic is the same on every processor, and so
// are the pixels.
package heif

import (
	"errors"
	"fmt"
	"image"
)

// What Parse and Decode return errors of.
var (
	ErrBroken      = errors.New("the file is broken")
	ErrCut         = errors.New("the file is cut off")
	ErrUnsupported = errors.New("the file is of a kind that is not read")
)

// Kind is what the image is coded with.
type Kind string

// The kinds that are decoded.
const (
	HEIC Kind = "HEIC" // HEVC
	AVIF Kind = "AVIF" // AV1
)

// Header is what the boxes of a file say of its primary image.
type Header struct {
	Kind          Kind
	Width, Height int             // in pixels, as Decode returns the image
	Orientation   int             // 1 to 8, as in EXIF, of the image that Decode returns
	Profile       []byte          // ICC; nil if there is none
	Primaries     uint8           // colour primaries and transfer characteristics (ITU-T H.273)
	Transfer      uint8           // that hold in place of a profile; 2 is unspecified
	stored        image.Point     // width and height before anything is cropped or turned
	crop          image.Rectangle // what of that is to be seen
	tiled         bool            // made of tiles, as those of phones are
	colours       colours
}

// Decode returns the primary image of a file that Parse gave the header of, with
// the bounds that the header says: *image.YCbCr, *image.Gray or *image.RGBA with
// 8 bits, or *image.RGBA64. Of a sequence that is the first image.
func Decode(data []byte, h Header) (image.Image, error) {
	s, err := start(h.Kind, len(data), h.stored.X, h.stored.Y)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if h.Kind == AVIF {
		return s.avif(data, h)
	}
	return s.heic(data, h)
}

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrBroken}, args...)...)
}

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrUnsupported}, args...)...)
}
