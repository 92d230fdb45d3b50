package pixel_test

import (
	"bytes"
	"errors"
	"image/png"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/internal/golden"
	"github.com/gesturekit/gesturekit/pixel"
)

func formatFiles(t testing.TB) map[string][]byte {
	t.Helper()
	return golden.Files(t, "testdata/formats/formats.zip")
}

// The pixels are those of Pillow (testdata/formats/make.py), but for what the two
// round in different ways: Pillow cuts the lower byte of 16 bits off, image/jpeg
// transforms with other integers than libjpeg-turbo and repeats chroma.
func TestPixelsAreThoseOfPillow(t *testing.T) {
	files := formatFiles(t)
	n := 0
	for name, data := range files {
		golden, ok := files["pillow/"+name+".png"]
		if !ok {
			continue
		}
		n++
		img, _, err := pixel.Decode(data, pixel.Limits{})
		if strings.HasPrefix(name, "CMYK-") {
			if !errors.Is(err, pixel.ErrUnsupported) {
				t.Errorf("%s: %v, want it to be unsupported", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want, err := png.Decode(bytes.NewReader(golden))
		if err != nil {
			t.Fatal(err)
		}
		tolerance := 0
		switch {
		case strings.HasPrefix(name, "smooth-"):
			tolerance = 4
		case strings.HasSuffix(name, ".jpg"), strings.HasPrefix(name, "colour16-alpha"):
			tolerance = 2
		case strings.HasPrefix(name, "colour16"), strings.HasPrefix(name, "grey16-alpha"), strings.HasPrefix(name, "P-") && strings.HasSuffix(name, ".tif"):
			tolerance = 1
		}
		near(t, name, img, want, tolerance)
	}
	if n < 77 {
		t.Errorf("%d files, there used to be 77", n)
	}
}
