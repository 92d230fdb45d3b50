package explain

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/trainer"
)

// Neighbour is a training image that looks alike to the network.
type Neighbour struct {
	// Similarity is the cosine of the angle between the features that the last
	// layer decides by, at most 1.
	Similarity float64 `json:"similarity"`
	ID         string  `json:"id"`
	Category   string  `json:"category"`
	Group      string  `json:"group"`
	Path       string  `json:"path"` // relative to the run's folder
}

// nearest returns the k samples most alike to the features, most alike first.
func nearest(ctx context.Context, model *trainer.Model, features []float32, m dataset.Manifest, root string, k, workers int) ([]Neighbour, error) {
	out := []Neighbour{}
	if k < 1 || len(m.Samples) == 0 {
		return out, nil
	}
	rows, err := trainer.Features(ctx, model, m, root, workers, nil)
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		s := &m.Samples[i]
		out = append(out, Neighbour{cosine(features, row), s.ID, s.Category, s.Group, s.Path})
	}
	slices.SortFunc(out, func(a, b Neighbour) int {
		return cmp.Or(cmp.Compare(b.Similarity, a.Similarity), cmp.Compare(a.ID, b.ID))
	})
	return out[:min(k, len(out))], nil
}

// cosine returns the cosine of the angle between a and b, 0 if either is zero.
func cosine(a, b []float32) float64 {
	var dot, aa, bb float64
	for i, x := range a {
		x, y := float64(x), float64(b[i])
		dot += float64(x * y)
		aa += float64(x * x)
		bb += float64(y * y)
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return min(1, dot/math.Sqrt(float64(aa*bb)))
}
