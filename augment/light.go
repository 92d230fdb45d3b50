package augment

import "image"

// gains is one row of factors of linear light, shared by all channels.
type gains []float64

// lights are the spatial ops that wait to be applied together: their gains
// multiply, and the picture is rounded and clipped once.
type lights struct {
	pending []*drawn
	row     gains
}

// gainBits is the precision of a gain in integers; maxGain the largest one.
const (
	gainBits = 12
	maxGain  = 1 << 19 >> gainBits // linearOne * gain fits 35 bits, and clips long before
)

// flush multiplies the linear light of img by the pending gains. Positions are
// in the unit frame of matrix.
func (l *lights) flush(img *image.RGBA, s *srgb) {
	if len(l.pending) == 0 {
		return
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	e, unit := extentOf(w, h)
	if cap(l.row) < w {
		l.row = make(gains, w)
	}
	row := l.row[:w]
	for y := range h {
		for i := range row {
			row[i] = 1
		}
		for _, d := range l.pending {
			d.op.light(&d.v, e, float64(y)/unit-e.y, -e.x, 1/unit, row)
		}
		row.apply(img.Pix[y*img.Stride:][:4*w], s)
	}
	l.pending = l.pending[:0]
}

// apply multiplies one row of pixels.
func (g gains) apply(pix []byte, s *srgb) {
	for _, v := range g {
		k := uint64(float64(min(v, maxGain)*(1<<gainBits)) + 0.5)
		p := pix[:4:4]
		for c, b := range p[:3] {
			light := (uint64(s.linear[b])*k + 1<<(gainBits-1)) >> gainBits
			p[c] = s.level[min(light, linearOne)>>encodeShift]
		}
		pix = pix[4:]
	}
}

// extentOf returns the extent of a picture and its unit in pixels: half the
// longer side, from pixel centre to pixel centre, at least half a pixel.
func extentOf(w, h int) (extent, float64) {
	x, y := float64(max(w-1, 1))/2, float64(max(h-1, 1))/2
	unit := max(x, y)
	return extent{x / unit, y / unit}, unit
}
