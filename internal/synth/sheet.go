package synth

import (
	"image"
	"image/draw"

	"github.com/gesturekit/gesturekit/rng"
)

// Sheet returns a contact sheet: a row per category and a column per person,
// each showing frame 1 of session 1 + person mod sessions, so that all
// sessions appear. It fails if o is invalid.
func Sheet(key rng.Key, o Options) (*image.RGBA, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	const gap = 2
	sheet := image.NewRGBA(image.Rect(0, 0, o.Persons*(o.Width+gap)-gap, len(o.Categories)*(o.Height+gap)-gap))
	draw.Draw(sheet, sheet.Rect, image.White, image.Point{}, draw.Src)
	for row, category := range o.Categories {
		for column := range o.Persons {
			img := capture(key, o.Width, o.Height, category, column+1, 1+column%o.Sessions, 1)
			at := image.Pt(column*(o.Width+gap), row*(o.Height+gap))
			draw.Draw(sheet, img.Rect.Add(at), img, image.Point{}, draw.Src)
		}
	}
	return sheet, nil
}
