package quality_test

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/disintegration/imaging"

	"github.com/gesturekit/gesturekit/ingest/quality"
	"github.com/gesturekit/gesturekit/pixel"
)

// scene draws rectangles; another seed is another picture.
func scene(seed uint64, w, h int) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 7))
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	fill := func(at image.Rectangle, c color.RGBA) {
		for y := at.Min.Y; y < at.Max.Y; y++ {
			for x := at.Min.X; x < at.Max.X; x++ {
				m.SetRGBA(x, y, c)
			}
		}
	}
	fill(m.Rect, color.RGBA{128, 128, 128, 255})
	for range 12 {
		x, y := r.IntN(w), r.IntN(h)
		at := image.Rect(x, y, x+w/8+r.IntN(w/2), y+h/8+r.IntN(h/2)).Intersect(m.Rect)
		fill(at, color.RGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255})
	}
	return m
}

func rgba(m *image.NRGBA) *image.RGBA { return &image.RGBA{Pix: m.Pix, Stride: m.Stride, Rect: m.Rect} }
func nrgba(m *image.RGBA) *image.NRGBA {
	return &image.NRGBA{Pix: m.Pix, Stride: m.Stride, Rect: m.Rect}
}

// variants are what becomes of a picture on its way through other programs.
func variants(t *testing.T, m *image.RGBA) map[string]*image.RGBA {
	t.Helper()
	var b bytes.Buffer
	if err := pixel.EncodeJPEG(&b, m, 60); err != nil {
		t.Fatal(err)
	}
	again, _, err := pixel.Decode(b.Bytes(), pixel.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*image.RGBA{
		"recompressed": again,
		"half size":    pixel.Resize(m, m.Rect.Dx()/2, m.Rect.Dy()/2),
		"brighter":     rgba(imaging.AdjustBrightness(nrgba(m), 8)),
	}
}

func TestVariantsAreNearAndOthersAreNot(t *testing.T) {
	var all []*image.RGBA
	var hashes []quality.Hash
	for seed := range uint64(40) {
		m := scene(seed, 128, 96)
		all, hashes = append(all, m), append(hashes, quality.Measure(m).Hash)
	}
	none := func(int) bool { return false }
	for i, c := range quality.Candidates(hashes, none) {
		if len(c) > 0 {
			t.Errorf("pictures %d and %v count as near", i, c)
		}
	}
	for i, m := range all {
		for name, v := range variants(t, m) {
			var last []int
			for _, c := range quality.Candidates(append(slices.Clone(hashes), quality.Measure(v).Hash), none) {
				last = c
			}
			if !slices.Equal(last, []int{i}) {
				t.Errorf("picture %d, %s: near %v", i, name, last)
			}
			a, b := quality.NewThumb(m), quality.NewThumb(v)
			if r := a.Similarity(&b); r < 990 {
				t.Errorf("picture %d, %s: correlation %d", i, name, r)
			}
			other := quality.NewThumb(all[(i+1)%len(all)])
			if r := other.Similarity(&b); r > 900 {
				t.Errorf("picture %d, %s: correlation %d with another", i, name, r)
			}
		}
	}
}

// Candidates finds every pair that comparing all with all finds, but for more
// than it lists of one picture.
func TestCandidatesAreComplete(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var hashes []quality.Hash
	for i := range 2000 {
		h := quality.Hash(r.Uint64())
		if i > 0 && i%2 == 0 {
			h = hashes[r.IntN(i)]
			for range r.IntN(9) {
				h ^= 1 << r.IntN(64)
			}
		}
		hashes = append(hashes, h)
	}
	skip := func(i int) bool { return i%17 == 0 }
	pairs := 0
	for i, got := range quality.Candidates(hashes, skip) {
		var want []int
		for j := range i {
			if !skip(i) && !skip(j) && hashes[i].Distance(hashes[j]) <= 6 {
				want = append(want, j)
			}
		}
		slices.SortStableFunc(want, func(a, b int) int { return hashes[i].Distance(hashes[a]) - hashes[i].Distance(hashes[b]) })
		if !slices.Equal(got, want[:min(len(want), 32)]) {
			t.Fatalf("hash %d: %v, want %v", i, got, want)
		}
		pairs += len(want)
	}
	if pairs < 500 {
		t.Errorf("%d pairs only: the test asks nothing", pairs)
	}
	same := make([]quality.Hash, 100)
	var last []int
	for _, c := range quality.Candidates(same, func(int) bool { return false }) {
		last = c
	}
	if len(last) != 32 || last[0] != 0 {
		t.Errorf("of 99 equal ones: %v", last)
	}
}

func TestMeasures(t *testing.T) {
	m := scene(3, 128, 128)
	sharp := quality.Measure(m)
	last := sharp.Sharpness
	for _, sigma := range []float64{1, 2, 3} {
		now := quality.Measure(rgba(imaging.Blur(nrgba(m), sigma))).Sharpness
		if now >= last {
			t.Errorf("sharpness %d after a blur of %v, %d before", now, sigma, last)
		}
		last = now
	}
	faint := rgba(imaging.AdjustContrast(nrgba(m), -50))
	if now := quality.Measure(faint).Sharpness; now < sharp.Sharpness*9/10 || now > sharp.Sharpness*11/10 {
		t.Errorf("at half the contrast sharpness is %d instead of %d", now, sharp.Sharpness)
	}
	plain := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for i := range plain.Pix {
		plain.Pix[i] = 200
	}
	if got := quality.Measure(plain); got.Low != 200 || got.High != 200 || got.Sharpness != 0 || got.Entropy != 0 {
		t.Errorf("one value: %+v", got)
	}
	for _, levels := range []int{2, 3, 16, 64} {
		p := image.NewRGBA(image.Rect(0, 0, 64, 48))
		for i := range 64 * 48 {
			v := uint8(i % levels * 255 / levels)
			copy(p.Pix[4*i:], []uint8{v, v, v, 255})
		}
		if got, want := float64(quality.Measure(p).Entropy), 1000*math.Log2(float64(levels)); math.Abs(got-want) > 1 {
			t.Errorf("%d levels alike: entropy %v, want %v", levels, got, want)
		}
	}
	for _, size := range [][2]int{{1, 1}, {1, 900}, {2, 3}, {5000, 1}} {
		quality.Measure(image.NewRGBA(image.Rect(0, 0, size[0], size[1]))) // does not fail
	}
}

// The measures are the same on any machine: they are written to captures.csv.
func TestMeasuresArePinned(t *testing.T) {
	want := quality.Measures{Low: 48, High: 238, Sharpness: 42, Entropy: 3759, Hash: 0xcda53c569245adc9}
	if got := quality.Measure(scene(5, 200, 150)); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestHashText(t *testing.T) {
	for _, h := range []quality.Hash{0, 1, 1 << 63, 0xc38f86c3bc3d9839} {
		if got, err := quality.ParseHash(h.String()); err != nil || got != h {
			t.Errorf("%v: %v, %v", h, got, err)
		}
	}
	for _, bad := range []string{"", "12", "zzzzzzzzzzzzzzzz", "00000000000000000000"} {
		if _, err := quality.ParseHash(bad); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
}
