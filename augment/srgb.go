package augment

import "github.com/gesturekit/gesturekit/internal/elementary"

// decodeSRGB returns the linear light of an encoded value, both in [0, 1].
// Source: IEC 61966-2-1.
func decodeSRGB(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return elementary.Pow((v+0.055)/1.055, 2.4)
}

// encodeSRGB is the inverse of decodeSRGB.
func encodeSRGB(l float64) float64 {
	if l <= 0.0031308 {
		return float64(l * 12.92)
	}
	return float64(1.055*elementary.Pow(l, 1/2.4)) - 0.055
}

const (
	curveSteps  = 4096  // both functions by linear interpolation: within 1/200 level
	linearOne   = 65535 // linear light of white in integers; level 1 is 20
	encodeShift = 2     // integer light is looked up in steps of 4
)

// srgb holds the transfer function as tables, each filled when first used.
type srgb struct {
	ready  bool
	decode [curveSteps + 2]float64
	encode [curveSteps + 2]float64
	linear [256]uint32                       // level -> light in 0..linearOne
	level  [linearOne>>encodeShift + 1]uint8 // light >> encodeShift -> level
}

func (s *srgb) init() *srgb {
	if s.ready {
		return s
	}
	s.ready = true
	for i := range s.encode {
		v := min(float64(i)/curveSteps, 1)
		s.decode[i], s.encode[i] = decodeSRGB(v), encodeSRGB(v)
	}
	for i := range s.linear {
		s.linear[i] = uint32(float64(decodeSRGB(float64(i)/255)*linearOne) + 0.5)
	}
	next, level := decodeSRGB(0.5/255), 0
	for i := range s.level {
		for level < 255 && float64(i<<encodeShift) >= float64(next*linearOne) {
			level++
			next = decodeSRGB((float64(level) + 0.5) / 255)
		}
		s.level[i] = uint8(level)
	}
	return s
}

// decoded returns decodeSRGB(v) of v limited to [0, 1].
func (s *srgb) decoded(v float64) float64 { return interpolate(&s.decode, v) }

// encoded returns encodeSRGB(l) of l limited to [0, 1].
func (s *srgb) encoded(l float64) float64 { return interpolate(&s.encode, l) }

func interpolate(table *[curveSteps + 2]float64, v float64) float64 {
	x := float64(clip(v) * curveSteps)
	i := int(x)
	return lerp(table[i], table[i+1], x-float64(i))
}
