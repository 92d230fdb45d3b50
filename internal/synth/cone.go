package synth

import "math"

// cone is the hull of two balls: what all parts of an arm are made of.
type cone struct {
	a, b   vec
	ra, rb float64

	ab         vec // derived, for hit
	dr, m0, d2 float64
	m2, k2     float64
}

func newCone(a, b vec, ra, rb float64) cone {
	c := cone{a: a, b: b, ra: ra, rb: rb, ab: b.sub(a), dr: ra - rb}
	c.m0 = c.ab.dot(c.ab)
	c.d2 = c.m0 - float64(c.dr*c.dr)
	c.m2 = -c.ab.z
	c.k2 = c.d2 - float64(c.m2*c.m2)
	return c
}

// hit returns the height and the normal of the point of c that a camera far up
// the z axis sees at (x, y).
func (c *cone) hit(x, y float64) (z float64, n vec, ok bool) {
	if c.k2 > tiny {
		if z, n, ok = c.side(x, y, -1); ok {
			return z, n, true
		}
	}
	highest := func(z2 float64, n2 vec, ok2 bool) {
		if ok2 && (!ok || z2 > z) {
			z, n, ok = z2, n2, true
		}
	}
	highest(ball(c.a, c.ra, x, y))
	highest(ball(c.b, c.rb, x, y))
	if c.k2 < -tiny && c.d2 > 0 { // one ball hides the other, and part of the side may show
		highest(c.side(x, y, -1))
		highest(c.side(x, y, 1))
	}
	return z, n, ok
}

// tiny is how near to 0 k2 comes when a ray runs along the side.
const tiny = 1e-9

// side is hit for the surface between the balls, by one root of its equation.
func (c *cone) side(x, y, sign float64) (z float64, n vec, ok bool) {
	oa := vec{x - c.a.x, y - c.a.y, -c.a.z}
	m1, m5 := c.ab.dot(oa), oa.dot(oa)
	rim := float64(c.dr * c.ra)
	k1 := float64(c.d2*c.a.z) - float64(m1*c.m2) + float64(c.m2*rim)
	k0 := float64(c.d2*m5) - float64(m1*m1) + float64(2*float64(m1*rim)) - float64(c.m0*float64(c.ra*c.ra))
	h := float64(k1*k1) - float64(k0*c.k2)
	if h < 0 {
		return 0, vec{}, false
	}
	t := (float64(sign*math.Sqrt(h)) - k1) / c.k2
	along := m1 - rim + float64(t*c.m2)
	if along <= 0 || along >= c.d2 {
		return 0, vec{}, false
	}
	oa.z -= t
	return -t, oa.scale(c.d2).sub(c.ab.scale(along)).unit(), true
}

func ball(c vec, r, x, y float64) (z float64, n vec, ok bool) {
	dx, dy := x-c.x, y-c.y
	h := float64(r*r) - float64(dx*dx) - float64(dy*dy)
	if h < 0 {
		return 0, vec{}, false
	}
	dz := math.Sqrt(h)
	return c.z + dz, vec{dx / r, dy / r, dz / r}, true
}
