package pixel

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"

	"github.com/gesturekit/gesturekit/pixel/heif"
)

// Format is an image format that Decode reads.
type Format string

// The formats that Decode reads.
const (
	JPEG Format = "jpeg"
	PNG  Format = "png"
	GIF  Format = "gif"
	BMP  Format = "bmp"
	TIFF Format = "tiff"
	WebP Format = "webp"
	HEIC Format = "heic" // and other HEIF
	AVIF Format = "avif"
)

// Sniff tells the format of a file by its first bytes, 256 or more, "" if it is
// none that Decode reads.
func Sniff(head []byte) Format {
	f, _ := sniff(head)
	return f
}

// sniff finds the format by content; the file's name has no say. The decoders
// are called by name and never through image.Decode, whose answer depends on
// what else is linked in.
func sniff(data []byte) (Format, error) {
	has := func(at int, magic string) bool {
		return len(data) >= at+len(magic) && string(data[at:at+len(magic)]) == magic
	}
	switch {
	case len(data) == 0:
		return "", fmt.Errorf("%w: the file is empty", ErrNotImage)
	case has(0, "\xff\xd8\xff"):
		return JPEG, nil
	case has(0, "\x89PNG\r\n\x1a\n"):
		return PNG, nil
	case has(0, "GIF87a"), has(0, "GIF89a"):
		return GIF, nil
	case has(0, "II*\x00"), has(0, "MM\x00*"):
		return TIFF, nil
	case has(0, "RIFF") && has(8, "WEBP"):
		return WebP, nil
	case has(4, "ftyp"):
		if f := brand(data); f != "" {
			return f, nil
		}
	case has(0, "BM") && len(data) >= 26 && bytes.Equal(data[6:10], make([]byte, 4)):
		return BMP, nil
	}
	if name := foreign(has); name != "" {
		return "", fmt.Errorf("%w: %s: convert it to JPEG or PNG", ErrUnsupported, name)
	}
	return "", fmt.Errorf("%w: want JPEG, PNG, GIF, BMP, TIFF, WebP, HEIC or AVIF", ErrNotImage)
}

// foreign names a format that is known but not read, "" if data is none.
func foreign(has func(at int, magic string) bool) string {
	for _, f := range []struct {
		at          int
		magic, name string
	}{
		{4, "ftyp", "MP4 or QuickTime video"}, {0, "\x1aE\xdf\xa3", "Matroska or WebM video"}, {8, "AVI LIST", "AVI video"},
		{0, "\x00\x00\x01\x00", "ICO"}, {0, "8BPS", "Photoshop"}, {0, "\xff\x0a", "JPEG XL"}, {4, "JXL \r\n\x87\n", "JPEG XL"},
		{4, "jP  \r\n\x87\n", "JPEG 2000"}, {0, "II+\x00", "BigTIFF"}, {0, "MM\x00+", "BigTIFF"}, {0, "%PDF-", "PDF"},
	} {
		if has(f.at, f.magic) {
			return f.name
		}
	}
	return ""
}

// brand tells HEIC and AVIF by the brands of their first box, "" if it is another
// kind of file that begins with such a box.
func brand(data []byte) Format {
	n := min(int64(binary.BigEndian.Uint32(data)), int64(len(data)), 256)
	heif := Format("")
	for at := int64(8); at+4 <= n; at += 4 {
		switch string(data[at : at+4]) { // the major brand, its version, others
		case "avif", "avis":
			return AVIF
		case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1":
			heif = HEIC
		case "isom", "qt  ", "mp41", "mp42":
			if at == 8 {
				return ""
			}
		}
	}
	return heif
}

func (f Format) config(r *source) (image.Config, error) {
	switch f {
	case JPEG:
		return jpeg.DecodeConfig(r)
	case PNG:
		return png.DecodeConfig(r)
	case GIF:
		return gif.DecodeConfig(r)
	case BMP:
		return bmp.DecodeConfig(r)
	case TIFF:
		return tiff.DecodeConfig(r)
	case WebP:
		return webp.DecodeConfig(r)
	case HEIC, AVIF:
		h, err := heif.Parse(r.data)
		return image.Config{Width: h.Width, Height: h.Height}, err
	}
	return image.Config{}, fmt.Errorf("%w: %q", ErrUnsupported, string(f))
}

func (f Format) decode(r *source) (image.Image, error) {
	switch f {
	case JPEG:
		return jpeg.Decode(r)
	case PNG:
		return png.Decode(r)
	case GIF:
		return gif.Decode(r)
	case BMP:
		return bmp.Decode(r)
	case TIFF:
		return decodeTIFF(r)
	case WebP:
		return decodeWebP(r)
	case HEIC, AVIF:
		h, err := heif.Parse(r.data)
		if err != nil {
			return nil, err
		}
		return heif.Decode(r.data, h)
	}
	return nil, fmt.Errorf("%w: %q", ErrUnsupported, string(f))
}

// decodeTIFF decodes a TIFF. x/image takes white runs of fax compression for
// white, but where zeros are black they are what zeros are (TIFF 6.0, section 11).
func decodeTIFF(r *source) (image.Image, error) {
	img, err := tiff.Decode(r)
	short := func(tag uint16) uint16 {
		if order, entry := tiffEntry(r.data, tag); entry != nil {
			return order.Uint16(entry[8:])
		}
		return 0
	}
	const compression, photometric, blackIsZero = 259, 262, 1
	gray, ok := img.(*image.Gray)
	if c := short(compression); ok && err == nil && (c == 3 || c == 4) && short(photometric) == blackIsZero {
		for i := range gray.Pix {
			gray.Pix[i] = ^gray.Pix[i]
		}
	}
	return img, err
}
