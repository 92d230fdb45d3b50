package augment

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"slices"
	"testing"

	"github.com/gesturekit/gesturekit/rng"
)

// picture draws a smooth scene with an edge and some texture, the same on every
// machine.
func picture(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			r, g, b := 40+160*x/w, 60+120*y/h, 90+(x*7+y*13)%31
			if (x-w/2)*(x-w/2)+(y-h/2)*(y-h/2) < w*h/16 {
				r, g, b = 210, 160-40*y/h, 130
			}
			copy(img.Pix[img.PixOffset(x, y):], []uint8{uint8(r), uint8(g), uint8(b), 255})
		}
	}
	return img
}

// apply runs t on src with a fresh scratch.
func apply(t testing.TB, tr Trace, src *image.RGBA) *image.RGBA {
	t.Helper()
	dst := image.NewRGBA(src.Rect)
	if err := tr.Apply(dst, src, nil); err != nil {
		t.Fatalf("%s on %v: %v", tr, src.Rect.Size(), err)
	}
	return dst
}

func recipe(t testing.TB, text string) Recipe {
	t.Helper()
	r, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return r
}

func sizes() []image.Point {
	return []image.Point{{1, 1}, {1, 7}, {7, 1}, {2, 2}, {40, 30}, {31, 64}}
}

func TestEveryOp(t *testing.T) {
	for _, op := range Ops() {
		t.Run(op.Name, func(t *testing.T) {
			r := recipe(t, "- "+op.Name)
			for i, size := range sizes() {
				src := picture(size.X, size.Y)
				before := slices.Clone(src.Pix)
				tr := r.Draw(nil, rng.New(uint64(i)))
				got := apply(t, tr, src)
				if !bytes.Equal(src.Pix, before) {
					t.Errorf("%v: the source was changed", size)
				}
				for p := 3; p < len(got.Pix); p += 4 {
					if got.Pix[p] != 255 {
						t.Fatalf("%v: pixel %d is not opaque", size, p/4)
					}
				}
				again, err := ParseTrace([]byte(tr.String()))
				if err != nil {
					t.Fatal(err)
				}
				if again.String() != tr.String() || !bytes.Equal(apply(t, again, src).Pix, got.Pix) {
					t.Errorf("%v: replay of %s differs", size, tr)
				}
			}
		})
	}
}

// TestBytesOfEveryOpArePinned is TestBytesArePinned for what no preset uses.
func TestBytesOfEveryOpArePinned(t *testing.T) {
	h := sha256.New()
	for _, op := range Ops() {
		texts := []string{"- " + op.Name}
		switch op.Name {
		case "exposure":
			texts = append(texts, "- exposure: {roll_off: [0.1, 0.9]}")
		case "border":
			texts = []string{"- zoom: {factor: 0.7}\n- border: {mode: constant, level: 0.3}", "- zoom: {factor: 0.7}\n- border: {mode: replicate}"}
		case "resample":
			texts = []string{"- camera\n- resample: {filter: bicubic}"}
		}
		for _, text := range texts {
			for i, size := range append(sizes(), image.Pt(61, 44)) {
				tr := recipe(t, text).Draw(nil, rng.New(3).WithInt(i))
				h.Write([]byte(tr.String()))
				h.Write(apply(t, tr, picture(size.X, size.Y)).Pix)
			}
		}
	}
	const want = "537c8d074ca7e548b4663a0467354f66"
	if got := hex.EncodeToString(h.Sum(nil)[:16]); got != want {
		t.Errorf("digest of the ops is %s, was %s", got, want)
	}
}

func TestIdentityReturnsTheInput(t *testing.T) {
	for _, op := range Ops() {
		d := drawn{op: &op}
		strong := false
		for i, p := range op.Params {
			d.v[i] = p.Default.Lo
			if p.Strength {
				d.v[i], strong = p.Identity, true
			}
		}
		if !strong {
			continue
		}
		r := recipe(t, Trace{d}.String())
		if tr := r.Draw(nil, rng.New(1)); len(tr) != 0 || tr.String() != "[]" {
			t.Errorf("%s: the trace of the identity is %s, want []", op.Name, tr)
		}
		src := picture(40, 30)
		if op.tone != nil || op.light != nil || op.warp != nil { // also without being left out
			if got := apply(t, Trace{d}, src); !bytes.Equal(got.Pix, src.Pix) {
				t.Errorf("%s at its identity changes the picture", op.Name)
			}
		}
	}
}

func TestParametersAreConsistent(t *testing.T) {
	seen := map[string]bool{}
	for _, op := range Ops() {
		if seen[op.Name] || op.Doc == "" || len(op.Params) > len(values{}) {
			t.Errorf("%s: name taken, no doc, or too many parameters", op.Name)
		}
		seen[op.Name] = true
		for _, p := range op.Params {
			if p.Choices != nil {
				continue
			}
			if err := p.Default.check(p.Limits); err != nil {
				t.Errorf("%s: default of %s: %v", op.Name, p.Name, err)
			}
			if err := Point(p.Identity).check(p.Limits); p.Strength && err != nil {
				t.Errorf("%s: identity of %s: %v", op.Name, p.Name, err)
			}
			if p.Doc == "" || (p.Log || p.Reciprocal) && p.Limits.Lo <= 0 {
				t.Errorf("%s: %s: no doc, or a logarithm or reciprocal of nothing", op.Name, p.Name)
			}
		}
	}
}

