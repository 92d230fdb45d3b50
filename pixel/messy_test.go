package pixel_test

import (
	"errors"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/pixel"
)

// messy returns the folder of decoder conformance files, which lies beside the
// repository on the machines of the project.
func messy(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("real data takes long")
	}
	dir := filepath.Join("..", "..", "shared", "data", "messy")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no ../shared/data/messy")
	}
	return dir
}

func TestMessyFiles(t *testing.T) {
	dir := messy(t)
	decoded, refused := 0, 0
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		rel = filepath.ToSlash(rel)
		_, _, err = pixel.ReadFile(name, pixel.Limits{Pixels: 500_000})
		if err == nil {
			decoded++
		} else if refused++; !known(err) {
			t.Errorf("%s: %v is of no known kind", rel, err)
		}
		base := filepath.Base(rel)
		switch {
		case !strings.HasSuffix(base, ".png") && !strings.HasSuffix(base, ".jpg"): // licences and such
		case strings.HasPrefix(rel, "pngsuite/") && (err == nil) == strings.HasPrefix(base, "x"):
			t.Errorf("%s: got %v, want only the files with x to be refused", rel, err)
		case strings.HasPrefix(rel, "exif-") && err != nil && !errors.Is(err, pixel.ErrTooLarge):
			t.Errorf("%s: broken metadata cost a good image: %v", rel, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if decoded < 250 || refused < 50 {
		t.Errorf("%d files decoded and %d refused: there used to be more", decoded, refused)
	}
}

// TestOrientationFiles compares photographs stored in all eight ways.
func TestOrientationFiles(t *testing.T) {
	dir := filepath.Join(messy(t), "exif-orient")
	read := func(name string) *image.RGBA {
		img, _, err := pixel.ReadFile(filepath.Join(dir, name), pixel.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		return pixel.Square(img, 60, pixel.Stretch)
	}
	for _, kind := range []string{"Landscape", "Portrait"} {
		want := read(kind + "_1.jpg")
		for _, n := range []string{"2", "3", "4", "5", "6", "7", "8"} {
			off := 0
			for i, v := range read(kind + "_" + n + ".jpg").Pix {
				d := int(v) - int(want.Pix[i])
				off += max(d, -d)
			}
			if mean := off / len(want.Pix); mean > 2 { // each has its number painted in
				t.Errorf("%s %s: off by %d levels on average", kind, n, mean)
			}
		}
	}
}

// TestReferenceFiles compares files of other formats with their PNG twins.
func TestReferenceFiles(t *testing.T) {
	dir := filepath.Join(messy(t), "go-image")
	for name, twin := range map[string]string{
		"video-001.bmp": "video-001.png", "video-001.tiff": "video-001.png", "video-001-tile-64x64.tiff": "video-001.png",
		"video-001-strip-64.tiff": "video-001.png", "video-001-16bit.tiff": "video-001.png", "colormap.bmp": "colormap.png",
		"yellow_rose-small.bmp": "yellow_rose-small.png", "bmp_1bpp.bmp": "bmp_1bpp.png", "bmp_4bpp.bmp": "bmp_4bpp.png",
		"tux.lossless.webp": "tux.png", "yellow_rose.lossless.webp": "yellow_rose.png", "blue-purple-pink.lossless.webp": "blue-purple-pink.png",
		"gopher-doc.1bpp.lossless.webp": "gopher-doc.1bpp.png", "gopher-doc.with-alpha.lossless.webp": "gopher-doc.with-alpha.png",
		"blue-purple-pink.lzwcompressed.tiff": "blue-purple-pink.png", "bw-gopher_ccittGroup4.tiff": "bw-gopher.png",
	} {
		got, _, err := pixel.ReadFile(filepath.Join(dir, name), pixel.Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want, _, err := pixel.ReadFile(filepath.Join(dir, twin), pixel.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		near(t, name, got, want, 1)
	}
}
