package augment

import "github.com/gesturekit/gesturekit/internal/elementary"

// vignette darkens towards the corners by the cosine-fourth law of a simple
// lens: the gain of linear light is 1 / (1 + k r^2)^2, with k such that the
// corners lose the given stops.
func vignette() Op {
	return Op{
		Name: "vignette", Doc: "darker corners, as from a simple lens",
		Params: []Param{{Name: "stops", Unit: "stops", Doc: "loss in the corners", Strength: true,
			Limits: Range{0, 6}, Default: Range{0, 1.2}}},
		light: func(v *values, e extent, y, x0, dx float64, g gains) {
			k := (elementary.Exp2(v[0]/2) - 1) / (float64(e.x*e.x) + float64(e.y*e.y))
			base := 1 + float64(k*float64(y*y))
			for i := range g {
				x := x0 + float64(float64(i)*dx)
				d := base + float64(k*float64(x*x))
				g[i] /= float64(d * d)
			}
		},
	}
}
