package pixel_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/pixel"
)

func TestHeaderIsCheckedBeforePixels(t *testing.T) {
	claim := func(data []byte, at int, order binary.ByteOrder, bytes int, side uint32) []byte {
		out := append([]byte(nil), data...)
		for i := range 2 {
			if bytes == 2 {
				order.PutUint16(out[at+2*i:], uint16(side))
			} else {
				order.PutUint32(out[at+4*i:], side)
			}
		}
		return out
	}
	s := samples(t)
	huge := claim(s["png"], 16, binary.BigEndian, 4, 60000)
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	long := claim(s["png"], 16, binary.BigEndian, 4, 70000)
	binary.BigEndian.PutUint32(long[20:], 1)
	binary.BigEndian.PutUint32(long[29:], crc32.ChecksumIEEE(long[12:29]))
	sof := bytes.Index(s["jpeg"], []byte{0xff, 0xc0})
	for name, data := range map[string][]byte{
		"png": huge, "png, one side": long,
		"jpeg": claim(s["jpeg"], sof+5, binary.BigEndian, 2, 60000),
		"gif":  claim(s["gif"], 6, binary.LittleEndian, 2, 60000),
		"bmp":  claim(s["bmp"], 18, binary.LittleEndian, 4, 60000),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := pixel.Decode(data, pixel.Limits{})
		runtime.ReadMemStats(&after)
		if !errors.Is(err, pixel.ErrTooLarge) && (strconv.IntSize == 64 || !known(err)) {
			t.Errorf("%s: got %v, want ErrTooLarge", name, err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%s: %d bytes allocated for an image that is refused", name, n)
		}
	}
	if _, _, err := pixel.Decode(s["png"], pixel.Limits{Pixels: 21*13 - 1}); !errors.Is(err, pixel.ErrTooLarge) {
		t.Errorf("one pixel too many: got %v, want ErrTooLarge", err)
	}
	if _, _, err := pixel.Decode(s["png"], pixel.Limits{Pixels: 21 * 13, Bytes: int64(len(s["png"]))}); err != nil {
		t.Errorf("just within the limits: %v", err)
	}
	if _, _, err := pixel.Decode(s["png"], pixel.Limits{Bytes: 10}); !errors.Is(err, pixel.ErrTooLarge) {
		t.Errorf("too many bytes: got %v, want ErrTooLarge", err)
	}
}

func TestScansAreCounted(t *testing.T) {
	data := samples(t)["jpeg"]
	scan := []byte{0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0}
	end := len(data) - 2
	many := append(bytes.Clone(data[:end]), bytes.Repeat(scan, 500)...)
	if _, err := pixel.Header(append(many, data[end:]...), pixel.Limits{}); !errors.Is(err, pixel.ErrTooLarge) {
		t.Errorf("501 scans: got %v, want ErrTooLarge", err)
	}
	some := append(bytes.Clone(data[:end]), bytes.Repeat(scan, 499)...)
	if _, err := pixel.Header(append(some, data[end:]...), pixel.Limits{}); err != nil {
		t.Errorf("500 scans: %v", err)
	}
}

// TestScansArePixels has few scans over many pixels, and scans in a thumbnail and
// behind the end of the image, as in photographs that move.
func TestScansArePixels(t *testing.T) {
	data := samples(t)["jpeg"] // 21x13
	scan := []byte{0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0}
	end := len(data) - 2
	full := pixel.Limits{Pixels: 21 * 13}
	if _, err := pixel.Header(append(append(bytes.Clone(data[:end]), bytes.Repeat(scan, 15)...), data[end:]...), full); err != nil {
		t.Errorf("16 scans of as many pixels as are allowed: %v", err)
	}
	more := append(append(bytes.Clone(data[:end]), bytes.Repeat(scan, 16)...), data[end:]...)
	if _, err := pixel.Header(more, full); !errors.Is(err, pixel.ErrTooLarge) {
		t.Errorf("17 scans of as many pixels as are allowed: %v", err)
	}
	if _, err := pixel.Header(more, pixel.Limits{Pixels: 2 * 21 * 13}); err != nil {
		t.Errorf("17 scans of half as many pixels as are allowed: %v", err)
	}
	hidden := append(bytes.Clone(data[:2]), 0xff, 0xe1, 0x20, 2)
	hidden = append(append(hidden, bytes.Repeat(scan, 0x2000/len(scan))...), make([]byte, 0x2000%len(scan))...)
	hidden = append(append(hidden, data[2:]...), bytes.Repeat(scan, 600)...)
	if _, _, err := pixel.Decode(hidden, full); err != nil {
		t.Errorf("scans that are none of the image: %v", err)
	}
}

// known reports whether err is of one of the kinds that Decode promises.
func known(err error) bool {
	for _, kind := range []error{pixel.ErrNotImage, pixel.ErrUnsupported, pixel.ErrTooLarge, pixel.ErrTruncated, pixel.ErrBroken} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

func TestCutAndSpoiltFiles(t *testing.T) {
	for name, data := range samples(t) {
		for n := range data {
			if _, _, err := pixel.Decode(data[:n], pixel.Limits{}); err != nil && !known(err) {
				t.Errorf("%s cut at %d: %v is of no known kind", name, n, err)
			}
			spoilt := bytes.Clone(data)
			spoilt[n] ^= 0xff
			if _, _, err := pixel.Decode(spoilt, pixel.Limits{Pixels: 1 << 20}); err != nil && !known(err) {
				t.Errorf("%s spoilt at %d: %v is of no known kind", name, n, err)
			}
		}
	}
	for _, name := range []string{"jpeg", "png", "gif"} {
		data := samples(t)[name]
		if _, _, err := pixel.Decode(data[:len(data)*3/4], pixel.Limits{}); !errors.Is(err, pixel.ErrTruncated) {
			t.Errorf("three quarters of a %s: got %v, want ErrTruncated", name, err)
		}
	}
}

func TestNoImages(t *testing.T) {
	for text, want := range map[string]error{
		"": pixel.ErrNotImage, "hello": pixel.ErrNotImage, "BMW is no bitmap, whatever it begins with": pixel.ErrNotImage,
		"\x00\x00\x00\x18ftypheic": pixel.ErrTruncated, "\x00\x00\x00\x0cftypheic": pixel.ErrUnsupported, "\x00\x00\x00\x18ftypmp42": pixel.ErrUnsupported,
		"RIFF\x00\x00\x00\x00WEBPVP8X\n\x00\x00\x00\x02\x00\x00\x00": pixel.ErrBroken, "%PDF-1.4": pixel.ErrUnsupported,
	} {
		if _, _, err := pixel.Decode([]byte(text), pixel.Limits{}); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", text, err, want)
		}
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "image.txt") // the name has no say
	if err := os.WriteFile(name, samples(t)["png"], 0o644); err != nil {
		t.Fatal(err)
	}
	img, _, err := pixel.ReadFile(name, pixel.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "file", img, scene(21, 13), 0)
	if _, _, err := pixel.ReadFile(dir, pixel.Limits{}); !errors.Is(err, pixel.ErrNotImage) || !strings.Contains(err.Error(), dir) {
		t.Errorf("folder: got %v", err)
	}
	if _, _, err := pixel.ReadFile(name, pixel.Limits{Bytes: 5}); !errors.Is(err, pixel.ErrTooLarge) {
		t.Errorf("long file: got %v", err)
	}
	if _, _, err := pixel.ReadFile(filepath.Join(dir, "none"), pixel.Limits{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: got %v", err)
	}
}
