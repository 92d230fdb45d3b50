package augment

import "github.com/gesturekit/gesturekit/internal/elementary"

// gradient lights the picture from one side: the gain of linear light is
// 2^(stops * t / 2), with t from -1 at the dark end to 1 at the lit end of the
// diagonal's length, 0 in the middle.
func gradient() Op {
	return Op{
		Name: "gradient", Doc: "light from one side, as from a window",
		Params: []Param{
			{Name: "stops", Unit: "stops", Doc: "difference between the sides", Strength: true, Limits: Range{0, 8}, Default: Range{0, 2}},
			{Name: "degrees", Unit: "degrees", Doc: "where light comes from, clockwise from the right", Limits: Range{-360, 360}, Default: Range{0, 360}},
		},
		light: func(v *values, _ extent, y, x0, dx float64, g gains) {
			sin, cos := sincos(v[1])
			half := v[0] / 2
			gain := elementary.Exp2(float64(half * (float64(x0*cos) + float64(y*sin))))
			ratio := elementary.Exp2(float64(half * dx * cos))
			for i := range g {
				g[i] = float64(g[i] * gain)
				gain = float64(gain * ratio)
			}
		},
	}
}
