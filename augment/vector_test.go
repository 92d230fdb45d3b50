package augment

import (
	"bytes"
	"image"
	"math/rand/v2"
	"testing"
)

// noisy returns a picture of random opaque pixels whose rows are pad bytes apart.
func noisy(r *rand.Rand, w, h, pad int) *image.RGBA {
	img := &image.RGBA{Pix: make([]uint8, h*(4*w+pad)), Stride: 4*w + pad, Rect: image.Rect(0, 0, w, h)}
	for i := range img.Pix {
		img.Pix[i] = uint8(r.Uint32())
		if i%img.Stride%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

// homography returns a random one, from nearly still to far outside the source.
func homography(r *rand.Rand, dst, src *image.RGBA) (matrix, error) {
	amount := []float64{0, 1e-6, 0.02, 0.3, 3}[r.IntN(5)]
	some := func() float64 { return amount * (2*r.Float64() - 1) }
	w, h := float64(dst.Rect.Dx()), float64(dst.Rect.Dy())
	sw, sh := float64(src.Rect.Dx()), float64(src.Rect.Dy())
	m := matrix{
		sw/w + some(), some(), some() * sw, some(), sh/h + some(), some() * sh, some() / w, some() / h, 1,
	}
	return m.normalised(0, 0, w-1, h-1)
}

func randomTable(r *rand.Rand) *table {
	if r.IntN(2) == 0 {
		return nil
	}
	var t table
	for c := range t {
		for i := range t[c] {
			t[c][i] = r.Uint32() & 0xff << (8 * c)
		}
	}
	for i := range t[2] {
		t[2][i] |= 0xff << 24
	}
	return &t
}

func side(r *rand.Rand) int {
	return []int{1, 2, 3, 7, 8, 9, 15, 17, 64, 1 + r.IntN(150)}[r.IntN(10)]
}

// TestVectorWarpEqualsPortable also checks that nothing is written beside a row.
func TestVectorWarpEqualsPortable(t *testing.T) {
	if !hasVector() {
		t.Skip("no vector code for this processor")
	}
	r := rand.New(rand.NewPCG(3, 1))
	rounds := 6000
	if testing.Short() {
		rounds = 600
	}
	for range rounds {
		src, want := noisy(r, side(r), side(r), 4*r.IntN(2)), noisy(r, side(r), side(r), 4*r.IntN(3))
		m, err := homography(r, want, src)
		if err != nil {
			continue
		}
		got := &image.RGBA{Pix: bytes.Clone(want.Pix), Stride: want.Stride, Rect: want.Rect}
		b, tab := border{r.IntN(3), uint64(r.IntN(256))}, randomTable(r)
		warpWith(false, want, src, m, b, tab)
		warpWith(true, got, src, m, b, tab)
		if !bytes.Equal(got.Pix, want.Pix) {
			t.Fatalf("%v to %v by %v, border %v, table %t: vector code differs", src.Rect.Max, want.Rect.Max, m, b, tab != nil)
		}
	}
}

func TestVectorTableEqualsPortable(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 2))
	for n := range 40 {
		tab := randomTable(r)
		if tab == nil {
			continue
		}
		want := noisy(r, n+1, 1, 0).Pix[:4*n]
		got := bytes.Clone(want)
		done := tab.vector(got)
		tab.apply(got[4*done:])
		tab.apply(want)
		if !bytes.Equal(got, want) {
			t.Fatalf("%d pixels: vector code differs", n)
		}
	}
}

// TestFusedToneEqualsASecondPass applies tone within the warp and after it.
func TestFusedToneEqualsASecondPass(t *testing.T) {
	src := picture(75, 50)
	const move, tone = "- camera: {yaw: 20, pitch: -15, roll: 9, field_of_view: 50}", "- exposure: {stops: 0.7}\n- white_balance: {kelvin: 4676}"
	want := apply(t, trace(t, tone), apply(t, trace(t, move), src))
	for _, text := range []string{move + "\n" + tone, tone + "\n" + move} {
		if !bytes.Equal(apply(t, trace(t, "%s", text), src).Pix, want.Pix) {
			t.Errorf("%s: fused tone gives other bytes", text)
		}
	}
}

func TestVectorCubicEqualsPortable(t *testing.T) {
	if !hasVector() {
		t.Skip("no vector code for this processor")
	}
	r := rand.New(rand.NewPCG(3, 3))
	var weights cubicTable
	weights.init()
	for range 1000 {
		src, want := noisy(r, side(r), side(r), 4*r.IntN(2)), noisy(r, side(r), side(r), 4*r.IntN(3))
		m, err := homography(r, want, src)
		if err != nil {
			continue
		}
		got := &image.RGBA{Pix: bytes.Clone(want.Pix), Stride: want.Stride, Rect: want.Rect}
		b := border{r.IntN(3), uint64(r.IntN(256))}
		warpCubic(false, want, src, m, b, &weights)
		warpCubic(true, got, src, m, b, &weights)
		if !bytes.Equal(got.Pix, want.Pix) {
			t.Fatalf("%v to %v by %v, border %v: vector code differs", src.Rect.Max, want.Rect.Max, m, b)
		}
	}
}
