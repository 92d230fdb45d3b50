package pixel_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/pixel"
	"github.com/gesturekit/gesturekit/pixel/icc"
)

func iccFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("icc", "testdata", name+".icc"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// segment returns a JPEG with a segment behind its first two bytes.
func segment(jpeg []byte, marker byte, payload string) []byte {
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, marker}, uint16(2+len(payload)))
	return append(append(head, payload...), jpeg[2:]...)
}

// withJPEGProfile puts a profile in two parts, the second one first.
func withJPEGProfile(jpeg, profile []byte) []byte {
	half := len(profile) / 2
	return segment(segment(jpeg, 0xe2, "ICC_PROFILE\x00\x01\x02"+string(profile[:half])),
		0xe2, "ICC_PROFILE\x00\x02\x02"+string(profile[half:]))
}

// pngChunk returns a PNG with a chunk behind its header.
func pngChunk(png []byte, name string, payload []byte) []byte {
	body := append([]byte(name), payload...)
	c := binary.BigEndian.AppendUint32(nil, uint32(len(payload)))
	c = binary.BigEndian.AppendUint32(append(c, body...), crc32.ChecksumIEEE(body))
	return append(append(bytes.Clone(png[:33]), c...), png[33:]...)
}

func withPNGProfile(png, profile []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(profile)
	_ = w.Close()
	return pngChunk(png, "iCCP", append([]byte("profile\x00\x00"), b.Bytes()...))
}

// withWebPProfile makes a lossless WebP an extended one.
func withWebPProfile(webp, profile []byte, w, h int) []byte {
	x := append([]byte{0x20, 0, 0, 0}, byte(w-1), 0, 0, byte(h-1), 0, 0)
	chunk := func(name string, payload []byte) []byte {
		c := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(payload)))
		return append(append(c, payload...), make([]byte, len(payload)&1)...)
	}
	body := append(chunk("VP8X", x), chunk("ICCP", profile)...)
	at := bytes.Index(webp, []byte("VP8L"))
	body = append(body, webp[at:]...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(body))), append([]byte("WEBP"), body...)...)
}

// withTIFFProfile appends a directory with one entry more.
func withTIFFProfile(tiff, profile []byte) []byte {
	out := bytes.Clone(tiff)
	le := binary.LittleEndian
	dir := out[le.Uint32(out[4:]):]
	n := le.Uint16(dir)
	entries := bytes.Clone(dir[2 : 2+12*int(n)])
	at := len(out)
	out = append(out, profile...)
	le.PutUint32(out[4:], uint32(len(out)))
	out = le.AppendUint16(out, n+1)
	out = append(out, entries...)
	out = le.AppendUint16(le.AppendUint16(out, 34675), 7)
	out = le.AppendUint32(le.AppendUint32(out, uint32(len(profile))), uint32(at))
	return le.AppendUint32(out, 0)
}

// profiled returns images of scene(21, 13) with a profile.
func profiled(t testing.TB, profile []byte) map[string][]byte {
	s := samples(t)
	return map[string][]byte{
		"jpeg": withJPEGProfile(s["jpeg"], profile),
		"png":  withPNGProfile(s["png"], profile),
		"webp": withWebPProfile(s["webp"], profile, 21, 13),
		"tiff": withTIFFProfile(s["tiff"], profile),
	}
}

func TestProfilesAreApplied(t *testing.T) {
	for _, name := range []string{"display-p3", "adobe-rgb", "srgb"} {
		transform, err := icc.Parse(iccFile(t, name))
		if err != nil {
			t.Fatal(err)
		}
		for format, data := range profiled(t, iccFile(t, name)) {
			want, _, err := pixel.Decode(samples(t)[format], pixel.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			transform.Apply(want)
			got, info, err := pixel.Decode(data, pixel.Limits{})
			if err != nil || info.ProfileFault != "" {
				t.Errorf("%s in %s: %v %s", name, format, err, info.ProfileFault)
				continue
			}
			if !bytes.Equal(got.Pix, want.Pix) {
				t.Errorf("%s in %s: not applied", name, format)
			}
			small, _, err := pixel.Codec{}.DecodeSquare(data, pixel.Limits{}, 8, pixel.Crop)
			if err != nil || !bytes.Equal(small.Pix, pixel.Square(want, 8, pixel.Crop).Pix) {
				t.Errorf("%s in %s: not applied to the square: %v", name, format, err)
			}
		}
	}
}

// plainJPEG is a codec that takes every JPEG for the same picture.
type plainJPEG struct{ img *image.RGBA }

func (plainJPEG) Identity() string { return "test" }
func (p plainJPEG) Decode([]byte, []byte, int, int, int) *image.RGBA {
	return &image.RGBA{Pix: bytes.Clone(p.img.Pix), Stride: p.img.Stride, Rect: p.img.Rect}
}
func (plainJPEG) Encode(io.Writer, *image.RGBA, int) error { return nil }

func TestProfilesAreAppliedToAFastCodec(t *testing.T) {
	img, _, err := pixel.Decode(samples(t)["png"], pixel.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	transform, err := icc.Parse(iccFile(t, "display-p3"))
	if err != nil {
		t.Fatal(err)
	}
	codec := pixel.NewCodec(plainJPEG{&image.RGBA{Pix: bytes.Clone(img.Pix), Stride: img.Stride, Rect: img.Rect}})
	got, _, err := codec.Decode(profiled(t, iccFile(t, "display-p3"))["jpeg"], pixel.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if transform.Apply(img); !bytes.Equal(got.Pix, img.Pix) {
		t.Error("not applied")
	}
}

func TestBrokenProfilesCostNothing(t *testing.T) {
	p3 := iccFile(t, "display-p3")
	cmyk := bytes.Clone(p3)
	copy(cmyk[16:], "CMYK")
	for name, profile := range map[string][]byte{"cut": p3[:200], "no profile": []byte("hello, world"), "for CMYK": cmyk} {
		for format, data := range profiled(t, profile) {
			want, _, err := pixel.Decode(samples(t)[format], pixel.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			got, info, err := pixel.Decode(data, pixel.Limits{})
			if err != nil || !bytes.Equal(got.Pix, want.Pix) || !strings.HasPrefix(info.ProfileFault, "colour profile is ") {
				t.Errorf("%s in %s: %v, fault %q", name, format, err, info.ProfileFault)
			}
		}
	}
	s := samples(t)
	for name, data := range map[string][]byte{
		"a part lacks":   segment(s["jpeg"], 0xe2, "ICC_PROFILE\x00\x02\x02"+string(p3[200:])),
		"parts of none":  segment(s["jpeg"], 0xe2, "ICC_PROFILE\x00\x01\x00"+string(p3)),
		"no zlib":        pngChunk(s["png"], "iCCP", []byte("name\x00\x00hello, world")),
		"no name":        pngChunk(s["png"], "iCCP", []byte("name")),
		"outside a TIFF": withTIFFProfile(s["tiff"], p3)[:len(withTIFFProfile(s["tiff"], p3))-4],
	} {
		if name == "outside a TIFF" {
			binary.LittleEndian.PutUint32(data[len(data)-8:], 0xfffffff0)
			binary.LittleEndian.PutUint32(data[len(data)-4:], 0xfffffff0)
			data = append(data, 0, 0, 0, 0)
		}
		if _, info, err := pixel.Decode(data, pixel.Limits{}); err != nil || info.ProfileFault == "" {
			t.Errorf("%s: %v, fault %q", name, err, info.ProfileFault)
		}
	}
}
