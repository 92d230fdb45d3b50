package pixel

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"

	"github.com/gesturekit/gesturekit/pixel/baseline"
)

// Codec reads images and writes JPEG. The zero Codec uses Go's image/jpeg.
type Codec struct {
	fast  FastJPEG
	spare *sync.Pool // of *[]byte, for pixels that Square is made of; nil for new memory each time
}

// mostSpare is how many bytes of pixels are kept for the next image, those of
// 2048x2048. More are given back at once.
const mostSpare = 16 << 20

// FastJPEG is a codec that takes JPEG files over from image/jpeg.
type FastJPEG interface {
	// Identity names the codec and its version. Two that may give other bytes or
	// pixels have different ones.
	Identity() string
	// Decode returns a JPEG file of w x h pixels with both sides divided by
	// 1<<halvings, 0..3, and rounded up: opaque, at (0,0), as stored. The pixels
	// lie in room if it is large enough, else in new memory, and are of no use to
	// the codec any more. It returns nil for a file that it cannot decode or has a
	// complaint about. The file is then left to image/jpeg, so what that accepts
	// any codec does, and an error is the same with all.
	Decode(room, data []byte, w, h, halvings int) *image.RGBA
	// Encode writes a baseline JPEG as EncodeJPEG describes it.
	Encode(w io.Writer, img *image.RGBA, quality int) error
}

// NewCodec returns a codec that leaves to fast what it can, nothing if that is
// nil. It keeps the memory of decoded pixels for the next image.
func NewCodec(fast FastJPEG) Codec {
	return Codec{fast, &sync.Pool{New: func() any { return new([]byte) }}}
}

// Identity names the JPEG codecs whose bytes and pixels a stage's output
// depends on. Those of image/jpeg may change with the release of Go, as they did
// in Go 1.26: "image/jpeg go1.26". The other formats' pixels are fixed by their
// standards. Stages put it into their version, so that a new codec makes their
// outputs anew.
func (c Codec) Identity() string {
	parts := strings.SplitN(strings.Fields(runtime.Version() + " ")[0], ".", 3)
	id := "image/jpeg " + strings.Join(parts[:min(2, len(parts))], ".")
	if c.fast != nil {
		return c.fast.Identity() + ", " + id
	}
	return id
}

// Decode decodes an image of any supported format; of an animation the first
// frame. The image is opaque, upright, in sRGB and at (0,0).
func (c Codec) Decode(data []byte, l Limits) (*image.RGBA, Info, error) {
	info, err := Header(data, l)
	if err != nil {
		return nil, info, err
	}
	img, err := c.decode(new([]byte), data, info, 0, Stretch)
	return img, info, err
}

// DecodeSquare decodes an image as Decode does and returns it as Square would. A
// fast codec decodes a large JPEG at a half, a quarter or an eighth of its size,
// the smallest from which Square need not enlarge.
func (c Codec) DecodeSquare(data []byte, l Limits, size int, fit Fit) (*image.RGBA, Info, error) {
	info, err := Header(data, l)
	if err != nil {
		return nil, info, err
	}
	room := new([]byte)
	if c.spare != nil {
		room = c.spare.Get().(*[]byte)
	}
	img, err := c.decode(room, data, info, halvings(info.Width, info.Height, size, fit), fit)
	if err != nil {
		return nil, info, err
	}
	square := Square(img, size, fit) // which does not share memory with img
	switch {
	case len(img.Pix) > mostSpare:
		runtime.GC() // else the next one would come when twice as much is in use as with these pixels
	case c.spare != nil:
		c.spare.Put(room)
	}
	return square, info, nil
}

// Working returns an image as the working images of ingest are: a square of size
// pixels, read from a JPEG file of that quality. One that has the size already is
// taken as it is.
func (c Codec) Working(data []byte, l Limits, size int, fit Fit, quality int) (*image.RGBA, error) {
	img, info, err := c.DecodeSquare(data, l, size, fit)
	if err != nil || info.Width == size && info.Height == size {
		return img, err
	}
	var b bytes.Buffer
	if err := c.EncodeJPEG(&b, img, quality); err != nil {
		return nil, err
	}
	img, _, err = c.Decode(b.Bytes(), Limits{})
	return img, err
}

