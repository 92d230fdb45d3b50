package report

import (
	"fmt"
	"strconv"

	"github.com/gesturekit/gesturekit/evaluate"
)

// matrix is a confusion matrix as a table, which the page's script keeps at the
// threshold that the reader chooses. Name is what the script knows it by.
type matrix struct {
	Name, Caption string
	Columns       []string // the labels predicted
	Rows          []matrixRow
}

// matrixRow counts what one row's images are predicted as.
type matrixRow struct {
	Name  string
	Cells []cell
	Right evaluate.Proportion
}

// cell is a count, and its share of the row.
type cell struct {
	Count              int
	Share, Class, Note string
}

// rowOf counts predictions by label, of which those from first on are shown.
func rowOf(name string, target int, counts []int, labels []string, first int) matrixRow {
	r := matrixRow{Name: name, Right: evaluate.Proportion{Count: counts[target]}}
	for _, n := range counts {
		r.Right.Of += n
	}
	for l := first; l < len(counts); l++ {
		c := cell{Count: counts[l], Class: "zero", Note: fmt.Sprintf("%s predicted as %s: %d of %d", name, labels[l], counts[l], r.Right.Of)}
		if c.Count > 0 {
			share := float64(c.Count) / float64(r.Right.Of)
			c.Share, c.Class = strconv.FormatFloat(share, 'f', 3, 64), "wrong"
			if l == target {
				c.Class = "right"
			}
		}
		r.Cells = append(r.Cells, c)
	}
	return r
}

// knownMatrix and allMatrix are the two confusion matrices of the metrics.
func (d Document) knownMatrix() *matrix {
	first := 1
	if d.Metrics.HasNA {
		first = evaluate.NA
	}
	m := d.labelMatrix("known", "Known test images, by the largest output without threshold", d.Metrics.Test.ConfusionKnown, first)
	m.Rows = m.Rows[1:]
	return m
}

func (d Document) allMatrix() *matrix {
	return d.labelMatrix("all", "All test images, with the threshold", d.Metrics.Test.ConfusionAll, evaluate.NA)
}

func (d Document) labelMatrix(name, caption string, c evaluate.Confusion, first int) *matrix {
	m := &matrix{Name: name, Caption: caption, Columns: d.Metrics.Labels[first:]}
	for l, counts := range c {
		m.Rows = append(m.Rows, rowOf(d.Metrics.Labels[l], l, counts, d.Metrics.Labels, first))
	}
	return m
}

// othersMatrix shows what the categories that must come out as na are taken for;
// nil without any in the test.
func (d Document) othersMatrix() *matrix {
	m := &matrix{Name: "others", Caption: "Test images that must be rejected, by category, with the threshold", Columns: d.Metrics.Labels}
	for _, c := range d.inPartitions("unknown", "unseen") {
		if c.Correct.Of > 0 {
			m.Rows = append(m.Rows, rowOf(string(c.Partition)+" · "+c.Category, evaluate.NA, c.Predicted, d.Metrics.Labels, evaluate.NA))
		}
	}
	if len(m.Rows) == 0 {
		return nil
	}
	return m
}

// Upright tells that the names of the columns stand upright, for side by side
// they would need too much room.
func (m *matrix) Upright() bool {
	total, longest := 0, 0
	for _, name := range m.Columns {
		n := len([]rune(name))
		total, longest = total+max(4, n), max(longest, n)
	}
	return total > 36 || longest > 7
}

// Wide tells that the matrix needs the page's whole width.
func (m *matrix) Wide() bool { return len(m.Columns) > 9 }
