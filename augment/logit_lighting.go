package augment

import "github.com/gesturekit/gesturekit/internal/elementary"

// logitLighting is fastai's lighting transform: the encoded value goes through
// the logit, is shifted by the logit of brightness, scaled by contrast and
// brought back, so that nothing clips. Brightness 0.5 and contrast 1 change
// nothing. Source: fastai 2.8, vision.augment (Brightness, then Contrast).
func logitLighting() Op {
	return Op{
		Name: "logit_lighting", Doc: "brightness and contrast as fastai does",
		Params: []Param{
			{Name: "brightness", Unit: "probability", Doc: "above 0.5 is brighter", Strength: true, Identity: 0.5, Limits: Range{0.01, 0.99}, Default: Range{0.4, 0.6}},
			{Name: "contrast", Unit: "times", Doc: "factor of the logit", Strength: true, Identity: 1, Log: true, Limits: Range{0.05, 10}, Default: Range{0.8, 1.25}},
		},
		tone: func(v *values, t *tone) {
			shift := elementary.Log2(v[0] / (1 - v[0]))
			const tiny = 1e-7 // fastai's limit on the logit's argument
			t.each(func(x float64) float64 {
				x = min(max(x, tiny), 1-tiny)
				return 1 / (1 + elementary.Exp2(-float64((elementary.Log2(x/(1-x))+shift)*v[1])))
			})
		},
	}
}
