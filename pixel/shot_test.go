package pixel_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/HugoSmits86/nativewebp"

	"github.com/gesturekit/gesturekit/pixel"
)

// shotExif is an EXIF block with maker, model and, in a directory of its own,
// time and zone; empty ones are left out.
func shotExif(order binary.AppendByteOrder, maker, model, at, zone string) []byte {
	type tag struct {
		number uint16
		text   string
	}
	directory := func(b []byte, tags []tag, more ...byte) []byte {
		var have []tag
		for _, t := range tags {
			if t.text != "" {
				have = append(have, t)
			}
		}
		b = order.AppendUint16(b, uint16(len(have)+len(more)/12))
		behind := len(b) + 12*len(have) + len(more) + 4
		var texts []byte
		for _, t := range have {
			text := append([]byte(t.text), 0)
			for len(text) < 5 {
				text = append(text, 0) // up to four bytes would stand in the entry
			}
			b = order.AppendUint16(b, t.number)
			b = order.AppendUint16(b, 2)
			b = order.AppendUint32(b, uint32(len(text)))
			b = order.AppendUint32(b, uint32(behind+len(texts)))
			texts = append(texts, text...)
		}
		b = order.AppendUint32(append(b, more...), 0)
		return append(b, texts...)
	}
	b := []byte("MM\x00*")
	if order.String() == "LittleEndian" {
		b = []byte("II*\x00")
	}
	b = order.AppendUint32(b, 8)
	first := []tag{{0x010f, maker}, {0x0110, model}}
	pointer := func(to int) []byte {
		p := order.AppendUint16(nil, 0x8769)
		p = order.AppendUint16(p, 4)
		p = order.AppendUint32(p, 1)
		return order.AppendUint32(p, uint32(to))
	}
	size := len(directory(b, first, pointer(0)...))
	b = directory(b, first, pointer(size)...)
	return directory(b, []tag{{0x9003, at}, {0x9011, zone}})
}

// withAPP1 puts the block where cameras put it.
func withAPP1(data, block []byte) []byte {
	seg := append([]byte("Exif\x00\x00"), block...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(seg)+2))
	return append(append(head, seg...), data[2:]...)
}

func TestReadShot(t *testing.T) {
	m := scene(24, 16)
	for name, c := range map[string]struct {
		maker, model, at, zone string
		want                   pixel.Shot
	}{
		"all":               {"Canon", "EOS 550D", "2017:12:12 11:11:40", "+01:00", pixel.Shot{TakenAt: "2017-12-12T11:11:40+01:00", Camera: "Canon EOS 550D"}},
		"maker twice":       {"Canon", "Canon EOS 550D", "2017:12:12 11:11:40", "", pixel.Shot{TakenAt: "2017-12-12T11:11:40", Camera: "Canon EOS 550D"}},
		"blanks":            {" NIKON  CORPORATION ", "NIKON D90 ", "", "", pixel.Shot{Camera: "NIKON CORPORATION NIKON D90"}},
		"no maker":          {"", "iPhone 7", "", "", pixel.Shot{Camera: "iPhone 7"}},
		"no model":          {"Apple", "", "", "", pixel.Shot{Camera: "Apple"}},
		"zeros":             {"", "", "0000:00:00 00:00:00", "", pixel.Shot{}},
		"no such day":       {"", "", "2017:02:30 11:11:40", "", pixel.Shot{}},
		"blank":             {"", "", "    :  :     :  :  ", "", pixel.Shot{}},
		"no zone":           {"", "", "2017:12:12 11:11:40", "   :  ", pixel.Shot{TakenAt: "2017-12-12T11:11:40"}},
		"no such zone":      {"", "", "2017:12:12 11:11:40", "+99:99", pixel.Shot{TakenAt: "2017-12-12T11:11:40"}},
		"zone alone":        {"", "", "", "+01:00", pixel.Shot{}},
		"long":              {"", strings.Repeat("x", 101), "", "", pixel.Shot{}},
		"control character": {"Apple", "iPhone\x1b[1m", "", "", pixel.Shot{Camera: "Apple iPhone[1m"}},
	} {
		big, little := shotExif(binary.BigEndian, c.maker, c.model, c.at, c.zone), shotExif(binary.LittleEndian, c.maker, c.model, c.at, c.zone)
		webp := encode(t, func(b *bytes.Buffer) error { return nativewebp.Encode(b, m, nil) })
		for kind, data := range map[string][]byte{
			"jpeg": withAPP1(jpegOf(t, m), big), "png": withPNGExif(pngOf(t, m), little),
			"webp": withWebPExif(webp, little, m.Rect.Dx(), m.Rect.Dy()), "tiff": big,
		} {
			if got := pixel.ReadShot(bytes.NewReader(data)); got != c.want {
				t.Errorf("%s, %s: %+v, want %+v", name, kind, got, c.want)
			}
		}
	}
	for name, data := range map[string][]byte{"nothing": nil, "text": []byte("hello"), "no EXIF": jpegOf(t, m)} {
		if got := pixel.ReadShot(bytes.NewReader(data)); got != (pixel.Shot{}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// FuzzReadShot: no bytes make it fail, and what it says can be read.
func FuzzReadShot(f *testing.F) {
	m := image.NewNRGBA(image.Rect(0, 0, 8, 8))
	block := shotExif(binary.LittleEndian, "Canon", "EOS 550D", "2017:12:12 11:11:40", "+01:00")
	f.Add(withAPP1(jpegOf(f, m), block))
	f.Add(withPNGExif(pngOf(f, m), block))
	f.Add(block)
	f.Fuzz(func(t *testing.T, data []byte) {
		s := pixel.ReadShot(bytes.NewReader(data))
		if _, err := time.Parse("2006-01-02T15:04:05", s.TakenAt[:min(19, len(s.TakenAt))]); s.TakenAt != "" && err != nil {
			t.Errorf("taken at %q", s.TakenAt)
		}
		if !utf8.ValidString(s.Camera) || len(s.Camera) > 100 {
			t.Errorf("camera %q", s.Camera)
		}
	})
}

func BenchmarkReadShot(b *testing.B) {
	f, err := os.CreateTemp(b.TempDir(), "")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(withAPP1(jpegOf(b, scene(640, 480)), shotExif(binary.LittleEndian, "Canon", "EOS", "2017:12:12 11:11:40", ""))); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		_, _ = f.Seek(0, 0)
		pixel.ReadShot(f)
	}
}
