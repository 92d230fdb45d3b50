package augment

// shear slants the picture: x leans upright edges to the right, then y drops
// level edges towards the right.
func shear() Op {
	limits := Range{-60, 60}
	return Op{
		Name: "shear", Doc: "slant",
		Params: []Param{
			{Name: "x", Unit: "degrees", Doc: "lean of upright edges to the right", Strength: true, Limits: limits, Default: Range{-8, 8}},
			{Name: "y", Unit: "degrees", Doc: "fall of level edges to the right", Strength: true, Limits: limits, Default: Point(0)},
		},
		warp: func(v *values, _ extent) matrix {
			x := matrix{1, tan(v[0]), 0, 0, 1, 0, 0, 0, 1}
			return x.mul(matrix{1, 0, 0, -tan(v[1]), 1, 0, 0, 0, 1})
		},
	}
}
