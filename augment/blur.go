package augment

import (
	"image"
	"math"

	"github.com/gesturekit/gesturekit/internal/elementary"
)

// blur is a Gaussian whose deviation is a fraction of the longer side, the
// picture continued by its outermost pixels. It works on encoded values, in
// integers. From a deviation of 5 pixels on it works on the means of boxes and
// interpolates between them, which together are the same Gaussian within three
// levels, in time that does not grow with the deviation.
func blur() Op {
	return Op{
		Name: "blur", Doc: "out of focus",
		Params: []Param{{Name: "sigma", Unit: "fraction of the longer side", Doc: "deviation of the Gaussian", Strength: true,
			Limits: Range{0, 0.05}, Default: Range{0, 0.01}}},
		paint: func(v *values, img *image.RGBA, s *Scratch) error {
			sigma := float64(v[0] * float64(max(img.Rect.Dx(), img.Rect.Dy())))
			k := max(int(sigma/2.5), 1)
			if k == 1 {
				s.gaussian(img, sigma)
				return nil
			}
			// the box and the interpolation have a variance of (k^2 - 1)/12 and twice that
			f, kk := 1/float64(k), float64(k*k)
			deviation := math.Sqrt(float64(sigma*sigma)-(kk-1)/4) / float64(k)
			margin := int(4*deviation) + 2
			s.averageContinued(img, k, margin)
			s.gaussian(&s.small, deviation)
			to := float64(margin) + (f-1)/2
			warp(img, &s.small, matrix{f, 0, to, 0, f, to, 0, 0, 1}, border{mode: borderReplicate}, nil)
			return nil
		},
	}
}

// gaussian blurs img by a deviation in pixels.
func (s *Scratch) gaussian(img *image.RGBA, sigma float64) {
	s.taps = gaussianTaps(s.taps[:0], sigma)
	s.convolve(img, s.taps)
	for i := range s.taps {
		t := &s.taps[i]
		t.x, t.y = t.y, t.x
	}
	s.convolve(img, s.taps)
}

// gaussianTaps appends the weights of offsets 0, 1, 2... along x.
func gaussianTaps(k stencil, sigma float64) stencil {
	fall := -math.Log2E / (2 * float64(sigma*sigma))
	weight := func(i int) float64 { return elementary.Exp2(max(float64(fall*float64(i*i)), -100)) }
	radius := int(math.Ceil(4 * sigma))
	sum := 1.0
	for i := 1; i <= radius; i++ {
		sum += 2 * weight(i)
	}
	k = append(k, tap{weight: 1 << (tapBits - 1)})
	before, exact := uint64(0), 0.0
	for i := radius; i > 0; i-- { // rounded so that no error adds up
		exact += weight(i) / sum
		upTo := uint64(float64(exact*(1<<tapBits)) + 0.5)
		if w := upTo - before; w > 0 {
			k = append(k, tap{x: i, weight: w})
			k[0].weight -= w
		}
		before = upTo
	}
	return k
}
