package augment

// camera goes around the middle of the picture, which it keeps in view: the
// picture is a plane, turned by roll, pitch and yaw, and seen by a pinhole
// camera whose field of view spans the longer side. Unturned, the plane fills
// the view exactly.
func camera() Op {
	return Op{
		Name: "camera", Doc: "look from another side",
		Params: []Param{
			{Name: "yaw", Unit: "degrees", Doc: "the right side goes away", Strength: true, Limits: Range{-60, 60}, Default: Range{-15, 15}},
			{Name: "pitch", Unit: "degrees", Doc: "the lower side goes away", Strength: true, Limits: Range{-60, 60}, Default: Range{-10, 10}},
			{Name: "roll", Unit: "degrees", Doc: "clockwise", Strength: true, Limits: Range{-180, 180}, Default: Point(0)},
			{Name: "field_of_view", Unit: "degrees", Doc: "across the longer side", Limits: Range{5, 120}, Default: Range{40, 60}},
		},
		warp: func(v *values, _ extent) matrix {
			sy, cy := sincos(v[0])
			sp, cp := sincos(v[1])
			sr, cr := sincos(v[2])
			distance := 1 / tan(v[3]/2)
			turn := matrix{cy, 0, -sy, 0, 1, 0, sy, 0, cy}.
				mul(matrix{1, 0, 0, 0, cp, -sp, 0, sp, cp}).
				mul(matrix{cr, -sr, 0, sr, cr, 0, 0, 0, 1})
			return matrix{
				distance * turn[0], distance * turn[1], 0,
				distance * turn[3], distance * turn[4], 0,
				turn[6], turn[7], distance,
			}.inverse()
		},
	}
}
