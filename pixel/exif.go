package pixel

import (
	"bytes"
	"encoding/binary"
	"iter"

	"github.com/gesturekit/gesturekit/pixel/heif"
)

// orientation returns the EXIF orientation of an encoded image, 1..8. It reads
// this one tag and nothing else, and takes whatever it cannot follow for
// "upright": broken metadata never costs a good image.
func orientation(f Format, data []byte) int {
	var block []byte
	switch f {
	case JPEG:
		block = jpegExif(data)
	case PNG:
		block = chunk(data, 8, 4, binary.BigEndian, "eXIf")
	case WebP:
		block = bytes.TrimPrefix(chunk(data, 12, 0, binary.LittleEndian, "EXIF"), []byte(exifHead))
	case TIFF:
		block = data
	case HEIC, AVIF: // where EXIF repeats what other boxes say
		if h, err := heif.Parse(data); err == nil {
			return h.Orientation
		}
	}
	return orientationTag(block)
}

const exifHead = "Exif\x00\x00"

// jpegExif returns the EXIF block of a JPEG, nil if it has none.
func jpegExif(data []byte) []byte {
	for marker, payload := range jpegSegments(data) {
		if block, ok := bytes.CutPrefix(payload, []byte(exifHead)); ok && marker == 0xe1 {
			return block
		}
	}
	return nil
}

// jpegSegments walks the segments up to the first scan: marker and payload.
func jpegSegments(data []byte) iter.Seq2[byte, []byte] {
	return func(yield func(byte, []byte) bool) {
		for at := 2; at+4 <= len(data) && data[at] == 0xff; {
			marker := data[at+1]
			if marker == 0xff { // a fill byte
				at++
				continue
			}
			if marker == 0xda || marker == 0xd9 { // start of scan, end of image
				return
			}
			n := int(binary.BigEndian.Uint16(data[at+2:]))
			end := min(at+2+n, len(data))
			if n < 2 || end < at+4 || !yield(marker, data[at+4:end]) {
				return
			}
			at = end
		}
	}
}

// chunk returns the payload of the first chunk of that name in a file of
// chunks: PNG (length, name, payload, checksum) or RIFF (name, length, payload,
// padded to an even length).
func chunk(data []byte, at, trailer int, order binary.ByteOrder, name string) []byte {
	for at+8 <= len(data) {
		id, length := data[at:at+4], data[at+4:at+8]
		if trailer > 0 {
			id, length = length, id
		}
		n, at0 := int64(order.Uint32(length)), at+8
		if n > int64(len(data)-at0) {
			return nil
		}
		if string(id) == name {
			return data[at0 : at0+int(n)]
		}
		at = at0 + int(n) + trailer
		if trailer == 0 {
			at += int(n & 1)
		}
	}
	return nil
}

// tiffEntry finds a tag in the first directory of a TIFF block: the 12 bytes of
// its entry, nil if there is none.
func tiffEntry(block []byte, tag uint16) (binary.ByteOrder, []byte) {
	if len(block) < 8 {
		return nil, nil
	}
	var order binary.ByteOrder = binary.LittleEndian
	if block[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(block[4:]))
	if at+2 > int64(len(block)) {
		return order, nil
	}
	entries := block[at+2:]
	for n := order.Uint16(block[at:]); n > 0 && len(entries) >= 12; n-- {
		if order.Uint16(entries) == tag {
			return order, entries[:12]
		}
		entries = entries[12:]
	}
	return order, nil
}

// orientationTag reads tag 0x0112 of a TIFF block.
func orientationTag(block []byte) int {
	order, entry := tiffEntry(block, 0x0112)
	if entry == nil {
		return 1
	}
	v := uint32(order.Uint16(entry[8:])) // SHORT, as the standard wants it
	if order.Uint16(entry[2:]) == 4 {    // LONG, as some write it
		v = order.Uint32(entry[8:])
	}
	if v < 1 || v > 8 {
		return 1
	}
	return int(v)
}
