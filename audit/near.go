package audit

import (
	"context"
	"math"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/neardup"
	"github.com/gesturekit/gesturekit/pipeline"
)

// near finds the images of one photograph among those of different groups.
// Images without contrast are not compared, nor augmented ones with a parent,
// which are as near to others as the parent is.
func (o Options) near(ctx context.Context, m dataset.Manifest, looks []look, env pipeline.Env) ([]Finding, error) {
	groups := map[string]int{}
	var images []neardup.Image
	var at []int // samples
	for i := range m.Samples {
		s := &m.Samples[i]
		if s.Parent != "" || looks[i].fault != nil || looks[i].image.Flat() {
			continue
		}
		g, ok := groups[s.Group]
		if !ok {
			g = len(groups)
			groups[s.Group] = g
		}
		looks[i].image.Group = g
		images, at = append(images, looks[i].image), append(at, i)
	}
	matches, err := neardup.Search(ctx, images, float32(o.Threshold), env.Workers, func(done, total int) { env.Report(done, total, "comparisons") })
	if err != nil {
		return nil, err
	}
	var out []Finding
	for _, x := range matches {
		f := o.pair(Near, &m.Samples[at[x.A]], &m.Samples[at[x.B]])
		f.Similarity = math.Round(float64(x.Similarity)*1000) / 1000
		out = append(out, f)
	}
	return out, nil
}
