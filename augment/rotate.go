package augment

// rotate turns the picture clockwise about its middle.
func rotate() Op {
	return Op{
		Name: "rotate", Doc: "turn about the middle",
		Params: []Param{{Name: "degrees", Unit: "degrees", Doc: "clockwise", Strength: true,
			Limits: Range{-360, 360}, Default: Range{-10, 10}}},
		warp: func(v *values, _ extent) matrix {
			s, c := sincos(v[0])
			return matrix{c, s, 0, -s, c, 0, 0, 0, 1}
		},
	}
}
