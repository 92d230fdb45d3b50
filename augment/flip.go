package augment

// flip mirrors the picture. A mirrored gesture may be another gesture, so no
// preset flips, and the stage flips only what augment.mirror names.
func flip() Op {
	return Op{
		Name: "flip", Doc: "mirror the gestures that augment.mirror names, whose label then changes with the picture",
		Params: []Param{{Name: "axis", Doc: "what is exchanged", Choices: []string{"left_right", "up_down"}}},
		warp: func(v *values, _ extent) matrix {
			if v[0] == 0 {
				return scaled(-1, 1)
			}
			return scaled(1, -1)
		},
	}
}
