package synth

import "math"

// painter colours the relief of one arm.
type painter struct {
	relief *relief
	who    person
	light  light
	view   view
	turn   frame // hand coordinates to the picture's
}

// over draws the arm over c.
func (p *painter) over(c *canvas) {
	r := p.relief
	for j := 0; j < r.h; j += oversampling {
		for i := 0; i < r.w; i += oversampling {
			sum, hits := vec{}, 0
			for k := range oversampling * oversampling {
				x, y := i+k%oversampling, j+k/oversampling
				if r.cells[y*r.w+x].part > 0 {
					sum, hits = sum.add(p.colour(x, y)), hits+1
				}
			}
			if hits > 0 {
				at := &c.px[(r.y0+j)/oversampling*c.w+(r.x0+i)/oversampling]
				*at = at.blend(sum.scale(1/float64(hits)), float64(hits)/(oversampling*oversampling))
			}
		}
	}
}

// colour is the light that comes from a sample that sees the arm.
func (p *painter) colour(i, j int) vec {
	c := &p.relief.cells[j*p.relief.w+i]
	bone := &p.relief.parts[c.part-1]
	x, y := p.relief.point(i, j)
	at := vec{x, y, c.z}
	own, gloss := p.surface(bone, at, c.n)
	open, lamp := p.relief.openness(i, j), p.relief.lit(i, j, p.light.to)
	rim := mix(0.72, 1, ease(0, 0.55, c.n.z))
	out := p.light.on(own, c.n, lamp, open).scale(float64(rim * mix(0.55, 1, open)))
	half := p.light.to.add(vec{0, 0, 1}).unit().dot(c.n)
	shine := max(0, half)
	for range 4 {
		shine = float64(shine * shine)
	}
	return out.add(p.light.key.scale(float64(float64(gloss*shine) * lamp)))
}

// surface returns the own colour of a point of a part and how it shines.
func (p *painter) surface(bone *part, at, n vec) (own vec, gloss float64) {
	along := at.sub(bone.a).dot(bone.ab) / bone.m0
	if bone.tissue == cloth {
		return p.fabric(bone, along), 0
	}
	back := n.dot(bone.dorsal)
	own = p.who.skin
	pale := own.blend(vec{0.72, 0.47, 0.37}, 0.24) // palms are lighter and redder
	own = own.blend(pale, ease(0.3, -0.5, back))
	switch bone.tissue {
	case palmFlesh:
		own = own.scale(p.lines(at, n))
	case fingerBone, fingerTip, thumbBone, thumbTip:
		if bone.joint {
			near := math.Abs(along) * math.Sqrt(bone.m0) / p.view.size
			own = own.scale(1 - float64(0.42*ease(0.05, 0.012, near)))
		}
		if bone.tissue == fingerTip || bone.tissue == thumbTip {
			own = own.times(vec{1, 1, 1}.blend(vec{1.08, 0.88, 0.86}, ease(0.3, 1, along)))
			return p.nail(bone, own, along, n, back)
		}
	}
	return own, 0.05
}

// nail puts a nail on the back of a finger's last bone.
func (p *painter) nail(bone *part, own vec, along float64, n vec, back float64) (vec, float64) {
	across := n.dot(bone.ab.cross(bone.dorsal).unit())
	u, v := (along-0.78)/0.46, across/0.72
	d := math.Sqrt(float64(u*u) + float64(v*v))
	if back < 0.25 || d > 1 {
		return own, 0.05
	}
	plate := own.blend(vec{0.85, 0.55, 0.5}, 0.55).scale(1.12)
	if u > 0.55 {
		plate = plate.blend(vec{0.85, 0.78, 0.7}, 0.6)
	}
	return plate.scale(mix(1, 0.6, ease(0.72, 1, d))), 0.22
}

// lines returns the shade, 0 to 1, of the three creases of a palm.
func (p *painter) lines(at, n vec) float64 {
	hand := at.sub(p.view.at).scale(1 / p.view.size)
	hand = p.turn.into(hand).add(p.view.pose.centre)
	if p.turn.into(n).z < 0.3 {
		return 1
	}
	near := 1.0
	for _, line := range [...][4][2]float64{
		{{-0.42, 0.10}, {-0.20, 0.13}, {0.02, 0.20}, {0.16, 0.33}},
		{{0.40, 0.14}, {0.18, 0.10}, {-0.04, 0.00}, {-0.26, -0.12}},
		{{0.40, 0.13}, {0.16, 0.03}, {0.04, -0.16}, {0.04, -0.42}},
	} {
		for i := range 3 {
			near = min(near, toSegment(hand.x, hand.y, line[i], line[i+1]))
		}
	}
	return 1 - float64(0.38*ease(0.032, 0.006, near))
}

// toSegment is the distance of (x, y) to the segment from a to b.
func toSegment(x, y float64, a, b [2]float64) float64 {
	px, py, dx, dy := x-a[0], y-a[1], b[0]-a[0], b[1]-a[1]
	t := clamp((float64(px*dx) + float64(py*dy)) / (float64(dx*dx) + float64(dy*dy)))
	px, py = px-float64(t*dx), py-float64(t*dy)
	return math.Sqrt(float64(px*px) + float64(py*py))
}

// fabric is the colour of a sleeve: a cuff, stripes and soft folds.
func (p *painter) fabric(bone *part, along float64) vec {
	down := float64(along*math.Sqrt(bone.m0)) / p.view.size
	fold, _ := sincos(float64(down * 520))
	own := p.who.shirt.scale(1 + float64(0.12*fold))
	if down < 0.16 {
		return own.scale(0.72)
	}
	if band := float64(down*4) - math.Floor(float64(down*4)); band < 0.4 {
		own = own.scale(1 - p.who.stripe)
	}
	return own
}