// TestLimits applies every op with each parameter at the ends of its limits.
func TestLimits(t *testing.T) {
	for _, op := range Ops() {
		for mask := range 1 << len(op.Params) {
			d := drawn{op: &op}
			for i, p := range op.Params {
				d.v[i] = p.Limits.Lo
				if mask>>i&1 == 1 {
					d.v[i] = p.Limits.Hi
				}
				if p.Choices != nil {
					d.v[i] = float64(mask >> i & 1)
				}
			}
			for _, size := range []image.Point{{1, 1}, {9, 6}} {
				src := picture(size.X, size.Y)
				err := Trace{d}.Apply(image.NewRGBA(src.Rect), src, nil)
				if err != nil && op.Name != "camera" && op.Name != "perspective" {
					t.Errorf("%s: %v", Trace{d}, err)
				}
			}
		}
	}
}

func TestDirections(t *testing.T) {
	src := picture(41, 41)
	brightness := func(tr Trace, x, y int) int {
		p := apply(t, tr, src).Pix[src.PixOffset(x, y):]
		q := src.Pix[src.PixOffset(x, y):]
		return int(p[0]) + int(p[1]) + int(p[2]) - int(q[0]) - int(q[1]) - int(q[2])
	}
	for _, c := range []struct {
		trace      string
		x, y, sign int
		wanted     string
	}{
		{"- exposure: {stops: 1}", 5, 5, 1, "a stop more is brighter"},
		{"- exposure: {stops: 3, roll_off: 0.5}", 5, 5, 1, "also with its highlights rolled off"},
		{"- gamma: {power: 2}", 5, 5, -1, "a power above 1 is darker"},
		{"- gradient: {stops: 2, degrees: 0}", 38, 20, 1, "light from the right"},
		{"- gradient: {stops: 2, degrees: 0}", 2, 20, -1, "dark on the left"},
		{"- gradient: {stops: 2, degrees: 90}", 20, 38, 1, "light from below"},
		{"- shadow: {stops: 2, degrees: 180, offset: 0, softness: 0.1}", 2, 20, -1, "shadow on the left"},
		{"- shadow: {stops: 2, degrees: 180, offset: 0, softness: 0.1}", 38, 20, 0, "none on the right"},
		{"- vignette: {stops: 2}", 0, 0, -1, "dark corner"},
		{"- vignette: {stops: 2}", 20, 20, 0, "unchanged middle"},
		{"- point_light: {stops: 1, x: 0, y: 0, radius: 0.1}", 0, 0, 1, "lamp in the corner"},
	} {
		if d := brightness(trace(t, "%s", c.trace), c.x, c.y); d*c.sign < 0 || (d == 0) != (c.sign == 0) {
			t.Errorf("%s at (%d,%d) changes brightness by %d; want %s", c.trace, c.x, c.y, d, c.wanted)
		}
	}
}

// TestMoves follows one bright pixel through each geometric op.
func TestMoves(t *testing.T) {
	for _, c := range []struct {
		trace    string
		x, y     int
		toX, toY int
	}{
		{"- rotate: {degrees: 90}", 30, 20, 20, 30},
		{"- zoom: {factor: 2}", 25, 20, 30, 20},
		{"- translate: {x: 0.25, y: -0.125}", 20, 20, 30, 15},
		{"- shear: {x: 45, y: 0}", 20, 10, 30, 10},
		{"- shear: {x: 0, y: 45}", 30, 20, 30, 30},
		{"- crop: {scale: 0.5, x: 0, y: 1}", 10, 30, 20, 20},
		{"- flip: {axis: left_right}", 10, 7, 30, 7},
		{"- camera: {yaw: 0, pitch: 0, roll: 90, field_of_view: 60}", 30, 20, 20, 30},
		{"- translate: {x: 0.25, y: 0}\n- rotate: {degrees: 90}", 20, 20, 20, 30},
	} {
		src := image.NewRGBA(image.Rect(0, 0, 41, 41))
		src.Pix[src.PixOffset(c.x, c.y)] = 255
		got := apply(t, trace(t, "%s", c.trace), src)
		if v := got.Pix[got.PixOffset(c.toX, c.toY)]; v < 250 {
			t.Errorf("%s: (%d,%d) does not move to (%d,%d): %d there", c.trace, c.x, c.y, c.toX, c.toY, v)
		}
	}
}

func TestCameraRecedes(t *testing.T) {
	// with the right side going away, the right edge of the plane looks shorter:
	// the output's right edge sees more than the source's height
	m, err := trace(t, "- camera: {yaw: 20, pitch: 0, roll: 0, field_of_view: 60}").matrix(41, 41, 41, 41)
	if err != nil {
		t.Fatal(err)
	}
	_, top := m.at(40, 0)
	_, bottom := m.at(40, 40)
	_, topLeft := m.at(0, 0)
	if bottom-top < 41 || topLeft < 0 {
		t.Errorf("right edge sees rows %.1f to %.1f, left corner row %.1f", top, bottom, topLeft)
	}
	if x, y := m.at(20, 20); fmt.Sprintf("%.9f %.9f", x, y) != "20.000000000 20.000000000" {
		t.Errorf("the middle sees (%v, %v)", x, y)
	}
}
