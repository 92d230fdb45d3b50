package augment

import (
	"image"
	"math"
)

// noise adds what a small sensor adds in linear light: shot noise, the square
// root of the electrons counted, and read noise. White is 5000 electrons at ISO
// 100 and fewer in proportion to the gain; reading costs 3 electrons. The bell
// is the sum of four uniform numbers. Noise depends on seed and position only.
func noise() Op {
	return Op{
		Name: "noise", Doc: "grain of a sensor in poor light",
		Params: []Param{
			{Name: "iso", Unit: "ISO", Doc: "gain of the sensor", Strength: true, Limits: Range{0, 12800}, Default: Range{0, 800}},
			{Name: "seed", Doc: "which noise", Integer: true, Limits: Range{0, 1<<32 - 1}, Default: Range{0, 1<<32 - 1}},
		},
		paint: func(v *values, img *image.RGBA, s *Scratch) error {
			t := s.srgb.init()
			sigma := noiseTable(v[0], t)
			w, h := img.Rect.Dx(), img.Rect.Dy()
			state := uint64(v[1]) << 32
			for y := range h {
				for p := img.Pix[y*img.Stride:][:4*w]; len(p) >= 4; p = p[4:] {
					for c, b := range p[:3] {
						state++
						light := int64(t.linear[b]) + (bell(state)*sigma[b]+1<<31)>>32
						p[c] = t.level[min(max(light, 0), linearOne)>>encodeShift]
					}
				}
			}
			return nil
		},
	}
}

// noiseTable returns, per level, the factor that makes bell's deviation the
// sensor's, in linear light with 32 fractional bits.
func noiseTable(iso float64, t *srgb) (sigma [256]int64) {
	const read, bellDeviation = 3, 37837.2 // 65536 / sqrt(3)
	well := min(5000*100/iso, 1e300)       // finite without gain, too
	for i, l := range t.linear {
		electrons := math.Sqrt(float64(float64(l)/linearOne*well) + read*read)
		sigma[i] = int64(electrons / well * linearOne / bellDeviation * (1 << 32))
	}
	return sigma
}

// bell returns the i-th number of a symmetric, nearly normal sequence of
// deviation 65536 / sqrt(3): four 16-bit pieces of a SplitMix64 output.
func bell(i uint64) int64 {
	z := i * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return int64(z&0xffff+z>>16&0xffff+z>>32&0xffff+z>>48) - 2*0xffff
}
