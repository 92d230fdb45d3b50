package augment

// cast tints the light, as a coloured wall nearby does: the gain of a channel in
// linear light is 1 + strength * cos(hue - its hue), with red at 0, green at 120
// and blue at 240 degrees. Luminance of grey is kept.
func cast() Op {
	return Op{
		Name: "cast", Doc: "coloured ambient light",
		Params: []Param{
			{Name: "strength", Doc: "0 is white light", Strength: true, Limits: Range{0, 0.9}, Default: Range{0, 0.15}},
			{Name: "hue", Unit: "degrees", Doc: "0 red, 120 green, 240 blue", Limits: Range{-360, 360}, Default: Range{0, 360}},
		},
		tone: func(v *values, t *tone) {
			var g [3]float64
			for i := range g {
				_, c := sincos(v[1] - 120*float64(i))
				g[i] = 1 + float64(v[0]*c)
			}
			t.light(equalLuminance(g))
		},
	}
}
