package pixel_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"testing"

	"github.com/HugoSmits86/nativewebp"
	"github.com/disintegration/imaging"

	"github.com/gesturekit/gesturekit/pixel"
)

// exif is an EXIF block with the orientation o, as LONG if wide.
func exif(order binary.AppendByteOrder, o int, wide bool) []byte {
	b := []byte("MM\x00*")
	if order.String() == "LittleEndian" {
		b = []byte("II*\x00")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	b = append(b, make([]byte, 12)...) // an entry that means nothing
	b = order.AppendUint16(b, 0x0112)
	if wide {
		b = order.AppendUint16(b, 4)
		b = order.AppendUint32(b, 1)
		return order.AppendUint32(b, uint32(o))
	}
	b = order.AppendUint16(b, 3)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, uint16(o))
	return append(b, 0, 0)
}

func withJPEGExif(data, block []byte) []byte {
	seg := append([]byte("Exif\x00\x00"), block...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe0, 0, 3, 7, 0xff, 0xff, 0xe1}, uint16(len(seg)+2))
	return append(append(head, seg...), data[2:]...)
}

func withPNGExif(data, block []byte) []byte {
	c := binary.BigEndian.AppendUint32(nil, uint32(len(block)))
	c = append(append(c, "eXIf"...), block...)
	c = binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))
	return append(append(bytes.Clone(data[:33]), c...), data[33:]...)
}

func withWebPExif(data, block []byte, w, h int) []byte {
	x := []byte{'V', 'P', '8', 'X', 10, 0, 0, 0, 8, 0, 0, 0, byte(w - 1), 0, 0, byte(h - 1), 0, 0}
	out := append([]byte("RIFF\x00\x00\x00\x00WEBP"), x...)
	out = append(out, data[12:]...)
	out = append(binary.LittleEndian.AppendUint32(append(out, "EXIF"...), uint32(len(block))), block...)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

func TestOrientation(t *testing.T) {
	want := scene(24, 16)
	stored := map[int]func(image.Image) *image.NRGBA{ // what a camera stores of want
		1: imaging.Clone, 2: imaging.FlipH, 3: imaging.Rotate180, 4: imaging.FlipV, 5: imaging.Transpose,
		6: imaging.Rotate90, 7: imaging.Transverse, 8: imaging.Rotate270,
		0: imaging.Clone, 9: imaging.Clone, 65535: imaging.Clone, // no orientation at all
	}
	for o, store := range stored {
		m := store(want)
		webp := encode(t, func(b *bytes.Buffer) error { return nativewebp.Encode(b, m, nil) })
		for name, data := range map[string][]byte{
			"png, big endian":     withPNGExif(pngOf(t, m), exif(binary.BigEndian, o, false)),
			"png, little endian":  withPNGExif(pngOf(t, m), exif(binary.LittleEndian, o, false)),
			"png, as long":        withPNGExif(pngOf(t, m), exif(binary.BigEndian, o, true)),
			"jpeg":                withJPEGExif(jpegOf(t, m), exif(binary.BigEndian, o, false)),
			"webp":                withWebPExif(webp, exif(binary.LittleEndian, o, false), m.Rect.Dx(), m.Rect.Dy()),
			"webp with JPEG head": withWebPExif(webp, append([]byte("Exif\x00\x00"), exif(binary.LittleEndian, o, false)...), m.Rect.Dx(), m.Rect.Dy()),
		} {
			img, info, err := pixel.Decode(data, pixel.Limits{})
			if err != nil {
				t.Errorf("%s, %d: %v", name, o, err)
				continue
			}
			tolerance := 0
			if info.Format == pixel.JPEG {
				tolerance = 30
			}
			near(t, fmt.Sprintf("%s, orientation %d", name, o), img, want, tolerance)
		}
	}
}

func TestBrokenExifCostsNothing(t *testing.T) {
	m := scene(16, 16)
	good := exif(binary.BigEndian, 6, false)
	far := bytes.Clone(good)
	binary.BigEndian.PutUint32(far[4:], 0xfffffff0)
	many := bytes.Clone(good)
	binary.BigEndian.PutUint16(many[8:], 0xffff)
	copy(many[22:], "\xff\xff")
	blocks := map[string][]byte{"far": far, "many": many, "noise": []byte("\x00\xffabcdefghijk"), "empty": nil}
	for n := range good {
		blocks[fmt.Sprintf("cut at %d", n)] = good[:n]
	}
	for name, block := range blocks {
		for _, data := range [][]byte{withJPEGExif(jpegOf(t, m), block), withPNGExif(pngOf(t, m), block)} {
			img, info, err := pixel.Decode(data, pixel.Limits{})
			if err != nil || info.Orientation != 1 {
				t.Errorf("%s: %v, orientation %d", name, err, info.Orientation)
				continue
			}
			near(t, name, img, m, 60)
		}
	}
}
