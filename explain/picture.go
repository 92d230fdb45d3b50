package explain

import (
	"image"
	"image/color"
	"math"
)

// pictureSide is about how wide each half of a picture is, in pixels.
const pictureSide = 384

// Picture draws the image beside its occlusion map: red where hiding it lowers
// the probability of the label, which rests on it, blue where hiding it raises the
// probability, over the image in grey. The deepest colour is the map's largest change.
func (o Occlusion) Picture(img *image.RGBA) *image.RGBA {
	size := img.Rect.Dx()
	scale := max(1, pictureSide/size)
	const gap = 8
	side := size * scale
	out := image.NewRGBA(image.Rect(0, 0, 2*side+gap, side))
	for i := range out.Pix {
		out.Pix[i] = 255
	}
	largest := 0.0
	drop := make([]float64, size*size)
	for i := range drop {
		drop[i] = o.at(i%size, i/size)
		largest = max(largest, math.Abs(drop[i]))
	}
	for i, d := range drop {
		x, y := i%size, i/size
		c := img.RGBAAt(x, y)
		fill(out, x*scale, y*scale, scale, c)
		fill(out, side+gap+x*scale, y*scale, scale, heat(c, d, largest))
	}
	return out
}

func fill(img *image.RGBA, x, y, side int, c color.RGBA) {
	for dy := range side {
		for dx := range side {
			img.SetRGBA(x+dx, y+dy, c)
		}
	}
}

// heat mixes the grey of c with red for a drop and blue for a rise, in 256 steps.
func heat(c color.RGBA, drop, largest float64) color.RGBA {
	grey := (299*int(c.R) + 587*int(c.G) + 114*int(c.B)) / 1000
	part := 0
	if largest > 0 {
		part = int(math.Round(float64(math.Abs(drop)/largest) * 200))
	}
	to := color.RGBA{214, 39, 40, 255}
	if drop < 0 {
		to = color.RGBA{31, 119, 180, 255}
	}
	mix := func(a int, b uint8) uint8 { return uint8((a*(256-part) + int(b)*part) / 256) }
	return color.RGBA{mix(grey, to.R), mix(grey, to.G), mix(grey, to.B), 255}
}
