package pixel_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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

// TestMessyFilesAreThoseOfPillow compares all files of lossless formats that both
// decode: those of the PNG suite within a level.
func TestMessyFilesAreThoseOfPillow(t *testing.T) {
	dir := messy(t)
	if err := exec.Command("python3", "-c", "import PIL").Run(); err != nil {
		t.Skip("no Pillow")
	}
	var names []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if slices.Contains([]string{".png", ".bmp", ".tiff", ".gif"}, filepath.Ext(name)) || strings.HasSuffix(name, "lossless.webp") {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "-B", "testdata/formats/pillow.py")
	cmd.Stdin = strings.NewReader(strings.Join(names, "\n"))
	data, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	out := bytes.NewReader(data)
	compared, suite := 0, 0
	for _, name := range names {
		var w, h int
		if _, err := fmt.Fscanf(out, "%d %d\n", &w, &h); err != nil {
			t.Fatal(err)
		}
		want := image.NewRGBA(image.Rect(0, 0, w, h))
		for i := range want.Pix {
			if want.Pix[i] = 255; i%4 < 3 {
				want.Pix[i], _ = out.ReadByte()
			}
		}
		img, info, err := pixel.ReadFile(name, pixel.Limits{Pixels: 500_000})
		if err != nil || w == 0 || info.Orientation != 1 {
			continue // TestMessyFiles asks what may be refused
		}
		if compared++; strings.Contains(name, "pngsuite") {
			suite++
		}
		near(t, filepath.Base(name), img, want, 1)
	}
	if compared < 240 || suite < 161 {
		t.Errorf("%d files compared, %d of the PNG suite: there used to be more", compared, suite)
	}
}
