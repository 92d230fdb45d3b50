package report

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"os"
	"slices"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
)

// maxImages is how many images the explorer embeds. The counts are of every
// image.
const maxImages = 480

// explorer is what the page's script is given to decide the test anew at any
// threshold. A test image is one place in each list.
type explorer struct {
	Labels    []string       `json:"labels"` // na first
	Threshold float64        `json:"threshold"`
	Low       float64        `json:"low"` // the slider's ends
	High      float64        `json:"high"`
	Target    []int          `json:"target"`
	Argmax    []int          `json:"argmax"`
	Score     []float64      `json:"score"`
	Kind      []string       `json:"kind"`
	Shown     []string       `json:"shown"` // the category
	ID        []string       `json:"id"`
	Images    []template.URL `json:"images"` // "" beyond the most that are embedded
}

// explore gathers the test images.
func (d Document) explore(ctx context.Context, s source, env pipeline.Env) (explorer, error) {
	e := explorer{Labels: d.Metrics.Labels, Threshold: d.Metrics.Threshold, Low: 0, High: 1}
	at := map[string]*dataset.Sample{}
	for i := range s.manifest.Samples {
		at[s.manifest.Samples[i].ID] = &s.manifest.Samples[i]
	}
	for _, p := range s.predictions {
		if p.Role != string(dataset.Test) {
			continue
		}
		e.Low, e.High = min(e.Low, p.Score), max(e.High, p.Score)
		e.Target, e.Argmax, e.Score = append(e.Target, p.Target), append(e.Argmax, p.Argmax), append(e.Score, p.Score)
		e.Kind, e.Shown, e.ID = append(e.Kind, string(p.Kind)), append(e.Shown, p.Category), append(e.ID, p.ID)
	}
	wanted := make([]*dataset.Sample, len(e.ID))
	for _, i := range e.embedded() {
		wanted[i] = at[e.ID[i]]
	}
	var err error
	e.Images, err = pipeline.Each(ctx, env.Workers, wanted, func(_ context.Context, s *dataset.Sample) (template.URL, error) {
		if s == nil {
			return "", nil
		}
		data, err := os.ReadFile(env.Image(s))
		if err != nil {
			return "", err
		}
		return dataURI(data)
	})
	return e, err
}

// embedded returns the images to embed: in turn one of each category, label and
// fifth of the scores, so that there are some behind most numbers at most
// thresholds.
func (e explorer) embedded() []int {
	rank, like := make([]int, len(e.ID)), map[string]int{}
	order := make([]int, len(e.ID))
	for i := range order {
		key := fmt.Sprint(e.Shown[i], "/", e.Argmax[i], "/", int(5*(e.Score[i]-e.Low)/(e.High-e.Low)))
		order[i], rank[i] = i, like[key]
		like[key]++
	}
	slices.SortStableFunc(order, func(a, b int) int { return rank[a] - rank[b] })
	return order[:min(len(order), maxImages)]
}

// script returns the page's script and the source that the page's content
// security policy allows for it.
func script() (template.JS, string, error) {
	text, err := templates.ReadFile("templates/explore.js")
	if err != nil {
		return "", "", err
	}
	sum := sha256.Sum256(text)
	return template.JS(text), "sha256-" + base64.StdEncoding.EncodeToString(sum[:]), nil
}
