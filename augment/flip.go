package augment

// flip mirrors the picture. A mirrored gesture may be another gesture, so no
// preset flips; use it only where the label survives.
func flip() Op {
	return Op{
		Name: "flip", Doc: "mirror; may change what the gesture means",
		Params: []Param{{Name: "axis", Doc: "what is exchanged", Choices: []string{"left_right", "up_down"}}},
		warp: func(v *values, _ extent) matrix {
			if v[0] == 0 {
				return scaled(-1, 1)
			}
			return scaled(1, -1)
		},
	}
}
