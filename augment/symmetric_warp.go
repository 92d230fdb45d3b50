package augment

// symmetricWarp is fastai's Warp: x tilts the picture about its upright axis, y
// about its level axis: each corner lands that fraction of half a side away, one
// edge's corners outwards and the other's inwards. Source: fastai 2.8,
// vision.augment.
func symmetricWarp() Op {
	limits, usual := Range{-0.3, 0.3}, Range{-0.2, 0.2}
	return Op{
		Name: "symmetric_warp", Doc: "tilt as fastai does",
		Params: []Param{
			{Name: "x", Unit: "fraction of half the side", Doc: "tilt about the upright axis", Strength: true, Limits: limits, Default: usual},
			{Name: "y", Unit: "fraction of half the side", Doc: "tilt about the level axis", Strength: true, Limits: limits, Default: usual},
		},
		warp: func(v *values, e extent) matrix {
			x, y := v[0], v[1]
			c := [4][2]float64{{-1 - y, -1 - x}, {1 + y, -1 + x}, {1 - y, 1 - x}, {-1 + y, 1 + x}}
			for i := range c {
				c[i][0] = float64(c[i][0] * e.x)
				c[i][1] = float64(c[i][1] * e.y)
			}
			return quad(e, c).inverse()
		},
	}
}
