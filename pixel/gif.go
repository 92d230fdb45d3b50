package pixel

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/gif"
	"io"
	"iter"
)

// gifFrames yields the frames of a GIF. Each is given to image/gif as a file of
// its own, since gif.DecodeAll holds all at once.
func gifFrames(data []byte) iter.Seq2[frame, error] {
	return func(yield func(frame, error) bool) {
		var control []byte
		for b, err := range gifBlocks(data) {
			switch {
			case err != nil:
				yield(frame{}, err)
				return
			case isGIFControl(b):
				control = b
			case b[0] == gifImage:
				if !yield(gifFrame(gifHead(data), control, b), nil) {
					return
				}
				control = nil
			}
		}
	}
}

func gifFrame(head, control, block []byte) frame {
	le := binary.LittleEndian
	x, y := int(le.Uint16(block[1:])), int(le.Uint16(block[3:]))
	f := frame{at: image.Rect(x, y, x+int(le.Uint16(block[5:])), y+int(le.Uint16(block[7:]))), over: true}
	if control != nil {
		switch control[3] >> 2 & 7 {
		case 2:
			f.dispose = clear
		case 3:
			f.dispose = restore
		}
	}
	f.decode = func() (image.Image, error) {
		img, err := gif.Decode(io.MultiReader(bytes.NewReader(head), bytes.NewReader(control), bytes.NewReader(block), bytes.NewReader([]byte{gifEnd})))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBroken, err)
		}
		return img, nil
	}
	return f
}

// countGIF returns the number of frames, without decoding any, and at least 1.
// Where the file is cut off within a block there was one more.
func countGIF(data []byte) int {
	n := 0
	for b, err := range gifBlocks(data) {
		if len(b) > 0 && (b[0] == gifImage || err != nil) {
			n++
		}
	}
	return max(n, 1)
}

// The blocks of a GIF (GIF89a, sections 20 to 27) begin with one of these.
const (
	gifExtension = 0x21
	gifImage     = 0x2c
	gifEnd       = 0x3b
)

func isGIFControl(b []byte) bool {
	return len(b) == 8 && b[0] == gifExtension && b[1] == 0xf9 && b[2] == 4
}

// gifHead returns what comes before the first block: signature, screen and
// colour table.
func gifHead(data []byte) []byte {
	n := 13
	if len(data) > 10 && data[10]&0x80 != 0 {
		n += 3 << (data[10]&7 + 1)
	}
	return data[:min(n, len(data))]
}

// gifBlocks walks the images and extensions to the end of the file. The last
// that it yields is an error if they do not lead there, with what there is of a
// block that is cut off.
func gifBlocks(data []byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for at := len(gifHead(data)); at < len(data); {
			from := at
			switch data[at] {
			case gifExtension:
				at += 2 // and a label
			case gifImage:
				if at += 10; at <= len(data) && data[at-1]&0x80 != 0 {
					at += 3 << (data[at-1]&7 + 1)
				}
				at++ // the size of codes
			case gifEnd:
				return
			default:
				yield(nil, fmt.Errorf("%w: unknown block %#02x at byte %d", ErrBroken, data[at], at))
				return
			}
			for at < len(data) && data[at] != 0 { // data in parts of up to 255 bytes
				at += 1 + int(data[at])
			}
			if at++; at > len(data) {
				yield(data[from:], fmt.Errorf("%w: the file ends within a block", ErrTruncated))
				return
			}
			if !yield(data[from:at], nil) {
				return
			}
		}
		yield(nil, fmt.Errorf("%w: the file has no end", ErrTruncated))
	}
}
