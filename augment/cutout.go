package augment

import (
	"image"
	"math"
)

// cutout covers a rectangle with grey, as a thing in front of the hand does.
// Size is the square root of its area as a fraction of the shorter side; the
// middle lies at (x, y) and the rectangle is cut at the picture's edge.
func cutout() Op {
	return Op{
		Name: "cutout", Doc: "something in front",
		Params: []Param{
			{Name: "size", Unit: "fraction of the shorter side", Doc: "square root of the area", Strength: true, Limits: Range{0, 1}, Default: Range{0.05, 0.2}},
			{Name: "aspect", Doc: "width over height", Log: true, Limits: Range{0.1, 10}, Default: Range{0.5, 2}},
			{Name: "x", Unit: "fraction of the width", Doc: "middle", Limits: Range{0, 1}, Default: Range{0, 1}},
			{Name: "y", Unit: "fraction of the height", Doc: "middle", Limits: Range{0, 1}, Default: Range{0, 1}},
			{Name: "level", Unit: "encoded value", Doc: "grey of the cover", Limits: Range{0, 1}, Default: Range{0, 1}},
		},
		paint: func(v *values, img *image.RGBA, _ *Scratch) error {
			w, h := img.Rect.Dx(), img.Rect.Dy()
			root := math.Sqrt(v[1])
			side := float64(v[0] * float64(min(w, h)))
			x0, x1 := span(v[2], float64(side*root), w)
			y0, y1 := span(v[3], side/root, h)
			grey := uint8(float64(v[4]*255) + 0.5)
			for y := y0; y < y1; y++ {
				for p := img.Pix[y*img.Stride:][4*x0 : 4*x1]; len(p) >= 4; p = p[4:] {
					p[0], p[1], p[2] = grey, grey, grey
				}
			}
			return nil
		},
	}
}

// span returns the pixels of n that a length about a relative middle covers.
func span(middle, length float64, n int) (lo, hi int) {
	m := float64(middle * float64(n))
	lo = int(max(m-length/2, 0) + 0.5)
	hi = int(min(m+length/2, float64(n)) + 0.5)
	return min(lo, hi), hi
}
