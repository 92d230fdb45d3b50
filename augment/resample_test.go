package augment

import (
	"bytes"
	"image"
	"math"
	"testing"
)

func TestBicubicIsTheExactCubic(t *testing.T) {
	src := picture(48, 36)
	for i := range src.Pix { // hard edges, so that it overshoots
		if i%4 != 3 && i/64%5 == 0 {
			src.Pix[i] ^= 0xff
		}
	}
	for _, text := range []string{
		"- rotate: {degrees: 11}\n- zoom: {factor: 1.7}", "- translate: {x: 0.013, y: 0.4}\n- border: {mode: replicate}",
		"- camera: {yaw: 14, pitch: -9, roll: 5, field_of_view: 60}\n- border: {mode: constant, level: 0.5}", "- zoom: {factor: 9}",
	} {
		tr := trace(t, "- resample: {filter: bicubic}\n%s", text)
		got := apply(t, tr, src)
		m, err := tr.matrix(48, 36, 48, 36)
		if err != nil {
			t.Fatal(err)
		}
		var b border
		if last := &tr[len(tr)-1]; last.op.Name == "border" {
			b = borderOf(&last.v)
		}
		for y := range 36 {
			for x := range 48 {
				want := exactCubic(src, m, x, y, b)
				for c := range 3 {
					if v := got.Pix[got.PixOffset(x, y)+c]; math.Abs(float64(v)-want[c]) > 1 {
						t.Fatalf("%s: (%d,%d) channel %d is %d, want %.2f", text, x, y, c, v, want[c])
					}
				}
			}
		}
	}
}

// exactCubic is the cubic in float64 at the exact coordinates.
func exactCubic(src *image.RGBA, m matrix, x, y int, b border) (out [3]float64) {
	weight := func(d float64) float64 {
		if d = math.Abs(d); d < 1 {
			return 1.5*d*d*d - 2.5*d*d + 1
		} else if d < 2 {
			return -0.5*d*d*d + 2.5*d*d - 4*d + 2
		}
		return 0
	}
	sx, sy := m.at(float64(x), float64(y))
	for j := int(math.Floor(sy)) - 2; j <= int(sy)+3; j++ {
		for i := int(math.Floor(sx)) - 2; i <= int(sx)+3; i++ {
			p := b.pixel(src, b.index(i, src.Rect.Dx()), b.index(j, src.Rect.Dy()))
			for c := range out {
				out[c] += weight(sx-float64(i)) * weight(sy-float64(j)) * float64(p>>(8*c)&0xff)
			}
		}
	}
	for c := range out {
		out[c] = min(max(out[c], 0), 255)
	}
	return out
}

func TestBicubicKeepsWhatDoesNotMove(t *testing.T) {
	src := picture(40, 30)
	for _, text := range []string{"[]", "- translate: {x: 0, y: 0}", "- rotate: {degrees: 45}\n- rotate: {degrees: -45}"} {
		tr := append(trace(t, "- resample: {filter: bicubic}"), trace(t, "%s", text)...)
		if got := apply(t, tr, src); !bytes.Equal(got.Pix, src.Pix) {
			t.Errorf("%s changes the picture", tr)
		}
	}
	turn := trace(t, "- rotate: {degrees: 7}\n- exposure: {stops: 0.5}")
	named := append(trace(t, "- resample: {filter: bilinear}"), turn...)
	if !bytes.Equal(apply(t, named, src).Pix, apply(t, turn, src).Pix) {
		t.Error("bilinear by name differs from bilinear by default")
	}
	sharp := append(trace(t, "- resample: {filter: bicubic}"), turn...)
	then := append(trace(t, "- resample: {filter: bicubic}"), turn[0])
	if !bytes.Equal(apply(t, sharp, src).Pix, apply(t, turn[1:], apply(t, then, src)).Pix) {
		t.Error("tone behind a bicubic warp differs from tone afterwards")
	}
}

func TestCubicWeights(t *testing.T) {
	for f := range subOne {
		w, back := cubicWeights(f), cubicWeights((subOne-f)&subMask)
		if w[0]+w[1]+w[2]+w[3] != 1<<cubicBits {
			t.Fatalf("at %d/2048 the weights %v do not sum to one", f, w)
		}
		for i := range w {
			if d := w[i] - back[3-i]; f > 0 && (d > 1 || d < -1) {
				t.Fatalf("at %d/2048 the weights %v are no mirror of %v", f, w, back)
			}
		}
	}
	if w := cubicWeights(0); w != [4]int16{0, 1 << cubicBits, 0, 0} {
		t.Errorf("on a pixel the weights are %v", w)
	}
}
