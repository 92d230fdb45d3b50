package compare

import (
	"embed"
	"fmt"
	"html/template"
	"io"

	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/report"
)

//go:embed templates
var templates embed.FS

// page is what the HTML template is given.
type page struct {
	Title, Extent string
	Style, Series template.CSS
	Metrics       []Metric
	Splits        []section
	Cells         []CellResult
	Partitions    []Partition
	Notes         []string
	Failed        int
	// ByPartition tells that there are partitions enough for the test over them.
	ByPartition bool
}

// section is the part of the page about one split.
type section struct {
	Split  Split
	Rows   []pageRow
	Tests  []pageTests
	Curves []figures
}

type pageRow struct {
	Training, Decoding string
	First              bool // of its training
	Values             []pageValue
}

type pageValue struct {
	Text string
	Best bool // no row of the split has a higher mean
}

// pageTests are the paired tests of one metric.
type pageTests struct {
	Metric Metric
	Pairs  []pagePair
}

type pagePair struct{ Row, Minus, Difference, TTest, Wilcoxon, ByPartition string }

// figures are the OSCR and the ROC curves of what is compared under one heading.
type figures struct {
	Title  string
	Charts []*report.LineChart
}

// WriteHTML writes the table, the tests and the curves as one file that needs no
// network and runs no script.
func (r Result) WriteHTML(w io.Writer) error {
	t, style, err := report.Templates(template.FuncMap{"link": link})
	if err != nil {
		return err
	}
	if t, err = t.ParseFS(templates, "templates/page.html"); err != nil {
		return err
	}
	series, err := templates.ReadFile("templates/series.css")
	if err != nil {
		return err
	}
	p := page{
		Title: r.Title, Extent: r.extent(), Style: style, Series: template.CSS(series), Metrics: Metrics(),
		Cells: r.Cells, Partitions: r.Partitions, Notes: r.notes(), Failed: len(r.Failed()), ByPartition: len(r.Partitions) > 2,
	}
	for _, s := range r.splits() {
		p.Splits = append(p.Splits, section{Split: s, Rows: r.pageRows(s), Tests: r.pageTests(s), Curves: r.figures(s)})
	}
	return t.ExecuteTemplate(w, "page.html", p)
}

// link is the address of a cell's report, from the comparison's folder. Names of
// cells are safe in one.
func link(c CellResult) template.URL { return template.URL(c.Path + "/report/report.html") }

func (r Result) pageRows(s Split) (out []pageRow) {
	best := map[Metric]float64{}
	for _, row := range r.Rows {
		for m, v := range row.Metrics {
			if old, ok := best[m]; row.Split == s && v.Mean != nil && (!ok || *v.Mean > old) {
				best[m] = *v.Mean
			}
		}
	}
	for _, row := range r.Rows {
		if row.Split != s {
			continue
		}
		line := pageRow{Training: r.Label(row.Training), Decoding: row.Decoding, First: row.at == 0}
		for _, m := range Metrics() {
			v := row.Metrics[m]
			line.Values = append(line.Values, pageValue{v.String(), v.Mean != nil && *v.Mean == best[m]})
		}
		out = append(out, line)
	}
	return out
}

func (r Result) pageTests(s Split) (out []pageTests) {
	at := map[Metric]int{}
	for _, p := range r.Pairs {
		a, b := r.Rows[p.A], r.Rows[p.B]
		if a.Split != s || p.Difference.Cells < 2 {
			continue
		}
		if _, ok := at[p.Metric]; !ok {
			at[p.Metric] = len(out)
			out = append(out, pageTests{Metric: p.Metric})
		}
		t := &out[at[p.Metric]]
		t.Pairs = append(t.Pairs, pagePair{
			r.Label(b.Training) + ", " + b.Decoding, r.Label(a.Training) + ", " + a.Decoding,
			p.Difference.String(), chance(p.TTest), chance(p.Wilcoxon), chance(p.ByPartition),
		})
	}
	return out
}

// figures lays the trainings over one another, score by score, and then the
// scores, training by training.
func (r Result) figures(s Split) (out []figures) {
	var trainings []Training
	for _, c := range r.Curves {
		if n := len(trainings); c.Split == s && (n == 0 || trainings[n-1] != c.Training) {
			trainings = append(trainings, c.Training)
		}
	}
	if len(trainings) > 1 {
		for _, score := range evaluate.Scores() {
			out = r.figure(out, "By "+string(score), s, func(c Curve) (string, bool) { return r.Label(c.Training), c.Score == score })
		}
	}
	for _, t := range trainings {
		out = r.figure(out, "Scores of "+r.Label(t), s, func(c Curve) (string, bool) { return string(c.Score), c.Training == t })
	}
	return out
}

// figure appends the charts of the curves that name takes, if there are any.
func (r Result) figure(out []figures, title string, s Split, name func(Curve) (string, bool)) []figures {
	oscr := chart("OSCR: named right", title)
	roc := chart("ROC: accepted, whatever the name", title)
	n := 0
	for _, c := range r.Curves {
		label, ok := name(c)
		if c.Split != s || !ok {
			continue
		}
		class := fmt.Sprintf("series%d dash%d", n%seriesColours, n%seriesDashes)
		n++
		add := func(chart *report.LineChart, m Metric, y []float64) {
			chart.Add(label+r.of(c, m), class, len(y), func(i int) (float64, float64, bool) {
				return float64(i) / gridSteps, y[i], true
			})
		}
		add(oscr, OSCRUnseen, c.CCR)
		add(roc, AUROCUnseen, c.TPR)
	}
	if n == 0 {
		return out
	}
	return append(out, figures{title, []*report.LineChart{oscr, roc}})
}

// The colours and dashes of series.css. Both change from curve to curve, so that those
// that lie over one another are told apart without colour, too; a curve beyond their
// product looks like an earlier one.
const (
	seriesColours = 8
	seriesDashes  = 3
)

func chart(title, of string) *report.LineChart {
	c := report.NewLineChart(title, 460, 280, 0, 1, 0, 1)
	c.Aria = of + ": share of the known test images " + map[bool]string{true: "named right", false: "accepted"}[title[0] == 'O'] +
		", over the share of the unseen ones accepted; the areas are in the legend"
	c.XLabel = "unseen accepted (false positive rate)"
	c.PercentX()
	c.PercentY()
	return c
}

// of writes the mean area under a curve, which the rows of its training and score
// have.
func (r Result) of(c Curve, m Metric) string {
	for _, row := range r.Rows {
		if row.Training == c.Training && r.Decodings[row.at].Score == c.Score {
			return ", area " + row.Metrics[m].String()
		}
	}
	return ""
}
