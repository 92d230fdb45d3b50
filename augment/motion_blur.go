package augment

import (
	"image"
	"math"
)

// motionBlur averages along a line about each pixel, the picture continued by
// its outermost pixels. Length is a fraction of the longer side; below a pixel
// nothing moves. It works on encoded values, in integers, as blur does.
func motionBlur() Op {
	return Op{
		Name: "motion_blur", Doc: "the hand or the camera moved while the shutter was open",
		Params: []Param{
			{Name: "length", Unit: "fraction of the longer side", Doc: "how far it moved", Strength: true, Limits: Range{0, 0.2}, Default: Range{0, 0.03}},
			{Name: "degrees", Unit: "degrees", Doc: "direction, clockwise from the right", Limits: Range{-360, 360}, Default: Range{0, 180}},
		},
		paint: func(v *values, img *image.RGBA, s *Scratch) error {
			length := float64(v[0] * float64(max(img.Rect.Dx(), img.Rect.Dy())))
			s.taps = lineOf(length, v[1]).taps(s.taps[:0])
			s.convolve(img, s.taps)
			return nil
		},
	}
}

// line is a stroke through a pixel. It takes one step along its main axis, x or,
// if steep, y, at a time, and slope across.
type line struct {
	half  float64 // of its length along the main axis, in pixels
	slope float64 // -1..1
	steep bool
	reach int // steps to either side that it covers, if only in part
}

func lineOf(length, degrees float64) line {
	sin, cos := sincos(degrees)
	l := line{steep: math.Abs(sin) > math.Abs(cos)}
	if l.steep {
		sin, cos = cos, sin
	}
	l.half, l.slope = math.Abs(float64(length*cos))/2, sin/cos
	l.reach = max(int(math.Ceil(l.half-0.5)), 0)
	return l
}

// across returns how many whole pixels the line moves across in i steps,
// regardless of the side.
func (l line) across(i int) int { return int(math.Abs(float64(l.slope * float64(i)))) }

// taps appends pairs of pixels on the line.
func (l line) taps(k stencil) stencil {
	add := func(i, j int, weight uint64) {
		if l.steep {
			i, j = j, i
		}
		if weight > 0 {
			k = append(k, tap{i, j, weight})
		}
	}
	side := 1
	if l.slope < 0 {
		side = -1
	}
	before := uint64(0)
	for i := 1; i <= l.reach; i++ {
		// what of one half lies up to step i, rounded; so the weights sum exactly
		upTo := uint64(float64((min(float64(i)+0.5, l.half)-0.5)/(2*l.half)*(1<<tapBits)) + 0.5)
		weight := upTo - before
		before = upTo
		whole := l.across(i)
		far := uint64(float64((math.Abs(float64(l.slope*float64(i)))-float64(whole))*float64(weight)) + 0.5)
		add(i, side*whole, weight-far)
		add(i, side*(whole+1), far)
	}
	add(0, 0, 1<<(tapBits-1)-before)
	return k
}
