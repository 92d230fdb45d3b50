package augment

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/rng"
)

func TestNumbersThatNoRangeHolds(t *testing.T) {
	for _, op := range Ops() {
		for _, p := range op.Params {
			for _, bad := range []string{
				".nan", "NaN", ".inf", "-.inf", "Infinity", "1e308", "-1e308", "1e999", "[.nan, 1]", "[1, .inf]", "[-.inf, .inf]",
				"[2, 1]", "[1e999, 1]", "[]", "[1]", "[1, 2, 3]", "~", "true", "[[1, 2], 3]", "0x", "1_", "''",
			} {
				text := "- noise\n- " + op.Name + ": {" + p.Name + ": " + bad + "}"
				_, err := Parse([]byte(text))
				if err == nil || !strings.HasPrefix(err.Error(), "line 2, column ") || !strings.Contains(err.Error(), ": "+op.Name+": "+p.Name+": ") {
					t.Errorf("%s: error %v, want one that names line 2 and the parameter", text, err)
				}
			}
		}
	}
}

// TestThinPictures applies strong recipes to pictures of one row or column.
func TestThinPictures(t *testing.T) {
	r := recipe(t, "strong")
	var s Scratch
	for i, size := range []image.Point{{1, 1}, {1, 2}, {2, 1}, {3000, 1}, {1, 3000}, {3, 700}, {700, 2}} {
		src := picture(size.X, size.Y)
		for k := range 20 {
			tr := append(r.Draw(nil, rng.New(uint64(k)).WithInt(i)), trace(t, "- blur: {sigma: 0.04}\n- motion_blur: {length: 0.2, degrees: 33}\n- jpeg: {quality: 3}")...)
			if k%2 == 0 {
				tr = append(tr, trace(t, "- resample: {filter: bicubic}")...)
			}
			dst := image.NewRGBA(src.Rect)
			if err := tr.Apply(dst, src, &s); err != nil && strings.Contains(err.Error(), "folds the picture") {
				continue // corners of so thin a picture are easily moved past each other
			} else if err != nil {
				t.Errorf("%v: %s: %v", size, tr, err)
			} else if !dst.Opaque() {
				t.Errorf("%v: %s: not opaque", size, tr)
			}
		}
	}
}

// TestConvolveMemoryGrowsWithTheWidthOnly also keeps 20000x20000 possible.
func TestConvolveMemoryGrowsWithTheWidthOnly(t *testing.T) {
	var s Scratch
	k := trace(t, "- motion_blur: {length: 0.02, degrees: 70}")
	for _, h := range []int{1000, 3000} {
		src := picture(100, h)
		length := 0.02 * 1000 / float64(h) // 20 pixels
		k[0].v[0] = length
		if err := k.Apply(image.NewRGBA(src.Rect), src, &s); err != nil {
			t.Fatal(err)
		}
		if most := 100 * 4 * 4 * 20; cap(s.words) > most {
			t.Errorf("100x%d: %d words, want at most %d", h, cap(s.words), most)
		}
	}
}

// TestFilesOfEveryKind runs the stage on what cameras and editors write.
func TestFilesOfEveryKind(t *testing.T) {
	scene := picture(40, 30)
	encoded := func(to draw.Image) []byte {
		draw.Draw(to, scene.Rect, scene, image.Point{}, draw.Src)
		var b bytes.Buffer
		if err := png.Encode(&b, to); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	cmyk, err := os.ReadFile("testdata/cmyk.jpg")
	if err != nil {
		t.Fatal(err)
	}
	huge := encoded(image.NewGray(scene.Rect))
	binary.BigEndian.PutUint32(huge[16:], 20000)
	binary.BigEndian.PutUint32(huge[20:], 20000)
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	for _, c := range []struct {
		kind  string
		file  []byte
		fault string // "" if the stage serves it
	}{
		{"CMYK", cmyk, ""},
		{"16 bits", encoded(image.NewRGBA64(scene.Rect)), ""},
		{"grey", encoded(image.NewGray(scene.Rect)), ""},
		{"grey of 16 bits", encoded(image.NewGray16(scene.Rect)), ""},
		{"palette", encoded(image.NewPaletted(scene.Rect, palette.WebSafe)), ""},
		{"palette of two", encoded(image.NewPaletted(scene.Rect, color.Palette{color.Black, color.White})), ""},
		{"alpha", encoded(image.NewNRGBA(scene.Rect)), ""},
		{"20000x20000", huge, "20000x20000"},
		{"cut", cmyk[:len(cmyk)/2], "fist-ann-00000001"},
		{"empty", nil, "fist-ann-00000001"},
	} {
		root := t.TempDir()
		s := dataset.Sample{
			ID: "fist-ann-00000001", Path: "ingest/fist-ann-00000001.jpg", Category: "fist", Group: "ann", Source: "a", SHA256: "a",
			Partition: dataset.Known, Role: dataset.Train, Label: 1,
		}
		write(t, filepath.Join(root, s.Path), c.file)
		o := Default()
		o.Copies = 1
		o.Recipe = recipe(t, "strong")
		m, err := runOn(t, root, 1, o, []dataset.Sample{s})
		if c.fault != "" {
			if err == nil || !strings.Contains(err.Error(), c.fault) {
				t.Errorf("%s: error %v, want one with %q", c.kind, err, c.fault)
			}
			continue
		}
		if err != nil || len(m.Samples) != 2 {
			t.Errorf("%s: %d samples, %v", c.kind, len(m.Samples), err)
			continue
		}
		replays(t, root, m.Samples[1])
	}
}

// Neutral steps never come out of Draw, but a trace can be written by hand, down
// to numbers whose inverse is infinite.
func TestTracesWithoutNoise(t *testing.T) {
	src := picture(31, 17)
	for _, iso := range []string{"0", "1e-307", "1e-300"} {
		tr, err := ParseTrace([]byte("[{noise: {iso: " + iso + ", seed: 1}}]"))
		if err != nil {
			t.Fatal(err)
		}
		dst := image.NewRGBA(src.Rect)
		if err := tr.Apply(dst, src, nil); err != nil || !bytes.Equal(dst.Pix, src.Pix) {
			t.Errorf("iso %s changes the picture, %v", iso, err)
		}
	}
	tr, err := ParseTrace([]byte("[{noise: {iso: 0, seed: 1}}, {rotate: {degrees: 0}}, {gamma: {power: 1}}]"))
	if err != nil || len(tr) != 0 {
		t.Errorf("neutral steps stay: %s, %v", tr, err)
	}
}
