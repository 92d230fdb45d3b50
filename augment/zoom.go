package augment

// zoom enlarges the picture about its middle by a factor, drawn evenly in its
// logarithm.
func zoom() Op {
	return Op{
		Name: "zoom", Doc: "come nearer or go farther",
		Params: []Param{{Name: "factor", Unit: "times", Doc: "size of things", Strength: true, Identity: 1, Log: true,
			Limits: Range{1. / 16, 16}, Default: Range{0.9, 1.15}}},
		warp: func(v *values, _ extent) matrix { return scaled(1/v[0], 1/v[0]) },
	}
}
