package augment

import "github.com/gesturekit/gesturekit/internal/elementary"

// exposure scales linear light by 2^stops, as a longer shutter does. Highlights
// clip, or with roll_off above 0 go over into white as film does: light above
// the knee, 1 - roll_off, is x = knee + u / (1 + c u) for u beyond the knee, with
// c such that white is white again. Both pieces have the slope 1 at the knee.
func exposure() Op {
	return Op{
		Name: "exposure", Doc: "more or less light on the sensor",
		Params: []Param{
			{Name: "stops", Unit: "stops", Doc: "+1 is twice the light", Strength: true, Limits: Range{-8, 8}, Default: Range{-1, 1}},
			{Name: "roll_off", Unit: "linear light", Doc: "how far below white highlights begin to be compressed; 0 clips them", Limits: Range{0, 0.95}, Default: Point(0)},
		},
		tone: func(v *values, t *tone) {
			g, room := elementary.Exp2(v[0]), v[1]
			if g <= 1 || room == 0 {
				t.light([3]float64{g, g, g})
				return
			}
			knee := 1 - room
			c := 1/room - 1/(g-knee)
			t.each(func(x float64) float64 {
				l := float64(g * t.srgb.decoded(x))
				if u := l - knee; u > 0 {
					l = knee + u/(1+float64(c*u))
				}
				return t.srgb.encoded(l)
			})
		},
	}
}
