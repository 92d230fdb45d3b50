package report

import (
	"fmt"
	"strconv"

	"github.com/gesturekit/gesturekit/evaluate"
)

// matrix is the geometry of a confusion matrix as a picture, and its numbers as
// a table.
type matrix struct {
	Aria          string
	Width, Height int
	MinWidth      int // below it the labels cannot be read: scroll instead
	Cells         []cell
	Rows, Columns []caption
	Corner        [2]string // place of "shown" and "predicted"
	Names         []string  // column names
	Table         []tableRow
}

// cell is one square with its count, filled to a share of its row.
type cell struct {
	X, Y, Side, TextX, TextY string
	Class                    string // "right" or "wrong", and "deep" where light text is needed; "" for 0
	Opacity                  string
	Count                    string
	Note                     string
}

// caption is a row's or column's name and the share of the row on the diagonal.
type caption struct{ X, Y, Name, Share, ShareX string }

type tableRow struct {
	Name   string
	Counts []int
	Share  string
}

// matrixRow is what a matrix shows in a row.
type matrixRow struct {
	name   string
	target int
	counts []int // by label
}

// newMatrix draws rows over the labels from first on.
func newMatrix(aria string, rows []matrixRow, labels []string, first int) *matrix {
	if len(rows) == 0 {
		return nil
	}
	shown := labels[first:]
	side := min(40, max(20, 360/max(len(shown), len(rows))))
	left, top := textWidth(rows), columnHeight(shown)
	m := &matrix{Aria: aria, Names: shown, Width: left + side*len(shown) + 62, Height: top + side*len(rows) + 8}
	m.Corner = [2]string{strconv.Itoa(left - 8), strconv.Itoa(top - 8)}
	for j, name := range shown {
		m.Columns = append(m.Columns, caption{X: px(float64(left+j*side) + float64(side)*0.5), Y: strconv.Itoa(top - 8), Name: short(name)})
		m.Width = max(m.Width, left+j*side+columnHeight([]string{name}))
	}
	m.MinWidth = m.Width * 3 / 4
	for i, r := range rows {
		y := top + i*side
		var hit evaluate.Proportion
		for l, n := range r.counts {
			hit.Of += n
			if l == r.target {
				hit.Count = n
			}
		}
		middle := px(float64(y) + float64(side)*0.5)
		m.Rows = append(m.Rows, caption{
			X: strconv.Itoa(left - 8), Y: middle, Name: short(r.name),
			Share: percent(hit), ShareX: strconv.Itoa(left + side*len(shown) + 10),
		})
		m.Table = append(m.Table, tableRow{r.name, r.counts[first:], percent(hit)})
		for j := range shown {
			m.Cells = append(m.Cells, newCell(left+j*side, y, side, r, j+first, labels, hit.Of))
		}
	}
	return m
}

func newCell(x, y, side int, r matrixRow, label int, labels []string, total int) cell {
	n := r.counts[label]
	c := cell{
		X: strconv.Itoa(x), Y: strconv.Itoa(y), Side: strconv.Itoa(side - 2),
		TextX: px(float64(x) + float64(side-2)*0.5), TextY: px(float64(y) + float64(side-2)*0.5),
	}
	c.Note = fmt.Sprintf("%s predicted as %s: %d of %d", r.name, labels[label], n, total)
	if n == 0 {
		return c
	}
	share := float64(n) / float64(total)
	c.Count = strconv.Itoa(n)
	c.Opacity = strconv.FormatFloat(0.24+float64(0.76*share), 'f', 2, 64)
	c.Class = "wrong"
	if label == r.target {
		c.Class = "right"
	}
	if share > 0.45 {
		c.Class += " deep"
	}
	return c
}

// knownMatrix and allMatrix are the two confusion matrices of the metrics.
func (d Document) knownMatrix() *matrix {
	rows := labelRows(d.Metrics.Test.ConfusionKnown, d.Metrics.Labels)
	first := 1
	if d.Metrics.HasNA {
		first = evaluate.NA
	}
	return newMatrix("Confusion matrix of the known test images, by the largest probability without threshold", rows[1:], d.Metrics.Labels, first)
}

func (d Document) allMatrix() *matrix {
	return newMatrix("Confusion matrix of all test images, with the threshold",
		labelRows(d.Metrics.Test.ConfusionAll, d.Metrics.Labels), d.Metrics.Labels, evaluate.NA)
}

// othersMatrix shows what the categories that must come out as na are taken for.
func (d Document) othersMatrix() *matrix {
	var rows []matrixRow
	for _, c := range d.inPartitions("unknown", "unseen") {
		if c.Correct.Of > 0 {
			rows = append(rows, matrixRow{string(c.Partition) + " · " + c.Category, evaluate.NA, c.Predicted})
		}
	}
	return newMatrix("What test images of unknown and unseen categories are predicted as", rows, d.Metrics.Labels, evaluate.NA)
}

func labelRows(c evaluate.Confusion, labels []string) []matrixRow {
	var rows []matrixRow
	for l, counts := range c {
		rows = append(rows, matrixRow{labels[l], l, counts})
	}
	return rows
}

// abreast is the widest matrix that finds room beside another one.
const abreast = 500

// Wide tells that the matrix needs the page's whole width.
func (m *matrix) Wide() bool { return m.Width > abreast }

// maxName is the longest name, in characters, that a chart shows in full.
const maxName = 22

func short(name string) string {
	if r := []rune(name); len(r) > maxName {
		return string(r[:maxName-1]) + "…"
	}
	return name
}

// textWidth is the room for row names, at most 8 units a character on average.
func textWidth(rows []matrixRow) int {
	n := 13 // of "shown ↓ as →"
	for _, r := range rows {
		n = max(n, len([]rune(short(r.name))))
	}
	return 8*n + 12
}

// columnHeight is the room for column names, which stand at 45 degrees and so
// reach as far to the right as they do upwards.
func columnHeight(names []string) int {
	n := 4
	for _, name := range names {
		n = max(n, len([]rune(short(name))))
	}
	return 5*n + 22
}
