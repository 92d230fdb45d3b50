package pixel

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/gesturekit/gesturekit/pixel/heif"
	"github.com/gesturekit/gesturekit/pixel/icc"
)

// toSRGB returns what takes the colours of an encoded image to sRGB, nil if they
// are or count as such. A profile that is broken, or of a kind that is not
// applied, never costs a good image: fault says why it is passed over, "" if it
// is not or there is none.
func toSRGB(f Format, data []byte) (t *icc.Transform, fault string) {
	if f == HEIC || f == AVIF {
		h, err := heif.Parse(data)
		if err == nil && h.Profile == nil {
			return codedColours(h)
		}
	}
	profile := colourProfile(f, data)
	if profile == nil {
		return nil, ""
	}
	t, err := icc.Parse(profile)
	if err != nil {
		return nil, err.Error()
	}
	return t, ""
}

// codedColours is toSRGB for numbers in place of a profile (ITU-T H.273).
func codedColours(h heif.Header) (*icc.Transform, string) {
	switch h.Transfer {
	case 16, 18: // PQ, HLG
		return nil, fmt.Sprintf("colours of high dynamic range (transfer %d) are not applied", h.Transfer)
	}
	switch h.Primaries {
	case 11, 12:
		return icc.DisplayP3(), ""
	case 9:
		return nil, "the colour primaries of BT.2020 are not applied"
	}
	return nil, ""
}

// colourProfile returns the ICC profile of an encoded image, nil if it has none,
// and not nil, but nothing that icc reads, if it is in pieces.
func colourProfile(f Format, data []byte) []byte {
	switch f {
	case JPEG:
		return jpegProfile(data)
	case PNG:
		return pngProfile(chunk(data, 8, 4, binary.BigEndian, "iCCP"))
	case WebP:
		return chunk(data, 12, 0, binary.LittleEndian, "ICCP")
	case TIFF:
		return tiffProfile(data)
	case HEIC, AVIF:
		if h, err := heif.Parse(data); err == nil {
			return h.Profile
		}
	}
	return nil
}

// jpegProfile puts the parts together that APP2 segments have (ICC.1:2022,
// B.4): each has its number, from 1, and how many there are.
func jpegProfile(data []byte) []byte {
	var parts [256][]byte
	total, have := 0, 0
	for marker, payload := range jpegSegments(data) {
		part, ok := bytes.CutPrefix(payload, []byte("ICC_PROFILE\x00"))
		if marker != 0xe2 || !ok || len(part) < 2 {
			continue
		}
		if n := part[0]; parts[n] == nil {
			parts[n] = part[2:]
			have++
		}
		total = int(part[1])
	}
	if have == 0 {
		return nil
	}
	return bytes.Join(parts[1:total+1], nil) // in which a part may lack
}

// pngProfile expands the payload of iCCP: a name, a zero, a zero for zlib.
func pngProfile(payload []byte) []byte {
	if payload == nil {
		return nil
	}
	_, packed, ok := bytes.Cut(payload, []byte{0})
	if !ok || len(packed) < 1 {
		return []byte{}
	}
	r, err := zlib.NewReader(bytes.NewReader(packed[1:]))
	if err != nil {
		return []byte{}
	}
	profile, _ := io.ReadAll(io.LimitReader(r, icc.MaxBytes+1)) // what came before an error may do
	return profile
}

// tiffProfile returns the content of tag 34675 in the first directory.
func tiffProfile(data []byte) []byte {
	order, entry := tiffEntry(data, 34675)
	if entry == nil {
		return nil
	}
	n, at := int64(order.Uint32(entry[4:])), int64(order.Uint32(entry[8:]))
	if at+n > int64(len(data)) {
		return []byte{}
	}
	return data[at : at+n]
}
