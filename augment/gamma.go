package augment

import "github.com/gesturekit/gesturekit/internal/elementary"

// gamma raises the encoded value to a power: above 1 darkens the middle, below
// 1 brightens it, black and white stay. Drawn evenly in its logarithm.
func gamma() Op {
	return Op{
		Name: "gamma", Doc: "darker or brighter middle tones",
		Params: []Param{{Name: "power", Doc: "exponent of the encoded value", Strength: true, Identity: 1, Log: true,
			Limits: Range{0.1, 10}, Default: Range{0.8, 1.25}}},
		tone: func(v *values, t *tone) {
			t.each(func(x float64) float64 { return elementary.Pow(clip(x), v[0]) })
		},
	}
}
