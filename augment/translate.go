package augment

// translate moves the picture by a fraction of its width and height, measured
// between its outermost pixel centres.
func translate() Op {
	limits, usual := Range{-1, 1}, Range{-0.06, 0.06}
	return Op{
		Name: "translate", Doc: "move in the frame",
		Params: []Param{
			{Name: "x", Unit: "fraction of the width", Doc: "to the right", Strength: true, Limits: limits, Default: usual},
			{Name: "y", Unit: "fraction of the height", Doc: "down", Strength: true, Limits: limits, Default: usual},
		},
		warp: func(v *values, e extent) matrix { return shifted(-2*e.x*v[0], -2*e.y*v[1]) },
	}
}
