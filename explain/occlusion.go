package explain

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"math"

	"github.com/gesturekit/gesturekit/trainer"
)

// Occlusion says how much the probability of a label falls when a square patch
// hides a part of the image (Zeiler & Fergus 2014, "Visualizing and
// understanding convolutional networks"). The patch has the mean colour of the
// training images, the network's zero.
type Occlusion struct {
	Label       string  `json:"label"`
	Probability float64 `json:"probability"` // with nothing hidden
	Patch       int     `json:"patch"`       // side in pixels
	Stride      int     `json:"stride"`      // pixels from patch to patch
	// Drop is the fall in probability, negative for a rise, by row and column
	// of the patch's place: row r, column c hides the pixels from
	// (c*Stride-Patch/2, r*Stride-Patch/2) on.
	Drop [][]float64 `json:"drop"`
}

// occlude slides the patch, a quarter of the image wide, by a quarter of itself.
func occlude(ctx context.Context, p *trainer.Predictor, model *trainer.Model, img *image.RGBA, label int) (Occlusion, error) {
	column := label
	if !model.Rule().HasNA {
		column--
	}
	size := model.Size
	o := Occlusion{Label: model.Labels[label], Patch: size / 4, Stride: size / 16}
	grey := image.NewUniform(meanColor(model))
	places := []image.Point{}
	hidden := []*image.RGBA{img}
	side := size/o.Stride + 1
	var probabilities []float64
	flush := func() error {
		rows, err := p.Outputs(hidden)
		for _, r := range rows {
			probabilities = append(probabilities, float64(r.Probabilities[column]))
		}
		hidden = hidden[:0]
		return err
	}
	for r := range side {
		for c := range side {
			places = append(places, image.Pt(c, r))
			corner := image.Pt(c*o.Stride-o.Patch/2, r*o.Stride-o.Patch/2)
			masked := image.NewRGBA(img.Rect)
			copy(masked.Pix, img.Pix)
			draw.Draw(masked, image.Rectangle{corner, corner.Add(image.Pt(o.Patch, o.Patch))}, grey, image.Point{}, draw.Src)
			if hidden = append(hidden, masked); len(hidden) == predictBatch {
				if err := flush(); err != nil {
					return o, err
				}
				if err := ctx.Err(); err != nil {
					return o, err
				}
			}
		}
	}
	if err := flush(); err != nil {
		return o, err
	}
	o.Probability = probabilities[0]
	o.Drop = make([][]float64, side)
	for i := range places {
		r := places[i].Y
		o.Drop[r] = append(o.Drop[r], o.Probability-probabilities[i+1])
	}
	return o, nil
}

func meanColor(m *trainer.Model) color.RGBA {
	level := func(v float64) uint8 { return uint8(math.Round(min(max(float64(v*255), 0), 255))) }
	return color.RGBA{level(float64(m.Mean[0])), level(float64(m.Mean[1])), level(float64(m.Mean[2])), 255}
}

// at returns the drop at a pixel, the mean of the patches that hide it.
func (o Occlusion) at(x, y int) float64 {
	sum, n := 0.0, 0
	for r := range o.Drop {
		if top := r*o.Stride - o.Patch/2; y < top || y >= top+o.Patch {
			continue
		}
		for c, v := range o.Drop[r] {
			if left := c*o.Stride - o.Patch/2; x >= left && x < left+o.Patch {
				sum += v
				n++
			}
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}
