package augment

// crop shows a window of the picture, scale times as wide and as high, in the
// place of the whole. At x = 0 the window touches the left edge, at 1 the right.
func crop() Op {
	limits := Range{0, 1}
	return Op{
		Name: "crop", Doc: "show a window of the picture",
		Params: []Param{
			{Name: "scale", Unit: "fraction of the side", Doc: "size of the window", Strength: true, Identity: 1, Limits: Range{0.05, 1}, Default: Range{0.8, 1}},
			{Name: "x", Unit: "fraction of the room", Doc: "place of the window", Limits: limits, Default: limits},
			{Name: "y", Unit: "fraction of the room", Doc: "place of the window", Limits: limits, Default: limits},
		},
		warp: func(v *values, e extent) matrix {
			room := 1 - v[0]
			m := scaled(v[0], v[0])
			m[2] = float64(e.x * room * (2*v[1] - 1))
			m[5] = float64(e.y * room * (2*v[2] - 1))
			return m
		},
	}
}
