package turbo_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"github.com/gesturekit/gesturekit/internal/golden"
	"github.com/gesturekit/gesturekit/pixel"
	"github.com/gesturekit/gesturekit/pixel/turbo"
)

// open skips the test where the library is not installed; CI has it.
func open(t testing.TB) pixel.Codec {
	t.Helper()
	c, err := turbo.Open()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return c
}

// scene is an image without any symmetry.
func scene(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{uint8(255 * x / w), uint8(255 * y / h), uint8(255 * (x + y) / (w + h)), 255})
		}
	}
	return m
}

func encode(t testing.TB, c pixel.Codec, m *image.RGBA, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := c.EncodeJPEG(&b, m, quality); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// apart returns the mean and the largest difference of two images' values.
func apart(t testing.TB, a, b *image.RGBA) (mean float64, most int) {
	t.Helper()
	if a.Rect != b.Rect || !a.Opaque() || !b.Opaque() {
		t.Fatalf("%v and %v, opaque %v and %v", a.Rect, b.Rect, a.Opaque(), b.Opaque())
	}
	sum := 0
	for i, v := range a.Pix {
		d := int(v) - int(b.Pix[i])
		sum += max(d, -d)
		most = max(most, d, -d)
	}
	return float64(sum) / float64(len(a.Pix)), most
}

// boxes returns the means of boxes of k by k pixels; what is left over at the
// edges is a smaller box.
func boxes(m *image.RGBA, k int) *image.RGBA {
	w, h := (m.Rect.Dx()+k-1)/k, (m.Rect.Dy()+k-1)/k
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range out.Pix {
		box := image.Rect(0, 0, k, k).Add(image.Pt(k*(i/4%w), k*(i/4/w))).Intersect(m.Rect)
		sum := 0
		for y := box.Min.Y; y < box.Max.Y; y++ {
			for x := box.Min.X; x < box.Max.X; x++ {
				sum += int(m.Pix[m.PixOffset(x, y)+i%4])
			}
		}
		n := box.Dx() * box.Dy()
		out.Pix[i] = uint8((sum + n/2) / n)
	}
	return out
}

func TestIdentity(t *testing.T) {
	if id := open(t).Identity(); !regexp.MustCompile(`^` + turbo.Name + ` [0-9.]+ [0-9a-f]{8}, image/jpeg `).MatchString(id) {
		t.Errorf("identity %q", id)
	}
}

func TestBothCodecsReadEachOther(t *testing.T) {
	fast := open(t)
	for _, size := range []image.Point{{1, 1}, {1, 40}, {40, 1}, {9, 17}, {64, 64}, {333, 201}} {
		src := scene(size.X, size.Y)
		ours, theirs := encode(t, fast, src, 95), encode(t, pixel.Codec{}, src, 95)
		for name, data := range map[string][]byte{"libjpeg-turbo": ours, "image/jpeg": theirs} {
			a, info, err := fast.Decode(data, pixel.Limits{})
			if err != nil || info.Width != size.X || info.Height != size.Y {
				t.Fatalf("%v of %s: %+v, %v", size, name, info, err)
			}
			b, _, err := pixel.Decode(data, pixel.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if mean, _ := apart(t, a, b); mean > 5 { // of colour between its samples
				t.Errorf("%v of %s: decoders differ by %.1f levels on average", size, name, mean)
			}
			if mean, _ := apart(t, a, src); mean > 4 {
				t.Errorf("%v of %s: off the source by %.1f levels on average", size, name, mean)
			}
		}
	}
}

func TestGreyIsGrey(t *testing.T) {
	grey := image.NewGray(image.Rect(0, 0, 70, 50))
	for i := range grey.Pix {
		grey.Pix[i] = uint8(i / 14)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, grey, nil); err != nil {
		t.Fatal(err)
	}
	m, _, err := open(t).Decode(b.Bytes(), pixel.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want, _, _ := pixel.Decode(b.Bytes(), pixel.Limits{})
	if _, most := apart(t, m, want); most > 2 { // no colour, so only the transforms differ
		t.Errorf("off by %d levels", most)
	}
}

func TestQualityAndPartsOfImages(t *testing.T) {
	fast := open(t)
	src := scene(100, 80)
	small, large := encode(t, fast, src, 20), encode(t, fast, src, 95)
	if len(small) >= len(large) {
		t.Errorf("%d bytes at quality 20, %d at 95", len(small), len(large))
	}
	if !bytes.Equal(large, encode(t, fast, src, 95)) {
		t.Error("the same image gives other bytes")
	}
	part := src.SubImage(image.Rect(10, 20, 60, 50)).(*image.RGBA)
	whole := image.NewRGBA(image.Rect(0, 0, 50, 30))
	for y := range 30 {
		copy(whole.Pix[y*whole.Stride:][:200], part.Pix[y*part.Stride:])
	}
	if !bytes.Equal(encode(t, fast, part, 90), encode(t, fast, whole, 90)) {
		t.Error("a part of an image is encoded otherwise than its copy")
	}
	for _, q := range []int{0, 101} {
		if fast.EncodeJPEG(&bytes.Buffer{}, src, q) == nil {
			t.Errorf("quality %d gives no error", q)
		}
	}
	if fast.EncodeJPEG(&bytes.Buffer{}, image.NewRGBA(image.Rect(0, 0, 70000, 1)), 90) == nil {
		t.Error("an image wider than a JPEG can be gives no error")
	}
}

// TestSquareShrinksInTheDecoder compares with the mean of boxes of the image as
// image/jpeg decodes it, which is what a reduced transform approximates.
func TestSquareShrinksInTheDecoder(t *testing.T) {
	fast := open(t)
	data := encode(t, pixel.Codec{}, scene(643, 361), 95)
	full, _, err := pixel.Decode(data, pixel.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		size, k int
		fit     pixel.Fit
	}{
		{361, 1, pixel.Crop}, {181, 1, pixel.Crop}, {180, 2, pixel.Crop}, {90, 4, pixel.Stretch}, {91, 2, pixel.Stretch},
		{45, 8, pixel.Crop}, {8, 8, pixel.Crop}, {321, 2, pixel.Pad}, {80, 8, pixel.Pad}, {1024, 1, pixel.Pad},
	} {
		got, info, err := fast.DecodeSquare(data, pixel.Limits{}, c.size, c.fit)
		if err != nil || info.Width != 643 {
			t.Fatal(info, err)
		}
		mean, most := apart(t, got, pixel.Square(boxes(full, c.k), c.size, c.fit))
		if mean > 0.6 || most > 25 { // most at the black bars of pad
			t.Errorf("%d, %s, divided by %d: off by %.2f levels on average, %d at most", c.size, c.fit, c.k, mean, most)
		}
		slow, _, err := pixel.Codec{}.DecodeSquare(data, pixel.Limits{}, c.size, c.fit)
		if err != nil {
			t.Fatal(err)
		}
		if _, most := apart(t, slow, pixel.Square(full, c.size, c.fit)); most != 0 {
			t.Errorf("%d, %s: image/jpeg shrinks too", c.size, c.fit)
		}
	}
}

func TestGoroutinesChangeNothing(t *testing.T) {
	fast := open(t)
	var wg sync.WaitGroup
	for i := range 8 {
		src := scene(64+i, 50)
		data := encode(t, fast, src, 90)
		want, _, err := fast.Decode(data, pixel.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			for range 50 {
				got, _, err := fast.Decode(data, pixel.Limits{})
				if err != nil || !bytes.Equal(got.Pix, want.Pix) {
					t.Error("decoded otherwise beside others", err)
					return
				}
				var b bytes.Buffer
				if err := fast.EncodeJPEG(&b, src, 90); err != nil || !bytes.Equal(b.Bytes(), data) {
					t.Error("encoded otherwise beside others", err)
					return
				}
				_, _, _ = fast.Decode(data[:len(data)/2], pixel.Limits{})
			}
		})
	}
	wg.Wait()
}

// kind returns the sentinel of an error of the package pixel.
func kind(err error) error {
	for _, k := range []error{pixel.ErrNotImage, pixel.ErrUnsupported, pixel.ErrTooLarge, pixel.ErrTruncated, pixel.ErrBroken} {
		if errors.Is(err, k) {
			return k
		}
	}
	return err
}

// agree fails unless both codecs accept data, or refuse it for the same reason.
func agree(t testing.TB, fast pixel.Codec, name string, data []byte) (*image.RGBA, *image.RGBA) {
	t.Helper()
	limits := pixel.Limits{Pixels: 1 << 20}
	a, infoA, errA := fast.Decode(data, limits)
	b, infoB, errB := pixel.Decode(data, limits)
	if kind(errA) != kind(errB) || infoA != infoB || errA == nil && a.Rect != b.Rect {
		t.Errorf("%s: %+v, %v; with image/jpeg %+v, %v", name, infoA, errA, infoB, errB)
	}
	if m, _, err := fast.DecodeSquare(data, limits, 8, pixel.Crop); kind(err) != kind(errB) || err == nil && m.Rect.Dx() != 8 {
		t.Errorf("%s: as a square %v; with image/jpeg %v", name, err, errB)
	}
	return a, b
}

func TestCutAndSpoiltFiles(t *testing.T) {
	fast := open(t)
	data := encode(t, fast, scene(40, 30), 90)
	for n := range data {
		agree(t, fast, "cut", data[:n])
		spoilt := bytes.Clone(data)
		spoilt[n] ^= 0xff
		agree(t, fast, "spoilt", spoilt)
		if t.Failed() {
			t.Fatalf("at byte %d", n)
		}
	}
}

// kinds returns a file of 41x29 pixels of each kind: progressive, without
// subsampling, CMYK and so on. OpenCV and Pillow wrote them.
func kinds(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", "*.jpeg"))
	if err != nil || len(names) != 6 {
		t.Fatal(names, err)
	}
	out := map[string][]byte{}
	for _, name := range names {
		if out[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestEveryKindOfJPEG(t *testing.T) {
	fast := open(t)
	for name, data := range kinds(t) {
		a, b := agree(t, fast, name, data)
		if a == nil || b == nil {
			t.Errorf("%s is refused", name)
			continue
		}
		mean, _ := apart(t, a, b)
		left := filepath.Base(name) == "cmyk.jpeg" || filepath.Base(name) == "rgb.jpeg" // to image/jpeg
		if mean > 6 || (mean == 0) != left {
			t.Errorf("%s: decoders differ by %.2f levels on average", name, mean)
		}
		if upright := filepath.Base(name) != "orientation-6.jpeg"; (a.Rect.Dx() == 41) != upright {
			t.Errorf("%s: %v", name, a.Rect)
		}
	}
}

// TestMessyFiles reads files that break decoders; they lie beside the repository
// on the machines of the project.
func TestMessyFiles(t *testing.T) {
	fast := open(t)
	dir := filepath.Join("..", "..", "..", "shared", "data", "messy")
	if _, err := os.Stat(dir); err != nil || testing.Short() {
		t.Skip("no ../shared/data/messy, or -short")
	}
	files, same := 0, 0
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		files++
		if a, b := agree(t, fast, name, data); a != nil && b != nil {
			mean, _ := apart(t, a, b)
			if mean > 4 {
				t.Errorf("%s: decoders differ by %.1f levels on average", name, mean)
			}
			if mean == 0 {
				same++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files, %d decoded to the same pixels", files, same)
}

func FuzzDecode(f *testing.F) {
	fast := open(f)
	f.Add(encode(f, fast, scene(40, 30), 90))
	f.Add(encode(f, pixel.Codec{}, scene(17, 9), 30))
	for _, data := range kinds(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := pixel.Limits{Pixels: 1 << 20}
		_, info, err := pixel.Decode(data, limits)
		if errors.Is(err, pixel.ErrBroken) {
			// A run of zeros that ends outside its block: libjpeg reads on at the next
			// one without a warning, image/jpeg at another bit and may lose its way.
			if m, fastInfo, err := fast.Decode(data, limits); err == nil && fastInfo == info && m.Rect.Dx()*m.Rect.Dy() == info.Width*info.Height {
				return
			}
		}
		agree(t, fast, "fuzz", data)
	})
}

// The pixels are those of Pillow, which reads by libjpeg-turbo too
// (../testdata/formats/make.py). CMYK, which is left to image/jpeg, differs by a
// rounding.
func TestPixelsAreThoseOfPillow(t *testing.T) {
	c := open(t)
	files := golden.Files(t, "../testdata/formats/formats.zip")
	read := func(name string) *image.RGBA {
		data, ok := files[name]
		if !ok {
			t.Fatalf("%s is not in the archive", name)
		}
		img, _, err := c.Decode(data, pixel.Limits{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return img
	}
	for name, tolerance := range map[string]int{
		"baseline": 0, "progressive": 0, "grey": 0, "grey-progressive": 0, "restart": 0, "restart-rows": 0, "cmyk": 1,
		"smooth-422": 0, "smooth-420": 0, "smooth-422-progressive": 0, "smooth-420-progressive": 0,
	} {
		if _, most := apart(t, read(name+".jpg"), read("pillow/"+name+".jpg.png")); most > tolerance {
			t.Errorf("%s: off by %d, want at most %d", name, most, tolerance)
		}
	}
}
