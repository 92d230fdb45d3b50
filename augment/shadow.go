package augment

import (
	"math"

	"github.com/gesturekit/gesturekit/internal/elementary"
)

// shadow darkens one side of a straight edge by the given stops. The edge passes
// at offset from the middle, in half diagonals, and is softened by a smooth step
// (3t^2 - 2t^3) as wide as softness.
func shadow() Op {
	return Op{
		Name: "shadow", Doc: "a soft shadow over one side",
		Params: []Param{
			{Name: "stops", Unit: "stops", Doc: "loss in the shadow", Strength: true, Limits: Range{0, 6}, Default: Range{0, 1.5}},
			{Name: "degrees", Unit: "degrees", Doc: "where the shadow lies, clockwise from the right", Limits: Range{-360, 360}, Default: Range{0, 360}},
			{Name: "offset", Unit: "half diagonals", Doc: "from the middle to the edge", Limits: Range{-1, 1}, Default: Range{-0.3, 0.8}},
			{Name: "softness", Unit: "half diagonals", Doc: "width of the edge", Limits: Range{0.01, 2}, Default: Range{0.1, 0.8}},
		},
		light: func(v *values, e extent, y, x0, dx float64, g gains) {
			sin, cos := sincos(v[1])
			loss := 1 - elementary.Exp2(-v[0])
			half := math.Sqrt(float64(e.x*e.x) + float64(e.y*e.y))
			width := float64(half * v[3])
			start := (float64(x0*cos) + float64(y*sin) - float64(half*v[2])) / width
			step := float64(dx*cos) / width
			for i := range g {
				t := clip(start + float64(float64(i)*step) + 0.5)
				g[i] = float64(g[i] * (1 - float64(loss*float64(float64(t*t)*(3-2*t)))))
			}
		},
	}
}
