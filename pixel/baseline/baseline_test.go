package baseline_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/internal/golden"
	"github.com/gesturekit/gesturekit/pixel/baseline"
)

// files are those that testdata/make.py writes, by name.
func files(t testing.TB) map[string][]byte {
	t.Helper()
	return golden.Files(t, "testdata/jpeg.zip")
}

// agree decodes parts of a file, and reports whether that is possible. If it is,
// image/jpeg must give the same. It does nothing with files of more than a
// million pixels.
func agree(t testing.TB, name string, data []byte) bool {
	t.Helper()
	c, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil || c.Width*c.Height > 1_000_000 {
		return false
	}
	all := image.Rect(0, 0, c.Width, c.Height)
	middle := image.Rect(c.Width/3, c.Height/4, c.Width-c.Width/4, c.Height-c.Height/3)
	corner := image.Rect(c.Width-1, c.Height-1, c.Width, c.Height)
	var want image.Image
	for i, part := range []image.Rectangle{all, middle, corner} {
		got := baseline.Decode(data, part)
		if i > 0 && part != middle && (got == nil) != (want == nil) {
			t.Fatalf("%s: %v depends on the part", name, part)
		}
		if got == nil {
			continue
		}
		if want == nil {
			if want, err = jpeg.Decode(bytes.NewReader(data)); err != nil {
				t.Fatalf("%s: image/jpeg says %v", name, err)
			}
		}
		if !part.In(got.Bounds()) || !got.Bounds().In(all) || !same(got, want, part) {
			t.Fatalf("%s: %v of %v is not what image/jpeg of this Go gives; if Go's transform is a new one, see docs/adr/0010-jpeg-codec.md", name, part, all)
		}
	}
	return want != nil
}

// same compares samples, not what they are converted to.
func same(a, b image.Image, part image.Rectangle) bool {
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if a.At(x, y) != b.At(x, y) { // color.YCbCr or color.Gray
				return false
			}
		}
	}
	return true
}

func TestPixelsAreThoseOfImageJPEG(t *testing.T) {
	for name, data := range files(t) {
		if done := agree(t, name, data); done == strings.HasPrefix(name, "left") {
			t.Errorf("%s: decoded is %v", name, done)
		}
	}
}

// TestFaultsAreLeftToOthers cuts and spoils files everywhere.
func TestFaultsAreLeftToOthers(t *testing.T) {
	for _, name := range []string{"plain420-17x9-3.jpg", "restart422-17x9-200.jpg", "grey-17x9-3.jpg"} {
		data := files(t)[name]
		decoded := 0
		for i := range data {
			if agree(t, name, data[:i]) {
				t.Errorf("%s: decoded of %d bytes", name, i)
			}
			for _, flip := range []byte{0x01, 0x10, 0xff} {
				spoilt := bytes.Clone(data)
				spoilt[i] ^= flip
				if agree(t, name, spoilt) {
					decoded++
				}
			}
		}
		if decoded == 0 {
			t.Errorf("%s: no change is one of content", name)
		}
	}
	for _, part := range []image.Rectangle{{}, image.Rect(0, 0, 18, 9), image.Rect(-1, 0, 5, 5)} {
		if baseline.Decode(files(t)["plain420-17x9-3.jpg"], part) != nil {
			t.Errorf("%v of 17x9 pixels is decoded", part)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for name, data := range files(f) {
		if strings.Contains(name, "17x9-3.") || strings.HasPrefix(name, "left") {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) { agree(t, "input", data) })
}

func BenchmarkDecode(b *testing.B) {
	m := image.NewYCbCr(image.Rect(0, 0, 1280, 720), image.YCbCrSubsampleRatio420)
	for i := range m.Y {
		m.Y[i] = uint8(i*i>>7) ^ uint8(i/1280)
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, m, &jpeg.Options{Quality: 90}); err != nil {
		b.Fatal(err)
	}
	data := buf.Bytes()
	b.Run("image/jpeg", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
				b.Fatal(err)
			}
		}
	})
	for name, part := range map[string]image.Rectangle{"whole": m.Rect, "middle": image.Rect(280, 0, 1000, 720)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if baseline.Decode(data, part) == nil {
					b.Fatal("not decoded")
				}
			}
		})
	}
}

// TestMessyFiles compares with image/jpeg on files of many programs.
func TestMessyFiles(t *testing.T) {
	dir := "../../../shared/data/messy"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the folder of messy files is not there")
	}
	found, decoded := 0, 0
	err := filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err == nil && bytes.HasPrefix(data, []byte("\xff\xd8")) {
			found++
			if agree(t, name, data) {
				decoded++
			}
		}
		return err
	})
	if err != nil || decoded == 0 {
		t.Errorf("%d of %d decoded: %v", decoded, found, err)
	}
	t.Logf("%d of %d JPEG files decoded", decoded, found)
}
