package augment

import (
	"bytes"
	"image"
	"math"
	"math/rand/v2"
	"testing"
)

// exactBlur is the Gaussian in float64, the picture continued by its outermost pixels.
func exactBlur(src *image.RGBA, sigma float64) []float64 {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	r := int(math.Ceil(6 * sigma))
	k, sum := make([]float64, r+1), 0.0
	for i := range k {
		k[i] = math.Exp(-float64(i*i) / (2 * sigma * sigma))
		sum += 2 * k[i]
	}
	sum -= k[0]
	from, across, down := make([]float64, 4*w*h), make([]float64, 4*w*h), make([]float64, 4*w*h)
	for i, v := range src.Pix {
		from[i] = float64(v)
	}
	pass := func(dst, src []float64, n, m, step, line int) {
		for j := range m {
			for i := range n {
				for c := range 4 {
					for d := -r; d <= r; d++ {
						dst[i*step+j*line+c] += k[max(d, -d)] / sum * src[min(max(i+d, 0), n-1)*step+j*line+c]
					}
				}
			}
		}
	}
	pass(across, from, w, h, 4, 4*w)
	pass(down, across, h, w, 4*w, 4)
	return down
}

func TestBlurIsTheExactGaussian(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	for _, size := range []image.Point{{1, 1}, {1, 90}, {90, 1}, {117, 50}, {160, 143}} {
		pictures := []*image.RGBA{picture(size.X, size.Y), noisy(r, size.X, size.Y, 0), image.NewRGBA(image.Rect(0, 0, size.X, size.Y))}
		for y := range size.Y { // black and white
			for x := range size.X {
				v := uint8(255 * ((x/23 + y/31) % 2))
				copy(pictures[2].Pix[pictures[2].PixOffset(x, y):], []uint8{v, v, v, 255})
			}
		}
		for i, src := range pictures {
			for _, pixels := range []float64{0.3, 0.8, 1.7, 3.9, 4.9, 5.1, 6.3, 8} {
				part := pixels / float64(max(size.X, size.Y))
				if part > 0.05 {
					continue
				}
				got := apply(t, trace(t, "- blur: {sigma: %v}", part), src)
				limit, worst, sum := 1.2, 0.0, 0.0
				if pixels >= 5 {
					limit = 3
				}
				for j, want := range exactBlur(src, pixels) {
					d := math.Abs(want - float64(got.Pix[j]))
					worst, sum = max(worst, d), sum+d
				}
				t.Logf("%v, picture %d, %v pixels: worst %.2f, mean %.2f", size, i, pixels, worst, sum/float64(len(got.Pix)))
				if worst > limit {
					t.Errorf("%v, picture %d, %v pixels: %.2f levels off", size, i, pixels, worst)
				}
			}
		}
	}
}

func TestGaussianSumsToOne(t *testing.T) {
	for sigma := 0.01; sigma < 5; sigma += 0.013 {
		sum := uint64(0)
		for _, tap := range gaussianTaps(nil, sigma) {
			sum += 2 * tap.weight
		}
		if sum != 1<<tapBits {
			t.Errorf("deviation %v: the weights sum to %d", sigma, sum)
		}
	}
	flat := image.NewRGBA(image.Rect(0, 0, 133, 120))
	for i := range flat.Pix {
		flat.Pix[i] = []uint8{255, 1, 77, 255}[i%4]
	}
	for sigma := 0.001; sigma <= 0.05; sigma += 0.001 {
		if got := apply(t, trace(t, "- blur: {sigma: %v}", sigma), flat); !bytes.Equal(got.Pix, flat.Pix) {
			t.Errorf("sigma %v changes a flat picture", sigma)
		}
	}
}

// TestConvolveIsTheSum compares with a sum over all pixels, for kernels that are
// larger than the picture, too.
func TestConvolveIsTheSum(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 3))
	var s Scratch
	for range 300 {
		src := noisy(r, side(r)%40+1, side(r)%40+1, 4*r.IntN(2))
		k, left := stencil{}, 1<<(tapBits-1)
		for left > 0 {
			weight := min(left, 1+r.IntN(1<<11))
			k = append(k, tap{r.IntN(31) - 15, r.IntN(31) - 15, uint64(weight)})
			left -= weight
		}
		got := &image.RGBA{Pix: bytes.Clone(src.Pix), Stride: src.Stride, Rect: src.Rect}
		s.convolveWith(hasVector() && r.IntN(2) == 0, got, k)
		w, h := src.Rect.Dx(), src.Rect.Dy()
		at := func(x, y, c int) uint64 {
			return uint64(src.Pix[src.PixOffset(min(max(x, 0), w-1), min(max(y, 0), h-1))+c])
		}
		for y := range h {
			for x := range w {
				for c := range 3 {
					sum := uint64(1 << (tapBits - 1))
					for _, t := range k {
						sum += t.weight * (at(x+t.x, y+t.y, c) + at(x-t.x, y-t.y, c))
					}
					if v := got.Pix[got.PixOffset(x, y)+c]; uint64(v) != sum>>tapBits {
						t.Fatalf("%v: (%d,%d) channel %d is %d, want %d", src.Rect.Max, x, y, c, v, sum>>tapBits)
					}
				}
			}
		}
	}
}
