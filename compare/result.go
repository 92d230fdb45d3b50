package compare

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// Schema is the version of the layout of JSONFile. It is raised when a key is
// removed or changes its meaning; new keys may come without.
const Schema = 1

// Result is what a comparison found, and JSONFile.
type Result struct {
	Schema     int          `json:"schema"`
	Title      string       `json:"title"`
	Decodings  []Decoding   `json:"decodings"`
	Rows       []Row        `json:"rows"`
	Pairs      []Pair       `json:"pairs"`
	Curves     []Curve      `json:"curves"`
	Cells      []CellResult `json:"cells"`
	Partitions []Partition  `json:"partitions"`
}

// Row is one training, decoded in one way: the mean over its cells.
type Row struct {
	Training
	Decoding string `json:"decoding"` // the name of one
	// Missed counts the cells that name no known validation sample right, so that
	// no threshold can be calibrated; theirs rejects everything.
	Missed  int                  `json:"missed"`
	Metrics map[Metric]Statistic `json:"metrics"`

	cells []int // of the result's cells, those of the training
	at    int   // of the decoding
}

// Statistic sums up a metric over cells. Mean is null over none, and SD, the
// sample standard deviation, over fewer than two.
type Statistic struct {
	Mean  *float64 `json:"mean"`
	SD    *float64 `json:"sd"`
	Cells int      `json:"cells"` // in which the metric is defined
}

// CellResult is one cell, with its values by decoding, or its error.
type CellResult struct {
	Cell
	Error  string   `json:"error,omitempty"`
	Values []Values `json:"values"`
}

// Values are what one decoding makes of one cell. A metric that is not defined
// is missing.
type Values struct {
	Decoding  string             `json:"decoding"`
	Threshold float64            `json:"threshold"`
	Missed    bool               `json:"missed"`
	Metrics   map[Metric]float64 `json:"metrics"`

	rates *rates
}

// Failed returns the cells that have an error.
func (r Result) Failed() []CellResult {
	var out []CellResult
	for _, c := range r.Cells {
		if c.Error != "" {
			out = append(out, c)
		}
	}
	return out
}

// newResult sums up the cells, which stand training by training.
func newResult(p Plan, decodings []Decoding, cells []CellResult) Result {
	r := Result{Schema: Schema, Title: p.Spec.Title, Decodings: decodings, Cells: cells, Partitions: p.Partitions}
	var of [][]int
	for i, c := range cells {
		if i == 0 || c.Training != cells[i-1].Training {
			of = append(of, nil)
		}
		of[len(of)-1] = append(of[len(of)-1], i)
	}
	for _, at := range of {
		for d := range decodings {
			r.Rows = append(r.Rows, r.row(at, d))
		}
	}
	r.Pairs, r.Curves = r.pairs(), r.curves(of)
	return r
}

func (r Result) row(cells []int, decoding int) Row {
	row := Row{
		Training: r.Cells[cells[0]].Training, Decoding: r.Decodings[decoding].Name,
		Metrics: map[Metric]Statistic{}, cells: cells, at: decoding,
	}
	for _, i := range cells {
		if v := r.Cells[i].Values; v != nil && v[decoding].Missed {
			row.Missed++
		}
	}
	for _, m := range Metrics() {
		var list []float64
		for _, i := range cells {
			if v, ok := r.Cells[i].value(decoding, m); ok {
				list = append(list, v)
			}
		}
		row.Metrics[m] = statistic(list)
	}
	return row
}

func (c CellResult) value(decoding int, m Metric) (float64, bool) {
	if c.Values == nil {
		return 0, false
	}
	v, ok := c.Values[decoding].Metrics[m]
	return v, ok
}

func statistic(list []float64) Statistic {
	s := Statistic{Cells: len(list)}
	if len(list) > 0 {
		mean := stat.Mean(list, nil)
		s.Mean = &mean
	}
	if len(list) > 1 {
		sd := math.Sqrt(stat.Variance(list, nil))
		s.SD = &sd
	}
	return s
}
