package synth

import "math"

// canvas is a picture in linear light, each channel about 0 to 1.
type canvas struct {
	w, h int
	px   []vec
}

func newCanvas(w, h int) *canvas { return &canvas{w, h, make([]vec, w*h)} }

// point returns the centre of a pixel in frame heights from the middle, y up.
func (c *canvas) point(x, y int) (float64, float64) {
	h := float64(c.h)
	return (float64(x) + 0.5 - float64(0.5*float64(c.w))) / h, (float64(0.5*h) - float64(y) - 0.5) / h
}

// column and row are the pixels that a coordinate falls on, unlimited.
func (c *canvas) column(x float64) int {
	return int(math.Floor(float64(x*float64(c.h)) + float64(0.5*float64(c.w))))
}

func (c *canvas) row(y float64) int {
	return int(math.Floor(float64((0.5 - y) * float64(c.h))))
}

// shape is a soft ellipse or rectangle. Lengths are in frame heights.
type shape struct {
	x, y, w, h float64 // centre and half sizes
	tilt       float64 // degrees counter-clockwise
	round      bool
	soft       float64 // width of the edge; at least a pixel is used
	colour     vec     // linear
	sun        vec     // x and y: how much brighter towards the right and the top edge
	clear      float64 // 0 opaque, 1 invisible
}

func box(x, y, w, h float64, colour vec) shape { return shape{x: x, y: y, w: w, h: h, colour: colour} }

func oval(x, y, w, h float64, colour vec) shape {
	return shape{x: x, y: y, w: w, h: h, colour: colour, round: true}
}

// paint draws s over c.
func (c *canvas) paint(s shape) {
	soft := max(s.soft, 1/float64(c.h))
	sin, cos := sincos(s.tilt)
	reachX := float64(s.w*math.Abs(cos)) + float64(s.h*math.Abs(sin)) + soft
	reachY := float64(s.w*math.Abs(sin)) + float64(s.h*math.Abs(cos)) + soft
	x0, x1 := max(0, c.column(s.x-reachX)), min(c.w-1, c.column(s.x+reachX))
	y0, y1 := max(0, c.row(s.y+reachY)), min(c.h-1, c.row(s.y-reachY))
	for py := y0; py <= y1; py++ {
		for px := x0; px <= x1; px++ {
			x, y := c.point(px, py)
			x, y = x-s.x, y-s.y
			lx := (float64(cos*x) + float64(sin*y)) / s.w
			ly := (float64(cos*y) - float64(sin*x)) / s.h
			cover := float64(clamp(0.5-s.outside(lx, ly)/soft) * (1 - s.clear))
			if cover > 0 {
				bright := max(0, 1+float64(s.sun.x*lx)+float64(s.sun.y*ly))
				at := &c.px[py*c.w+px]
				*at = at.blend(s.colour.scale(bright), cover)
			}
		}
	}
}

// outside is the signed distance to the edge of a point given in half sizes.
func (s *shape) outside(lx, ly float64) float64 {
	if s.round {
		r := math.Sqrt(float64(lx*lx) + float64(ly*ly))
		return float64((r - 1) * min(s.w, s.h))
	}
	return max(float64((math.Abs(lx)-1)*s.w), float64((math.Abs(ly)-1)*s.h))
}
