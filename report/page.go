package report

import (
	"context"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/pipeline"
)

//go:embed templates
var templates embed.FS

// Templates returns what pages of the report's look are made with: the template
// "lines", which draws a LineChart, and the style sheet.
func Templates(funcs template.FuncMap) (*template.Template, template.CSS, error) {
	style, err := templates.ReadFile("templates/style.css")
	if err != nil {
		return nil, "", err
	}
	t, err := template.New("").Funcs(template.FuncMap{"area": area, "percent": percent, "score": score, "share": share}).Funcs(funcs).ParseFS(templates, "templates/charts.html")
	return t, template.CSS(style), err
}

// page is what the HTML template is given.
type page struct {
	Document
	Style              template.CSS
	Lead               []string
	Tiles              []tile
	Contrast           []tile
	Known, All, Others *matrix
	Views              []view
	Curves             []*LineChart
	Galleries          []gallery
	Sheet              template.URL
	Roles              []dataset.Role
	Totals             totals
	Numbers, Figures   []headline
	Reliability        []reliability
	DataCard           []fact
	ModelCard          []fact
	Limits             []string
	Rerun              string
	Explore            explorer
	Script             template.JS
	ScriptSource       string // that the content security policy allows
}

// tile is a headline number.
type tile struct {
	Name, Value, Counts, Note, Class string
	Width                            string // of its bar, in percent
}

// gallery is a row of example images.
type gallery struct {
	Title, Note, Empty string
	Cards              []card
}

// card is one example image.
type card struct {
	Source                    template.URL
	Alt, Shown, As, Score, ID string
	Class                     string
}

// totals are the sums under the dataset table.
type totals struct {
	Samples   map[dataset.Role]int
	Augmented int
	Groups    int
	Aside     int // captures in quarantine
}

// writeHTML writes the page, with every image embedded.
func (d Document) writeHTML(ctx context.Context, w io.Writer, s source, env pipeline.Env) error {
	t, style, err := Templates(template.FuncMap{
		"counts": counts, "ratio": ratio, "number": number, "scoreName": scoreName, "level": level,
	})
	if err != nil {
		return err
	}
	if t, err = t.ParseFS(templates, "templates/page.html"); err != nil {
		return err
	}
	p := page{
		Document: d, Style: style, Lead: d.lead(), Tiles: d.tiles(), Contrast: d.contrast(),
		Known: d.knownMatrix(), All: d.allMatrix(), Others: d.othersMatrix(),
		Curves: trainingCharts(d.Training), Roles: append(dataset.Roles(), dataset.Unused), Totals: d.totals(s),
		Numbers: d.headlines(), Figures: d.figures(), Reliability: d.reliabilities(), Limits: d.limits(), Rerun: d.rerun(),
	}
	p.DataCard, p.ModelCard = d.dataCard(p.Totals), d.modelCard(p.Totals)
	if p.Script, p.ScriptSource, err = script(); err != nil {
		return err
	}
	if p.Views, err = d.views(s.predictions); err != nil {
		return err
	}
	if p.Explore, err = d.explore(ctx, p.Views, s, env); err != nil {
		return err
	}
	if p.Galleries, err = d.galleries(ctx, s, env); err != nil {
		return err
	}
	if s.sheet != nil {
		if p.Sheet, err = dataURI(s.sheet); err != nil {
			return fmt.Errorf("%s of the augment stage: %w", sheetFile, err)
		}
	}
	return t.ExecuteTemplate(w, "page.html", p)
}

func (d Document) totals(s source) totals {
	t := totals{Samples: map[dataset.Role]int{}, Groups: len(s.manifest.Groups()), Aside: s.aside}
	for _, c := range d.Categories {
		t.Augmented += c.Augmented
		for r, n := range c.Samples {
			t.Samples[r] += n
		}
	}
	return t
}

// dataURI embeds an image. It fails on what browsers take for something else.
func dataURI(data []byte) (template.URL, error) {
	kind := http.DetectContentType(data)
	if !strings.HasPrefix(kind, "image/") {
		return "", fmt.Errorf("it is %s, want an image", kind)
	}
	return template.URL("data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data)), nil
}

// galleries embeds the images of the examples.
func (d Document) galleries(ctx context.Context, s source, env pipeline.Env) ([]gallery, error) {
	out := []gallery{
		{Title: "Typical", Note: "For each category the correct prediction of middle score.", Empty: "No test image was predicted correctly."},
		{Title: "Worst mistakes on known gestures", Note: "Those that gave the right name the smallest probability.", Empty: "Every known test image was named correctly."},
		{Title: "Most confident false accepts among unseen", Note: "Never trained, and taken for a known gesture.", Empty: "No unseen test image was taken for a known gesture."},
		{Title: "Most confident false accepts among unknown", Note: "Trained as na, and taken for a known gesture.", Empty: "No unknown test image was taken for a known gesture."},
	}
	at := map[string]*dataset.Sample{}
	for i := range s.manifest.Samples {
		at[s.manifest.Samples[i].ID] = &s.manifest.Samples[i]
	}
	for i, examples := range [][]Example{
		d.Examples.Typical, d.Examples.Mistakes, d.Examples.FalseAcceptsUnseen, d.Examples.FalseAcceptsUnknown,
	} {
		cards, err := pipeline.Each(ctx, env.Workers, examples, func(_ context.Context, e Example) (card, error) {
			return d.card(e, at[e.ID], env)
		})
		if err != nil {
			return nil, err
		}
		out[i].Cards = cards
	}
	return out, nil
}

func (d Document) card(e Example, s *dataset.Sample, env pipeline.Env) (card, error) {
	if s == nil {
		return card{}, fmt.Errorf("%s has sample %s, which is not in the manifest: run the validate stage again", evaluate.PredictionsFile, e.ID)
	}
	data, err := os.ReadFile(env.Image(s))
	if err != nil {
		return card{}, err
	}
	uri, err := dataURI(data)
	if err != nil {
		return card{}, fmt.Errorf("%s: %w", env.Image(s), err)
	}
	c := card{Source: uri, Shown: e.Category, As: d.Metrics.Labels[e.Prediction], Score: score(e.Score), ID: e.ID, Class: "wrong"}
	if e.Prediction == e.Target {
		c.Class = "right"
	}
	c.Alt = fmt.Sprintf("%s (%s), predicted as %s; score %s", c.Shown, e.Partition, c.As, c.Score)
	return c, nil
}
