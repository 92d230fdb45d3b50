package synth

import (
	"image"
	"math"
	"math/rand/v2"

	"github.com/gesturekit/gesturekit/rng"
)

// camera is what a cheap webcam makes of a scene.
type camera struct {
	exposure float64 // factor on the light
	balance  vec     // factor by channel
	blur     float64 // weight of each neighbour in the 3-tap kernel, 0 to 0.25
	noise    float64 // standard deviation in 8-bit levels
	vignette float64 // loss of light in the corners, 0 to 1
}

func newCamera(key rng.Key) camera {
	r := key.Rand()
	return camera{
		exposure: between(r, 0.85, 1.3),
		balance:  vec{between(r, 0.9, 1.1), 1, between(r, 0.88, 1.1)},
		blur:     between(r, 0.02, 0.2),
		noise:    between(r, 1, 4.5),
		vignette: between(r, 0, 0.35),
	}
}

// shoot develops c, which it blurs in place.
func (m camera) shoot(c *canvas, r *rand.Rand) *image.RGBA {
	c.blur(m.blur)
	img := image.NewRGBA(image.Rect(0, 0, c.w, c.h))
	gain := m.balance.scale(m.exposure)
	for y := range c.h {
		for x := range c.w {
			px, py := c.point(x, y)
			corner := float64(px*px) + float64(py*py)
			v := c.px[y*c.w+x].times(gain).scale(1 - float64(m.vignette*min(1, corner)))
			bits := r.Uint64()
			grey := float64(0.8 * bell(uint16(bits)))
			o := img.Pix[y*img.Stride+4*x:][:4:4]
			o[0] = m.level(v.x, grey+float64(0.6*bell(uint16(bits>>16))))
			o[1] = m.level(v.y, grey+float64(0.6*bell(uint16(bits>>32))))
			o[2] = m.level(v.z, grey+float64(0.6*bell(uint16(bits>>48))))
			o[3] = 255
		}
	}
	return img
}

// level is the 8-bit display value of linear light with noise in deviations.
func (m camera) level(light, noise float64) uint8 {
	v := float64(255*math.Sqrt(max(0, light))) + float64(m.noise*noise)
	return uint8(max(0, min(255, math.Floor(v+0.5))))
}

// bell turns 16 uniform bits into a nearly normal number of mean 0 and
// deviation 1: the sum of four 4-bit numbers.
func bell(b uint16) float64 {
	sum := b&15 + b>>4&15 + b>>8&15 + b>>12
	return (float64(sum) - 30) / 9.219544457292887
}

// blur applies the kernel (side, 1-2*side, side) along rows and columns; the
// picture's edges repeat.
func (c *canvas) blur(side float64) {
	line := make([]vec, max(c.w, c.h))
	pass := func(start, stride, n int) {
		for i := range n {
			line[i] = c.px[start+i*stride]
		}
		for i := range n {
			both := line[max(0, i-1)].add(line[min(n-1, i+1)])
			c.px[start+i*stride] = line[i].scale(1 - float64(2*side)).add(both.scale(side))
		}
	}
	for y := range c.h {
		pass(y*c.w, 1, c.w)
	}
	for x := range c.w {
		pass(x, c.w, c.h)
	}
}
