package augment

import "fmt"

// Presets returns the names of the built-in recipes, from nothing to much.
func Presets() []string { return []string{"none", "light", "standard", "strong", "fastai"} }

// Preset returns a built-in recipe:
//
//   - none changes nothing
//   - light is what happens between two frames of one session
//   - standard is another desk, lamp and webcam; a hand stays recognisable
//   - strong adds what a poor webcam and a careless user do
//   - fastai is aug_transforms of fastai 2.8 with its defaults, without flip; zoom keeps the centre and is
//     drawn on a logarithmic scale
func Preset(name string) (Recipe, error) {
	text := presetText(name)
	if text == "" {
		return Recipe{}, fmt.Errorf("unknown preset %q%s", name, hint(name, Presets()))
	}
	r, err := parse([]byte(text))
	r.name = name
	return r, err
}

// presetText returns a preset in the language of recipes, "" for none such.
func presetText(name string) string {
	switch name {
	case "none":
		return `[]`
	case "light":
		return `
- camera: {yaw: [-6, 6], pitch: [-5, 5], roll: [-4, 4]}
- zoom: {factor: [0.94, 1.08]}
- translate: {x: [-0.03, 0.03], y: [-0.03, 0.03]}
- exposure: {stops: [-0.4, 0.4]}
- white_balance: {kelvin: [5900, 7000]}
`
	case "standard":
		return `
- camera: {yaw: [-18, 18], pitch: [-14, 14], roll: [-9, 9]}
  p: 0.8
- perspective: {jitter: [0, 0.05]}
  p: 0.4
- zoom: {factor: [0.88, 1.18]}
- translate: {x: [-0.06, 0.06], y: [-0.06, 0.06]}
- exposure: {stops: [-1.1, 0.9]}
  p: 0.9
- one_of:
    - gamma: {power: [0.75, 1.33]}
    - logit_lighting: {brightness: 0.5, contrast: [0.75, 1.33]}
    - brightness_contrast: {brightness: [-0.1, 0.1], contrast: [0.8, 1.2]}
  p: 0.5
- white_balance: {kelvin: [5300, 7800]}
  p: 0.7
- cast: {strength: [0, 0.12]}
  p: 0.2
- one_of:
    - gradient: {stops: [0, 1.6]}
    - point_light: {stops: [0, 1.4]}
    - shadow: {stops: [0, 1.3]}
  p: 0.45
- vignette: {stops: [0, 0.9]}
  p: 0.25
- blur: {sigma: [0, 0.006]}
  p: 0.15
- noise: {iso: [0, 800]}
  p: 0.35
`
	case "strong":
		return `
- camera: {yaw: [-25, 25], pitch: [-18, 18], roll: [-14, 14], field_of_view: [35, 50]}
  p: 0.9
- perspective: {jitter: [0, 0.06]}
  p: 0.5
- shear: {x: [-8, 8], y: [-4, 4]}
  p: 0.3
- zoom: {factor: [0.8, 1.35]}
- translate: {x: [-0.09, 0.09], y: [-0.09, 0.09]}
- exposure: {stops: [-2, 1.1]}
  p: 0.9
- some_of:
    - gamma: {power: [0.65, 1.5]}
    - logit_lighting: {brightness: [0.4, 0.6], contrast: [0.65, 1.5]}
    - cast: {strength: [0, 0.25]}
  count: [0, 2]
- white_balance: {kelvin: [4100, 8800]}
  p: 0.8
- some_of:
    - gradient: {stops: [0, 2.5]}
    - point_light: {stops: [0, 1.5]}
    - shadow: {stops: [0, 2]}
    - vignette: {stops: [0, 1.5]}
  count: [0, 2]
- one_of:
    - blur: {sigma: [0, 0.012]}
    - jpeg: {quality: [25, 80]}
  p: 0.3
- noise: {iso: [0, 2400]}
  p: 0.5
- cutout: {size: [0.06, 0.18]}
  p: 0.35
`
	case "fastai":
		return `
- rotate: {degrees: [-10, 10]}
  p: 0.75
- zoom: {factor: [1, 1.1]}
  p: 0.75
- symmetric_warp: {x: [-0.2, 0.2], y: [-0.2, 0.2]}
  p: 0.75
- logit_lighting: {brightness: [0.4, 0.6], contrast: 1}
  p: 0.75
- logit_lighting: {brightness: 0.5, contrast: [0.8, 1.25]}
  p: 0.75
`
	}
	return ""
}
