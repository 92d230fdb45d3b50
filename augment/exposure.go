package augment

// exposure scales linear light by 2^stops, as a longer shutter does; highlights
// clip.
func exposure() Op {
	return Op{
		Name: "exposure", Doc: "more or less light on the sensor",
		Params: []Param{{Name: "stops", Unit: "stops", Doc: "+1 is twice the light", Strength: true,
			Limits: Range{-8, 8}, Default: Range{-1, 1}}},
		tone: func(v *values, t *tone) {
			g := exp2(v[0])
			t.light([3]float64{g, g, g})
		},
	}
}
