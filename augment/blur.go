package augment

import (
	"encoding/binary"
	"image"
	"math"
)

// blur is a Gaussian whose deviation is a fraction of the longer side, the
// picture continued by its outermost pixels. It works on encoded values, in
// integers.
func blur() Op {
	return Op{
		Name: "blur", Doc: "out of focus",
		Params: []Param{{Name: "sigma", Unit: "fraction of the longer side", Doc: "deviation of the Gaussian", Strength: true,
			Limits: Range{0, 0.05}, Default: Range{0, 0.01}}},
		paint: func(v *values, img *image.RGBA, s *Scratch) error {
			w, h := img.Rect.Dx(), img.Rect.Dy()
			s.kernel = gaussian(s.kernel[:0], float64(v[0]*float64(max(w, h))))
			for y := range h {
				s.convolve(img.Pix[y*img.Stride:], 4, w)
			}
			for x := range w {
				s.convolve(img.Pix[4*x:], img.Stride, h)
			}
			return nil
		},
	}
}

// gaussian appends the weights of offsets 0, 1, 2...; with both signs of the
// offset they sum to 2^16.
func gaussian(k []uint64, sigma float64) []uint64 {
	radius := int(math.Ceil(3 * sigma))
	fall := -math.Log2E / (2 * float64(sigma*sigma))
	weight := func(i int) float64 { return exp2(max(float64(fall*float64(i*i)), -100)) }
	sum := 1.0
	for i := 1; i <= radius; i++ {
		sum += 2 * weight(i)
	}
	k = append(k, 1<<16)
	for i := 1; i <= radius; i++ {
		w := uint64(float64(weight(i)/sum*(1<<16)) + 0.5)
		k = append(k, w)
		k[0] -= 2 * w
	}
	return k
}

// convolve blurs in place the n pixels that lie step bytes apart. Red and blue
// share a word, with 16 bits of fraction.
func (s *Scratch) convolve(pix []byte, step, n int) {
	radius := len(s.kernel) - 1
	line := s.words[:0]
	for i := -radius; i < n+radius; i++ {
		p := uint64(binary.LittleEndian.Uint32(pix[min(max(i, 0), n-1)*step:]))
		line = append(line, p&lowLane|p<<16&topLane, p>>8&0xff)
	}
	s.words = line
	for i := range n {
		at := 2 * (i + radius)
		const half = 1<<15 | 1<<47
		rb, g := line[at]*s.kernel[0]+half, line[at+1]*s.kernel[0]+half
		for j, k := range s.kernel[1:] {
			d := 2 * (j + 1)
			rb += (line[at-d] + line[at+d]) * k
			g += (line[at-d+1] + line[at+d+1]) * k
		}
		binary.LittleEndian.PutUint32(pix[i*step:], uint32(rb>>16&0xff|g>>16&0xff<<8|rb>>48&0xff<<16|0xff<<24))
	}
}
