package pixel

import (
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"runtime"
	"strings"
)

// EncodeJPEG writes an opaque image as a baseline JPEG of the given quality,
// 1..100, with chroma at half the resolution and no metadata.
func EncodeJPEG(w io.Writer, img *image.RGBA, quality int) error {
	if quality < 1 || quality > 100 {
		return fmt.Errorf("jpeg quality %d: want 1 to 100", quality)
	}
	if img.Rect.Empty() {
		return errors.New("encode jpeg: the image has no pixels")
	}
	return jpeg.Encode(w, img, &jpeg.Options{Quality: quality})
}

// Codec names the JPEG codec, whose bytes and pixels may change with the
// release of Go, as they did in Go 1.26: "image/jpeg go1.26". The other
// formats' pixels are fixed by their standards. Stages put it into their
// version, so that a new codec makes their outputs anew.
func Codec() string {
	parts := strings.SplitN(strings.Fields(runtime.Version() + " ")[0], ".", 3)
	return "image/jpeg " + strings.Join(parts[:min(2, len(parts))], ".")
}