// decode returns the part of the image that fit keeps, upright and in sRGB. Its
// pixels may lie in room, which then has grown to hold them.
func (c Codec) decode(room *[]byte, data []byte, info Info, halvings int, fit Fit) (*image.RGBA, error) {
	img, err := c.stored(room, data, info, halvings, fit)
	if err != nil {
		return nil, err
	}
	transform, _ := toSRGB(info.Format, data)
	transform.Apply(img)
	return upright(img, info.Orientation), nil
}

// stored returns the part of the image that fit keeps, as it is stored.
func (c Codec) stored(room *[]byte, data []byte, info Info, halvings int, fit Fit) (*image.RGBA, error) {
	if c.fast != nil && info.Format == JPEG {
		if img := c.fast.Decode(*room, data, info.Width, info.Height, halvings); img != nil {
			*room = img.Pix
			return cut(img, fit.kept(img.Rect.Dx(), img.Rect.Dy(), info.Orientation)), nil
		}
	}
	kept := fit.kept(info.Width, info.Height, info.Orientation)
	src := newSource(data)
	if info.Format == WebP && animatedWebP(data) {
		for img, err := range composed(data, info) {
			if err == nil {
				img = cut(img, kept)
			}
			return img, err
		}
		return nil, fmt.Errorf("%w: an animation without a frame", ErrBroken)
	}
	img, err := contain(func() (*image.RGBA, error) {
		if info.Format == JPEG {
			if decoded := baseline.Decode(data, kept); decoded != nil {
				return flatten(room, decoded, info.Width, info.Height, kept), nil
			}
		}
		decoded, err := info.Format.decode(src)
		if err != nil {
			return nil, err
		}
		return flatten(room, decoded, info.Width, info.Height, kept), nil
	})
	if err != nil {
		return nil, src.classify(err)
	}
	return img, nil
}

// halvings returns how often w x h pixels may be halved, at most three times,
// before fit makes a square of size pixels a side of them.
func halvings(w, h, size int, fit Fit) int {
	side := min(w, h)
	if fit == Pad {
		side = max(w, h)
	}
	n := 0
	for n < 3 && side>>(n+1) >= size {
		n++
	}
	return n
}

// ReadFile decodes an image file. It reads nothing of a file longer than the
// limit, and reads from regular files only. Errors name the file.
func (c Codec) ReadFile(name string, l Limits) (*image.RGBA, Info, error) {
	stat, err := os.Stat(name)
	if err != nil {
		return nil, Info{}, err
	}
	if !stat.Mode().IsRegular() {
		return nil, Info{}, fmt.Errorf("%s: %w: not a regular file", name, ErrNotImage)
	}
	if most := l.orDefault().Bytes; stat.Size() > most {
		return nil, Info{}, fmt.Errorf("%s: %w: %d bytes, at most %d are allowed", name, ErrTooLarge, stat.Size(), most)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, Info{}, err
	}
	img, info, err := c.Decode(data, l)
	if err != nil {
		return nil, info, fmt.Errorf("%s: %w", name, err)
	}
	return img, info, nil
}

// EncodeJPEG writes an opaque image as a baseline JPEG of the given quality,
// 1..100, with chroma at half the resolution and no metadata.
func (c Codec) EncodeJPEG(w io.Writer, img *image.RGBA, quality int) error {
	if quality < 1 || quality > 100 {
		return fmt.Errorf("jpeg quality %d: want 1 to 100", quality)
	}
	if img.Rect.Empty() {
		return errors.New("encode jpeg: the image has no pixels")
	}
	if c.fast != nil {
		return c.fast.Encode(w, img, quality)
	}
	return jpeg.Encode(w, img, &jpeg.Options{Quality: quality})
}
