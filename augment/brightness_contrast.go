package augment

// brightnessContrast is (v - pivot) * contrast + pivot + brightness on the
// encoded value in [0, 1]. It clips only when another op needs it or at the end.
// Albumentations and torchvision's brightness have the pivot at 0; torchvision's
// contrast has it at the picture's mean grey.
func brightnessContrast() Op {
	return Op{
		Name: "brightness_contrast", Doc: "an affine change of the encoded value",
		Params: []Param{
			{Name: "brightness", Unit: "encoded value", Doc: "added", Strength: true, Limits: Range{-1, 1}, Default: Range{-0.15, 0.15}},
			{Name: "contrast", Unit: "times", Doc: "factor about the pivot", Strength: true, Identity: 1, Log: true, Limits: Range{0.05, 10}, Default: Range{0.8, 1.25}},
			{Name: "pivot", Unit: "encoded value", Doc: "value that contrast leaves", Limits: Range{0, 1}, Default: Point(0.5)},
		},
		tone: func(v *values, t *tone) {
			t.each(func(x float64) float64 { return float64((x-v[2])*v[1]) + v[2] + v[0] })
		},
	}
}
