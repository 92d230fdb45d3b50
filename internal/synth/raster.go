package synth

import "math"

// oversampling is the number of samples per pixel along each axis.
const oversampling = 2

// cell is what one sample of a relief sees.
type cell struct {
	z    float64
	n    vec
	part int16 // 1 + index of the part; 0 where nothing is
}

// relief is the visible surface of an arm: the part of the picture around it,
// sampled at a multiple of its resolution.
type relief struct {
	x0, y0, w, h int     // in samples; x0 and y0 are multiples of oversampling
	step         float64 // frame heights per sample
	size         float64 // frame heights per hand unit
	halfW        float64 // frame heights from the middle to the left edge
	cells        []cell
	parts        []part
}

// newRelief renders parts for a picture of w x h pixels.
func newRelief(parts []part, w, h int, size float64) *relief {
	r := &relief{parts: parts, size: size, step: 1 / float64(h*oversampling), halfW: float64(w) / float64(2*h)}
	x0, y0, x1, y1 := w*oversampling, h*oversampling, 0, 0
	for i := range parts {
		ax, ay, bx, by := r.bounds(&parts[i].cone)
		x0, y0, x1, y1 = min(x0, ax), min(y0, ay), max(x1, bx), max(y1, by)
	}
	r.x0, r.y0 = max(0, x0)/oversampling*oversampling, max(0, y0)/oversampling*oversampling
	r.w, r.h = max(0, min(w*oversampling, x1)-r.x0), max(0, min(h*oversampling, y1)-r.y0)
	r.w, r.h = (r.w+1)/oversampling*oversampling, (r.h+1)/oversampling*oversampling
	r.cells = make([]cell, r.w*r.h)
	for i := range parts {
		r.draw(i)
	}
	return r
}

// bounds returns the samples a cone may cover, the upper ends exclusive.
func (r *relief) bounds(c *cone) (x0, y0, x1, y1 int) {
	left, right := min(c.a.x-c.ra, c.b.x-c.rb), max(c.a.x+c.ra, c.b.x+c.rb)
	low, high := min(c.a.y-c.ra, c.b.y-c.rb), max(c.a.y+c.ra, c.b.y+c.rb)
	return int(math.Floor((left + r.halfW) / r.step)), int(math.Floor((0.5 - high) / r.step)),
		int(math.Floor((right+r.halfW)/r.step)) + 1, int(math.Floor((0.5-low)/r.step)) + 1
}

// point is the centre of a sample, in frame heights from the picture's middle.
func (r *relief) point(i, j int) (x, y float64) {
	return float64((float64(r.x0+i)+0.5)*r.step) - r.halfW, 0.5 - float64((float64(r.y0+j)+0.5)*r.step)
}

func (r *relief) draw(index int) {
	p := &r.parts[index]
	x0, y0, x1, y1 := r.bounds(&p.cone)
	for j := max(0, y0-r.y0); j < min(r.h, y1-r.y0); j++ {
		for i := max(0, x0-r.x0); i < min(r.w, x1-r.x0); i++ {
			x, y := r.point(i, j)
			z, n, ok := p.hit(x, y)
			if ok && p.tissue == cloth && (vec{x, y, z}).sub(p.a).dot(p.ab) < 0 {
				ok = false // a cuff ends flat
			}
			if ok {
				r.meet(&r.cells[j*r.w+i], index, z, n)
			}
		}
	}
}

// meet puts a surface into a cell: the higher one wins, and where two surfaces
// of a hand are about as high they melt into each other.
func (r *relief) meet(c *cell, index int, z float64, n vec) {
	part := int16(index + 1)
	if c.part == 0 {
		*c = cell{z, n, part}
		return
	}
	p, q := &r.parts[index], &r.parts[c.part-1]
	width := float64(0.02 * r.size)
	if p.limb == q.limb {
		width = float64(0.10 * r.size)
	} else if p.tissue == cloth || q.tissue == cloth {
		width = 1e-6
	}
	t := clamp(0.5 + (z-c.z)/float64(2*width))
	if t > 0.5 {
		c.part = part
	}
	c.z = mix(c.z, z, t) + float64(width*float64(t*(1-t)))
	if t == 1 {
		c.n = n
	} else if t > 0 {
		c.n = c.n.blend(n, t).unit()
	}
}

// at returns the cell of a sample, or nil outside and where nothing is.
func (r *relief) at(i, j int) *cell {
	if i < 0 || j < 0 || i >= r.w || j >= r.h {
		return nil
	}
	if c := &r.cells[j*r.w+i]; c.part > 0 {
		return c
	}
	return nil
}

// openness is the share of the room that a sample sees past its neighbours, 0
// to 1: low in the creases between fingers.
func (r *relief) openness(i, j int) float64 {
	here, hidden := r.cells[j*r.w+i].z, 0.0
	reach := float64(0.11 * r.size)
	for k, d := range [...][2]float64{{1, 0}, {0.5, 0.5}, {0, 1}, {-0.5, 0.5}, {-1, 0}, {-0.5, -0.5}, {0, -1}, {0.5, -0.5}} {
		far := reach / r.step
		if k%2 == 1 {
			far = float64(far * 0.7)
		}
		c := r.at(i+int(math.Floor(float64(d[0]*far)+0.5)), j+int(math.Floor(float64(d[1]*far)+0.5)))
		if c != nil {
			hidden += clamp((c.z - here - float64(0.25*reach)) / float64(1.6*reach))
		}
	}
	return 1 - float64(hidden/8)
}

// lit is the share of the lamp, 0 to 1, that reaches a sample past the fingers.
func (r *relief) lit(i, j int, lamp vec) float64 {
	here, shade := r.cells[j*r.w+i].z, 0.0
	for k := 1; k <= 6; k++ {
		d := float64(float64(k) * float64(0.085*r.size))
		c := r.at(i+int(math.Floor(float64(d*lamp.x)/r.step+0.5)), j-int(math.Floor(float64(d*lamp.y)/r.step+0.5)))
		if c != nil {
			shade = max(shade, clamp((c.z-here-float64(d*lamp.z))/float64(0.09*r.size)))
		}
	}
	return 1 - float64(0.75*shade)
}
