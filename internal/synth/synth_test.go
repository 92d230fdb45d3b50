package synth_test

import (
	"bytes"
	"image"
	"slices"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/internal/synth"
	"github.com/gesturekit/gesturekit/rng"
)

func key(seed uint64) rng.Key { return rng.New(seed).With("synth") }

func draw(t *testing.T, k rng.Key, category string, person, session, frame int) *image.RGBA {
	t.Helper()
	img, err := synth.Draw(k, synth.Default(), category, person, session, frame)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestDefault(t *testing.T) {
	o := synth.Default()
	if err := o.Validate(); err != nil {
		t.Fatal(err)
	}
	if n := o.Count(); n < 1000 || n > 2000 {
		t.Errorf("%d captures by default, want 1000 to 2000", n)
	}
	if c := synth.Categories(); !slices.IsSorted(c) || len(c) < 10 || !slices.Contains(c, "idle") {
		t.Errorf("categories %q, want at least ten sorted ones with idle", c)
	}
}

func TestValidateReportsAllFaults(t *testing.T) {
	o := synth.Options{Persons: 0, Sessions: 10, Frames: 100, Width: 15, Height: 1921, Categories: []string{"fist", "wave", "fist"}}
	err := o.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"synth.persons is 0, want 1 to 99", "synth.sessions is 10, want 1 to 9", "synth.frames is 100, want 1 to 99",
		"synth.width is 15, want 16 to 1920", "synth.height is 1921", `unknown category "wave"`, `lists "fist" twice`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
	if o := (synth.Options{Persons: 1, Sessions: 1, Frames: 1, Width: 16, Height: 16}); o.Validate() == nil {
		t.Error("no categories are valid")
	}
}

func TestDrawFails(t *testing.T) {
	o := synth.Default()
	for name, draw := range map[string]func() (*image.RGBA, error){
		"category": func() (*image.RGBA, error) { return synth.Draw(key(1), o, "wave", 1, 1, 1) },
		"person":   func() (*image.RGBA, error) { return synth.Draw(key(1), o, "fist", 0, 1, 1) },
		"session":  func() (*image.RGBA, error) { return synth.Draw(key(1), o, "fist", 1, 0, 1) },
		"frame":    func() (*image.RGBA, error) { return synth.Draw(key(1), o, "fist", 1, 1, 0) },
		"options":  func() (*image.RGBA, error) { return synth.Draw(key(1), synth.Options{}, "fist", 1, 1, 1) },
	} {
		if img, err := draw(); err == nil || img != nil {
			t.Errorf("wrong %s: image %v, error %v", name, img != nil, err)
		}
	}
}

func TestDrawIsPureAndOpaque(t *testing.T) {
	a, b := draw(t, key(1), "peace", 2, 1, 3), draw(t, key(1), "peace", 2, 1, 3)
	if !bytes.Equal(a.Pix, b.Pix) {
		t.Error("two drawings of one capture differ")
	}
	if want := image.Rect(0, 0, 160, 120); a.Rect != want || !a.Opaque() {
		t.Errorf("bounds %v, opaque %v; want %v and true", a.Rect, a.Opaque(), want)
	}
	if bytes.Equal(a.Pix, draw(t, key(2), "peace", 2, 1, 3).Pix) {
		t.Error("another seed draws the same capture")
	}
}

func TestOptionsMoveNoOtherCapture(t *testing.T) {
	few := synth.Options{Persons: 1, Sessions: 1, Frames: 1, Width: 160, Height: 120, Categories: []string{"fist"}}
	img, err := synth.Draw(key(1), few, "fist", 7, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(img.Pix, draw(t, key(1), "fist", 7, 2, 2).Pix) {
		t.Error("how many are drawn changes what is drawn")
	}
}

func TestAnySize(t *testing.T) {
	for _, size := range []image.Point{{16, 16}, {17, 301}, {301, 17}} {
		o := synth.Options{Persons: 1, Sessions: 1, Frames: 1, Width: size.X, Height: size.Y, Categories: []string{"ok"}}
		img, err := synth.Draw(key(1), o, "ok", 1, 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		if img.Rect.Size() != size {
			t.Errorf("size %v, want %v", img.Rect.Size(), size)
		}
	}
}

// difference is the mean distance of two captures in 8-bit levels.
func difference(a, b *image.RGBA) float64 {
	sum := 0
	for i, v := range a.Pix {
		sum += max(int(v)-int(b.Pix[i]), int(b.Pix[i])-int(v))
	}
	return float64(sum) * 4 / 3 / float64(len(a.Pix))
}

func TestEveryCategoryDiffers(t *testing.T) {
	for person := 1; person <= 4; person++ {
		var drawn []*image.RGBA
		for _, c := range synth.Categories() {
			img := draw(t, key(1), c, person, 1, 1)
			for i, other := range drawn {
				if d := difference(img, other); d < 6 {
					t.Errorf("person %d: %s and %s differ by %.1f levels", person, c, synth.Categories()[i], d)
				}
			}
			drawn = append(drawn, img)
		}
	}
}

func TestBurstsAreAlike(t *testing.T) {
	for _, c := range synth.Categories() {
		first := draw(t, key(1), c, 1, 1, 1)
		frame := difference(first, draw(t, key(1), c, 1, 1, 3))
		session := difference(first, draw(t, key(1), c, 1, 2, 1))
		person := difference(first, draw(t, key(1), c, 2, 1, 1))
		if frame == 0 || 2*frame > min(session, person) {
			t.Errorf("%s: frames differ by %.1f levels, sessions by %.1f, persons by %.1f; want frames alike, not equal", c, frame, session, person)
		}
	}
}

func TestSheet(t *testing.T) {
	o := synth.Options{Persons: 3, Sessions: 2, Frames: 1, Width: 40, Height: 30, Categories: []string{"fist", "idle"}}
	sheet, err := synth.Sheet(key(1), o)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := sheet.Rect, image.Rect(0, 0, 3*42-2, 2*32-2); got != want {
		t.Fatalf("bounds %v, want %v", got, want)
	}
	img, err := synth.Draw(key(1), o, "idle", 2, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	for y := range 30 {
		from := sheet.PixOffset(42, 32+y)
		if !bytes.Equal(sheet.Pix[from:from+4*40], img.Pix[y*img.Stride:][:4*40]) {
			t.Fatalf("row %d of the second person's idle is not the capture", y)
		}
	}
	if _, err := synth.Sheet(key(1), synth.Options{}); err == nil {
		t.Error("no error of invalid options")
	}
}

func BenchmarkDraw(b *testing.B) {
	b.ReportAllocs()
	o, i := synth.Default(), 0
	for b.Loop() {
		i++
		if _, err := synth.Draw(key(1), o, o.Categories[i%len(o.Categories)], 1+i%16, 1, 1); err != nil {
			b.Fatal(err)
		}
	}
}
