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
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/pipeline"
)

// maxImages is how many images the explorer embeds. The counts are of every
// image.
const maxImages = 480

// explorer is what the page's script is given to decide the test anew by any
// score and threshold. A test image is one place in each list.
type explorer struct {
	Labels []string       `json:"labels"` // na first
	Target []int          `json:"target"`
	Kind   []string       `json:"kind"`
	Shown  []string       `json:"shown"` // the category
	ID     []string       `json:"id"`
	Images []template.URL `json:"images"` // "" beyond the most that are embedded
	Scores []exploreScore `json:"scores"` // as the views; the first is in force
}

// Embedded says how many of the test images the page has, and which.
func (e explorer) Embedded() string {
	n := 0
	for _, i := range e.Images {
		if i != "" {
			n++
		}
	}
	if n == len(e.Images) {
		return fmt.Sprintf("All %d test images are in this page.", n)
	}
	return fmt.Sprintf("%d of the %d test images are in this page: in turn one of each category, prediction and fifth of the scores, in the order of %s. The counts are of all.",
		n, len(e.Images), evaluate.PredictionsFile)
}

// exploreScore is all that decides by a score.
type exploreScore struct {
	Threshold float64   `json:"threshold"`
	Low       float64   `json:"low"` // the slider's ends
	High      float64   `json:"high"`
	Argmax    []int     `json:"argmax"`
	Score     []float64 `json:"score"`
	Bar       []int     `json:"bar"` // of the histogram
}

// explore gathers the test images.
func (d Document) explore(ctx context.Context, views []view, s source, env pipeline.Env) (explorer, error) {
	e := explorer{Labels: d.Metrics.Labels}
	for _, v := range views {
		x := exploreScore{Threshold: v.Threshold, Low: v.Low, High: v.High}
		for _, o := range v.outcomes {
			x.Low, x.High = min(x.Low, o.Score), max(x.High, o.Score)
			x.Argmax, x.Score = append(x.Argmax, o.Argmax), append(x.Score, o.Score)
			x.Bar = append(x.Bar, bin(o.KnownScore, v.Low, v.High))
		}
		e.Scores = append(e.Scores, x)
	}
	for _, p := range s.predictions {
		if p.Role == string(dataset.Test) {
			e.Target, e.Kind = append(e.Target, p.Target), append(e.Kind, string(p.Kind))
			e.Shown, e.ID = append(e.Shown, p.Category), append(e.ID, p.ID)
		}
	}
	at := map[string]*dataset.Sample{}
	for i := range s.manifest.Samples {
		at[s.manifest.Samples[i].ID] = &s.manifest.Samples[i]
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
	x := e.Scores[0]
	rank, like := make([]int, len(e.ID)), map[string]int{}
	order := make([]int, len(e.ID))
	for i := range order {
		key := fmt.Sprint(e.Shown[i], "/", x.Argmax[i], "/", int(5*(x.Score[i]-x.Low)/max(x.High-x.Low, 1e-9)))
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
