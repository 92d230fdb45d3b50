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
	oa := vec{x - c.a.x, y - c.a.y, -c.a.z}
	if c.k2 > 1e-9 {
		m1, m5 := c.ab.dot(oa), oa.dot(oa)
		rim := float64(c.dr * c.ra)
		k1 := float64(c.d2*c.a.z) - float64(m1*c.m2) + float64(c.m2*rim)
		k0 := float64(c.d2*m5) - float64(m1*m1) + float64(2*float64(m1*rim)) - float64(c.m0*float64(c.ra*c.ra))
		h := float64(k1*k1) - float64(k0*c.k2)
		if h < 0 {
			return 0, vec{}, false
		}
		t := (-math.Sqrt(h) - k1) / c.k2
		along := m1 - rim + float64(t*c.m2)
		if along > 0 && along < c.d2 {
			oa.z -= t
			return -t, oa.scale(c.d2).sub(c.ab.scale(along)).unit(), true
		}
	}
	z, n, ok = ball(c.a, c.ra, x, y)
	if zb, nb, okb := ball(c.b, c.rb, x, y); okb && (!ok || zb > z) {
		return zb, nb, true
	}
	return z, n, ok
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
