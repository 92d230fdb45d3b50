package augment

// perspective shows at each corner of the picture a point near that corner:
// jitter times a direction of its own away, as a fraction of width and height.
// A direction of 1 is right or down.
func perspective() Op {
	o := Op{
		Name: "perspective", Doc: "move each corner by itself",
		Params: []Param{{Name: "jitter", Unit: "fraction of the side", Doc: "how far corners move", Strength: true,
			Limits: Range{0, 0.25}, Default: Range{0, 0.08}}},
		warp: func(v *values, e extent) matrix {
			c := [4][2]float64{{-e.x, -e.y}, {e.x, -e.y}, {e.x, e.y}, {-e.x, e.y}}
			for i := range c {
				c[i][0] += float64(2 * e.x * v[0] * v[1+2*i])
				c[i][1] += float64(2 * e.y * v[0] * v[2+2*i])
			}
			return quad(e, c)
		},
	}
	for _, corner := range []string{"top_left", "top_right", "bottom_right", "bottom_left"} {
		for _, axis := range []string{"_x", "_y"} {
			o.Params = append(o.Params, Param{Name: corner + axis, Unit: "jitters", Doc: "direction of this corner",
				Limits: Range{-1, 1}, Default: Range{-1, 1}})
		}
	}
	return o
}
