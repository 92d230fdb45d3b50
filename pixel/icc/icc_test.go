package icc_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/gesturekit/gesturekit/pixel/icc"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// cube has every tenth part of each channel with each of the others.
func cube() *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, 40, 25))
	for i := range 1000 {
		at := func(n int) uint8 { return uint8(28*n + n/9*3) }
		m.SetRGBA(i%40, i/40, color.RGBA{at(i / 100), at(i / 10 % 10), at(i % 10), 255})
	}
	return m
}

func ramp() *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, 256, 1))
	for i := range 256 {
		m.SetRGBA(i, 0, color.RGBA{uint8(i), uint8(i), uint8(i), 255})
	}
	return m
}

// TestAgainstLittleCMS compares with what LittleCMS makes of the same profiles.
func TestAgainstLittleCMS(t *testing.T) {
	for name, src := range map[string]*image.RGBA{
		"display-p3": cube(), "adobe-rgb": cube(), "prophoto": cube(), "three-curves": cube(), "lifted": cube(),
		"srgb": cube(), "grey-22": ramp(), "grey-dots": ramp(),
	} {
		transform, err := icc.Parse(read(t, name+".icc"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if (transform == nil) != (name == "srgb") {
			t.Errorf("%s: the transform is %v", name, transform)
		}
		transform.Apply(src)
		golden, err := png.Decode(bytes.NewReader(read(t, name+".png")))
		if err != nil {
			t.Fatal(err)
		}
		want := image.NewRGBA(src.Rect)
		draw.Draw(want, want.Rect, golden, image.Point{}, draw.Src)
		worst, differ := 0, 0
		for i, v := range src.Pix {
			if d := int(v) - int(want.Pix[i]); d != 0 {
				worst = max(worst, d, -d)
				differ++
			}
		}
		t.Logf("%s: %d of %d values differ, by %d at most", name, differ, len(src.Pix), worst)
		if worst > 1 {
			t.Errorf("%s: off by %d levels", name, worst)
		}
	}
}

// TestPixelsArePinned: on every processor the same.
func TestPixelsArePinned(t *testing.T) {
	sum := sha256.New()
	for _, name := range []string{"display-p3", "adobe-rgb", "prophoto", "three-curves", "lifted", "grey-22", "grey-dots"} {
		transform, err := icc.Parse(read(t, name+".icc"))
		if err != nil {
			t.Fatal(err)
		}
		m := cube()
		transform.Apply(m)
		sum.Write(m.Pix)
	}
	if got := hex.EncodeToString(sum.Sum(nil)[:8]); got != "74de6086189f9c46" {
		t.Errorf("digest %s", got)
	}
}

func TestWhiteStaysWhite(t *testing.T) {
	for _, name := range []string{"display-p3", "adobe-rgb", "prophoto", "grey-22"} {
		transform, err := icc.Parse(read(t, name+".icc"))
		if err != nil {
			t.Fatal(err)
		}
		m := image.NewRGBA(image.Rect(0, 0, 2, 1))
		copy(m.Pix, []byte{255, 255, 255, 255, 0, 0, 0, 255})
		if transform.Apply(m); !bytes.Equal(m.Pix, []byte{255, 255, 255, 255, 0, 0, 0, 255}) {
			t.Errorf("%s: %v", name, m.Pix)
		}
	}
}

func TestRefusedProfiles(t *testing.T) {
	p3 := read(t, "display-p3.icc")
	with := func(at int, s string) []byte {
		out := bytes.Clone(p3)
		copy(out[at:], s)
		return out
	}
	tag := func(name string) int { return bytes.Index(p3, []byte(name)) }
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":           {nil, icc.ErrBroken},
		"no signature":      {with(36, "xxxx"), icc.ErrBroken},
		"cut off":           {p3[:300], icc.ErrBroken},
		"CMYK":              {with(16, "CMYK"), icc.ErrUnsupported},
		"Lab":               {with(20, "Lab "), icc.ErrUnsupported},
		"no colorant":       {with(tag("gXYZ"), "xxxx"), icc.ErrUnsupported},
		"no curve":          {with(tag("bTRC"), "xxxx"), icc.ErrUnsupported},
		"power 0":           {with(tag("para")+12, "\x00\x00\x00\x00"), icc.ErrBroken},
		"formula 9":         {with(tag("para")+8, "\x00\x09"), icc.ErrBroken},
		"colorant out":      {with(tag("XYZ \x00\x00\x00\x00")+28, "\x7f\xff\xff\xff"), icc.ErrBroken},
		"tag table too big": {with(128, "\xff\xff\xff\xff")[:200], icc.ErrBroken},
		"too long":          {make([]byte, icc.MaxBytes+1), icc.ErrUnsupported},
	} {
		if _, err := icc.Parse(c.data); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

// FuzzParse: whatever the bytes, an error or a transform that can be applied.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.icc")
	if err != nil || len(files) == 0 {
		f.Fatal("no profiles")
	}
	for _, name := range files {
		f.Add(read(f, filepath.Base(name)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		transform, err := icc.Parse(data)
		if err != nil && !errors.Is(err, icc.ErrBroken) && !errors.Is(err, icc.ErrUnsupported) {
			t.Errorf("%v is of no known kind", err)
		}
		m := cube()
		if transform.Apply(m); !m.Opaque() {
			t.Error("not opaque")
		}
	})
}

func BenchmarkParse(b *testing.B) {
	data := read(b, "display-p3.icc")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := icc.Parse(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApply(b *testing.B) {
	transform, err := icc.Parse(read(b, "display-p3.icc"))
	if err != nil {
		b.Fatal(err)
	}
	m := image.NewRGBA(image.Rect(0, 0, 1024, 1024))
	for i := range m.Pix {
		m.Pix[i] = uint8(i * 7 >> 3)
	}
	b.SetBytes(int64(len(m.Pix) / 4))
	for b.Loop() {
		transform.Apply(m)
	}
}
