package synth

import "math"

// Go may fuse x*y+z into one rounding on some architectures, and the functions
// of package math other than Sqrt and Floor differ in their last bits. Every
// product in this package is therefore rounded by a float64 conversion, and
// sines come from sincos, so that a capture has the same bytes everywhere.

// vec is a point, a direction or a linear-light colour (red, green, blue).
type vec struct{ x, y, z float64 }

func (a vec) add(b vec) vec { return vec{a.x + b.x, a.y + b.y, a.z + b.z} }

func (a vec) sub(b vec) vec { return vec{a.x - b.x, a.y - b.y, a.z - b.z} }

func (a vec) scale(s float64) vec {
	return vec{float64(a.x * s), float64(a.y * s), float64(a.z * s)}
}

// times is the product by element: a surface's colour in a light's.
func (a vec) times(b vec) vec {
	return vec{float64(a.x * b.x), float64(a.y * b.y), float64(a.z * b.z)}
}

func (a vec) dot(b vec) float64 {
	return float64(a.x*b.x) + float64(a.y*b.y) + float64(a.z*b.z)
}

func (a vec) cross(b vec) vec {
	return vec{
		float64(a.y*b.z) - float64(a.z*b.y),
		float64(a.z*b.x) - float64(a.x*b.z),
		float64(a.x*b.y) - float64(a.y*b.x),
	}
}

// unit returns a at length 1, and the zero vector unchanged.
func (a vec) unit() vec {
	n := math.Sqrt(a.dot(a))
	if n == 0 {
		return a
	}
	return vec{a.x / n, a.y / n, a.z / n}
}

// blend is a at t = 0 and b at t = 1.
func (a vec) blend(b vec, t float64) vec { return a.add(b.sub(a).scale(t)) }

// frame is an orthonormal frame, as rows: a rotation, possibly mirrored.
type frame [3]vec

// into returns v in the frame's coordinates.
func (f frame) into(v vec) vec { return vec{f[0].dot(v), f[1].dot(v), f[2].dot(v)} }

// outOf undoes into.
func (f frame) outOf(v vec) vec {
	return f[0].scale(v.x).add(f[1].scale(v.y)).add(f[2].scale(v.z))
}

// turned returns f rotated in degrees about x, then about y, then about z.
func turned(x, y, z float64) frame {
	sx, cx := sincos(x)
	sy, cy := sincos(y)
	sz, cz := sincos(z)
	spin := func(v vec) vec {
		v = vec{v.x, float64(cx*v.y) - float64(sx*v.z), float64(sx*v.y) + float64(cx*v.z)}
		v = vec{float64(cy*v.x) + float64(sy*v.z), v.y, float64(cy*v.z) - float64(sy*v.x)}
		return vec{float64(cz*v.x) - float64(sz*v.y), float64(sz*v.x) + float64(cz*v.y), v.z}
	}
	return frame{spin(vec{1, 0, 0}), spin(vec{0, 1, 0}), spin(vec{0, 0, 1})}
}

// sincos returns the sine and cosine of an angle in degrees, to 1e-9.
func sincos(degrees float64) (sin, cos float64) {
	quarter := math.Floor(degrees/90 + 0.5)
	x := float64((degrees - float64(90*quarter)) * (math.Pi / 180))
	x2 := float64(x * x)
	s, c := -1.0/39916800, 1.0/479001600
	for _, k := range [...]float64{1.0 / 362880, -1.0 / 5040, 1.0 / 120, -1.0 / 6, 1} {
		s = float64(s*x2) + k
	}
	for _, k := range [...]float64{-1.0 / 3628800, 1.0 / 40320, -1.0 / 720, 1.0 / 24, -1.0 / 2, 1} {
		c = float64(c*x2) + k
	}
	s = float64(s * x)
	switch int(quarter) & 3 {
	case 0:
		return s, c
	case 1:
		return c, -s
	case 2:
		return -s, -c
	}
	return -c, s
}

// mix is a at t = 0 and b at t = 1.
func mix(a, b, t float64) float64 { return a + float64((b-a)*t) }

// clamp limits t to [0, 1].
func clamp(t float64) float64 { return max(0, min(1, t)) }

// ease rises smoothly from 0 at a to 1 at b; with a > b it falls.
func ease(a, b, t float64) float64 {
	t = clamp((t - a) / (b - a))
	return float64(float64(t*t) * (3 - float64(2*t)))
}

// display is a linear colour from display values in [0, 1]. The gamma is 2, as
// its inverse, the square root, is exactly rounded.
func display(r, g, b float64) vec {
	return vec{float64(r * r), float64(g * g), float64(b * b)}
}
