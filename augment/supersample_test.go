package augment

import (
	"image"
	"math/rand/v2"
	"testing"
)

// TestShrinkingAverages compares with the mean of 8x8 places in each pixel, which
// one bilinear sample is far from in a picture of noise.
func TestShrinkingAverages(t *testing.T) {
	src := noisy(rand.New(rand.NewPCG(4, 4)), 160, 120, 0)
	const fine = 8
	for _, text := range []string{
		"- zoom: {factor: 0.77}", "- zoom: {factor: 0.55}", "- zoom: {factor: 0.3}", "- rotate: {degrees: 31}\n- zoom: {factor: 0.6}",
		"- camera: {yaw: 42, pitch: 9, roll: 4, field_of_view: 60}",
		"- zoom: {factor: 0.6}\n- resample: {filter: bicubic}",
	} {
		tr := trace(t, "%s", text)
		got := apply(t, tr, src)
		m, err := tr.matrix(160, 120, 160, 120)
		if err != nil {
			t.Fatal(err)
		}
		plain, many := image.NewRGBA(src.Rect), image.NewRGBA(image.Rect(0, 0, 160*fine, 120*fine))
		warp(plain, src, m, border{}, nil)
		const f = 1. / fine
		warp(many, src, m.mul(matrix{f, 0, (f - 1) / 2, 0, f, (f - 1) / 2, 0, 0, 1}), border{}, nil)
		var s Scratch
		s.average(many, fine, fine)
		_, _, was := compare(plain, &s.small)
		_, _, is := compare(got, &s.small)
		t.Logf("%s: %.1f dB, one sample %.1f dB", text, is, was)
		if is < was+4 {
			t.Errorf("%s: %.1f dB from the mean, one sample %.1f dB", text, is, was)
		}
	}
}

// TestToneFollowsTheMean: tone of a mean is not the mean of tones.
func TestToneFollowsTheMean(t *testing.T) {
	src := noisy(rand.New(rand.NewPCG(4, 5)), 64, 64, 0)
	const move, tone = "- zoom: {factor: 0.6}", "- gamma: {power: 3}"
	together := apply(t, trace(t, "%s\n%s", move, tone), src)
	if worst, _, _ := compare(together, apply(t, trace(t, tone), apply(t, trace(t, move), src))); worst > 0 {
		t.Errorf("%d levels apart", worst)
	}
}

// TestSupersampleJoinsItsBands: a picture that changes slowly has no seams.
func TestSupersampleJoinsItsBands(t *testing.T) {
	src := image.NewRGBA(image.Rect(0, 0, 200, 200))
	for y := range 200 {
		for x := range 200 {
			copy(src.Pix[src.PixOffset(x, y):], []uint8{uint8(y), uint8(x), 9, 255})
		}
	}
	got := apply(t, trace(t, "- zoom: {factor: 0.7}\n- border: {mode: replicate}"), src)
	for y := 40; y < 160; y++ {
		for x := 40; x < 160; x++ {
			p := got.Pix[got.PixOffset(x, y):]
			for c, at := range []int{y, x} {
				if want := 99.5 + (float64(at)-99.5)/0.7; float64(p[c]) < want-1 || float64(p[c]) > want+1 {
					t.Fatalf("(%d,%d) is %v, want %.1f in channel %d", x, y, p[:3], want, c)
				}
			}
		}
	}
}
