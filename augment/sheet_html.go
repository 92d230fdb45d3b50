package augment

import (
	"bytes"
	"encoding/base64"
	"html/template"
	"image"
	"image/png"
	"io"
	"strconv"

	"github.com/gesturekit/gesturekit/rng"
)

// SheetHTML writes Sheet's pictures as one HTML file that needs no other, with
// the recipe, the values drawn and the traces as text.
func SheetHTML(w io.Writer, r Recipe, key rng.Key, pictures []*image.RGBA) error {
	s, err := layOut(r, key, pictures)
	if err != nil {
		return err
	}
	page := sheetPage{Name: r.name, Recipe: presetText(r.name)}
	if r.name == "" {
		steps, err := r.MarshalYAML()
		if err != nil {
			return err
		}
		page.Recipe = string(steps)
	}
	for i, row := range s.rows {
		out := sheetRow{Title: s.titles[i]}
		for _, t := range row {
			f, err := t.figure()
			if err != nil {
				return err
			}
			out.Figures = append(out.Figures, f)
		}
		page.Rows = append(page.Rows, out)
	}
	t, err := template.New("sheet").Parse(sheetTemplate)
	if err != nil {
		return err
	}
	return t.Execute(w, page)
}

type sheetPage struct {
	Name, Recipe string
	Rows         []sheetRow
}

type sheetRow struct {
	Title   string
	Figures []sheetFigure
}

type sheetFigure struct {
	Label         string
	Image         template.URL // base64 of a PNG, which needs no escaping
	Width, Height int
	Values        []string // an op and what was drawn for it
	Trace         string
}

func (t *tile) figure() (sheetFigure, error) {
	var b bytes.Buffer
	if err := png.Encode(&b, t.picture); err != nil {
		return sheetFigure{}, err
	}
	f := sheetFigure{
		Label: t.label, Trace: t.trace.String(), Width: t.picture.Rect.Dx(), Height: t.picture.Rect.Dy(),
		Image: template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())),
	}
	for i := range t.trace {
		f.Values = append(f.Values, t.trace[i].values())
	}
	return f, nil
}

// values returns the op and its parameters with three digits.
func (d *drawn) values() string {
	text := d.op.Name
	for i, p := range d.op.Params {
		value := strconv.FormatFloat(d.v[i], 'g', 3, 64)
		if p.Choices != nil {
			value = p.Choices[int(d.v[i])]
		} else if p.Integer {
			value = strconv.FormatFloat(d.v[i], 'f', 0, 64)
		}
		text += ", " + p.Name + " " + value
	}
	return text
}

const sheetTemplate = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Augmentation{{with .Name}}: {{.}}{{end}}</title>
<style>
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif }
body { margin: 1rem }
h2 { font-size: 1rem; margin: 1.2rem 0 .4rem }
section > div { display: flex; flex-wrap: wrap; gap: .5rem }
figure { margin: 0; width: 128px }
figcaption, pre, li { font-size: 12px }
ul { margin: 0; padding-left: 1rem }
code { overflow-wrap: anywhere }
</style>
<h1>Augmentation{{with .Name}}: {{.}}{{end}}</h1>
<details><summary>recipe</summary><pre>{{.Recipe}}</pre></details>
{{range .Rows}}<section>
<h2>{{.Title}}</h2>
<div>
{{range .Figures}}<figure>
<img src="{{.Image}}" width="{{.Width}}" height="{{.Height}}" alt="{{.Label}}">
<figcaption>{{if .Values}}<details><summary>{{.Label}}</summary>
<ul>{{range .Values}}<li>{{.}}</li>{{end}}</ul>
<code>{{.Trace}}</code></details>{{else}}{{.Label}}{{end}}</figcaption>
</figure>
{{end}}</div>
</section>
{{end}}</html>
`
