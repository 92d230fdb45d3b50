package augment

import "github.com/gesturekit/gesturekit/internal/elementary"

// pointLight adds a small lamp in front of the picture: the gain of linear light
// is 1 + (2^stops - 1) / (1 + d^2 / radius^2), the inverse-square fall-off of a
// lamp that hangs the radius above the point (x, y).
func pointLight() Op {
	return Op{
		Name: "point_light", Doc: "a lamp near the picture",
		Params: []Param{
			{Name: "stops", Unit: "stops", Doc: "gain under the lamp", Strength: true, Limits: Range{0, 6}, Default: Range{0, 1.5}},
			{Name: "x", Unit: "fraction of the width", Doc: "place of the lamp", Limits: Range{-1, 2}, Default: Range{0, 1}},
			{Name: "y", Unit: "fraction of the height", Doc: "place of the lamp", Limits: Range{-1, 2}, Default: Range{0, 1}},
			{Name: "radius", Unit: "fraction of the longer side", Doc: "distance of half the effect", Limits: Range{0.05, 4}, Default: Range{0.2, 0.6}},
		},
		light: func(v *values, e extent, y, x0, dx float64, g gains) {
			lamp, r := elementary.Exp2(v[0])-1, 2*v[3]
			px, py := float64(e.x*(2*v[1]-1)), float64(e.y*(2*v[2]-1))
			r2 := float64(r * r)
			near := r2 + float64((y-py)*(y-py))
			lamp = float64(lamp * r2)
			for i := range g {
				x := x0 - px + float64(float64(i)*dx)
				g[i] = float64(g[i] * (1 + lamp/(near+float64(x*x))))
			}
		},
	}
}
