package augment

import (
	"encoding/binary"
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
			w, h := img.Rect.Dx(), img.Rect.Dy()
			l := lineOf(float64(v[0]*float64(max(w, h))), v[1])
			rx, ry := l.reach, l.across(l.reach)+1
			if l.steep {
				rx, ry = ry, rx
			}
			s.kernel = l.taps(s.kernel[:0], rx, ry, w+2*rx)
			s.words = padded(s.words[:0], img, rx, ry)
			for y := range h {
				s.sumTaps(img.Pix[y*img.Stride:][:4*w], s.words[y*(w+2*rx):])
			}
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

// tapBits is the precision of the weights: three sums of bytes with weights that
// sum to 2^12 fit a word, 21 bits each.
const (
	tapBits = 12
	lane    = 21
)

// taps appends pairs of an offset into the padded picture, from the upper left
// corner of the kernel, and a weight. They are symmetric and sum to 2^tapBits.
func (l line) taps(k []uint64, rx, ry, stride int) []uint64 {
	add := func(i, j int, weight uint64) {
		if l.steep {
			i, j = j, i
		}
		if weight > 0 {
			k = append(k, uint64((j+ry)*stride+i+rx), weight)
		}
	}
	side := 1
	if l.slope < 0 {
		side = -1
	}
	before, middle := uint64(0), uint64(1<<tapBits)
	for i := 1; i <= l.reach; i++ {
		// what of one half lies up to step i, rounded; so the weights sum exactly
		upTo := uint64(float64((min(float64(i)+0.5, l.half)-0.5)/(2*l.half)*(1<<tapBits)) + 0.5)
		weight := upTo - before
		before = upTo
		whole := l.across(i)
		far := uint64(float64((math.Abs(float64(l.slope*float64(i)))-float64(whole))*float64(weight)) + 0.5)
		for _, sign := range []int{1, -1} {
			add(sign*i, sign*side*whole, weight-far)
			add(sign*i, sign*side*(whole+1), far)
		}
		middle -= 2 * weight
	}
	add(0, 0, middle)
	return k
}

// padded appends the pixels of img, a channel to a lane, continued by rx and ry
// pixels to each side.
func padded(words []uint64, img *image.RGBA, rx, ry int) []uint64 {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	for y := -ry; y < h+ry; y++ {
		row := img.Pix[min(max(y, 0), h-1)*img.Stride:]
		for x := -rx; x < w+rx; x++ {
			p := uint64(binary.LittleEndian.Uint32(row[4*min(max(x, 0), w-1):]))
			words = append(words, p&0xff|p>>8&0xff<<lane|p>>16&0xff<<(2*lane))
		}
	}
	return words
}

// sumTaps writes a row of pixels; the kernel's corner for the first is words[0].
func (s *Scratch) sumTaps(row []byte, words []uint64) {
	const half = 1 << (tapBits - 1) * (1 | 1<<lane | 1<<(2*lane))
	for x := 0; len(row) >= 4; x++ {
		sum := uint64(half)
		for k := s.kernel; len(k) >= 2; k = k[2:] {
			sum += words[uint64(x)+k[0]] * k[1]
		}
		row[0], row[1], row[2] = uint8(sum>>tapBits), uint8(sum>>(lane+tapBits)), uint8(sum>>(2*lane+tapBits))
		row = row[4:]
	}
}
