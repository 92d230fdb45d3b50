package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// axis maps values to places along one side of a chart.
type axis struct{ lo, hi, from, to float64 }

func (a axis) at(v float64) float64 {
	if a.hi == a.lo {
		return a.from
	}
	// The conversion keeps the product from being fused with the sum, which
	// would make its last bit depend on the architecture.
	return a.from + float64((v-a.lo)/(a.hi-a.lo)*(a.to-a.from))
}

// px writes a place to a tenth of a unit.
func px(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// tick is a labelled place on an axis.
type tick struct{ At, Label string }

// step returns the distance of 1, 2 or 5 times a power of ten that parts span
// into at most n.
func step(span float64, n int) float64 {
	if !(span > 0) {
		return 1
	}
	base := math.Pow10(int(math.Floor(math.Log10(span / float64(n)))))
	for _, m := range []float64{1, 2, 5} {
		if span <= base*m*float64(n)*(1+1e-9) {
			return base * m
		}
	}
	return 10 * base
}

// ticks returns round values within the axis, at most about n.
func (a axis) ticks(n int) []tick { return a.every(step(a.hi-a.lo, n)) }

// every returns the multiples of by within the axis.
func (a axis) every(by float64) []tick {
	var out []tick
	for i := int(math.Ceil(a.lo/by - 1e-9)); float64(i)*by <= a.hi+by*1e-9; i++ {
		v := float64(i) * by
		out = append(out, tick{px(a.at(v)), decimal(v, by)})
	}
	return out
}

// decimal writes v with the digits that steps of by need.
func decimal(v, by float64) string {
	digits := max(0, int(math.Ceil(-math.Log10(by)-1e-9)))
	if digits > 4 {
		return strconv.FormatFloat(v, 'e', 0, 64)
	}
	return strconv.FormatFloat(v, 'f', digits, 64)
}

// line is one curve; Class gives its colour and dashes in the style sheet.
type line struct{ Name, Class, Path string }

// mark is a vertical line with a note at its head.
type mark struct{ X, Label, Anchor string }

// LineChart is the geometry of a chart with curves, which the template "lines"
// of Templates draws. Width and height are in units of the SVG's own.
type LineChart struct {
	Title, Aria            string
	Width, Height          int
	Left, Right, Top, Base string
	XTicks, YTicks         []tick
	XLabel                 string
	Lines                  []line
	Marks                  []mark
	// What the report's script moves: the line at the threshold and the points
	// at what it gives. Name is what the script knows the chart by.
	Name   string
	Moving string
	Points []point
	x, y   axis
}

// point is where a threshold stands among the curves. Class gives its colour, and
// Of says what it is of.
type point struct{ Class, Of, X, Y string }

// XAxis and YAxis tell the script how to place a value.
func (c *LineChart) XAxis() string { return c.x.String() }

// YAxis is documented with XAxis.
func (c *LineChart) YAxis() string { return c.y.String() }

// String returns the ends, and their places.
func (a axis) String() string { return fmt.Sprint(a.lo, a.hi, a.from, a.to) }

// NewLineChart returns an empty chart for x in [x0, x1] and y in [y0, y1], with
// ticks on the y axis.
func NewLineChart(title string, width, height int, x0, x1, y0, y1 float64) *LineChart {
	c := &LineChart{
		Title: title, Width: width, Height: height,
		x: axis{x0, x1, 44, float64(width) - 22},
		y: axis{y0, y1, float64(height) - 38, 20},
	}
	c.Left, c.Right, c.Top, c.Base = px(c.x.from), px(c.x.to), px(c.y.to), px(c.y.from)
	c.YTicks = c.y.ticks(5)
	return c
}

// PercentX labels the x axis, which runs from 0 to 1, in percent.
func (c *LineChart) PercentX() { c.XTicks = c.x.percents() }

// PercentY labels the y axis, which runs from 0 to 1, in percent.
func (c *LineChart) PercentY() { c.YTicks = c.y.percents() }

func (a axis) percents() (out []tick) {
	for _, v := range []int{0, 25, 50, 75, 100} {
		out = append(out, tick{px(a.at(float64(v) / 100)), fmt.Sprintf("%d %%", v)})
	}
	return out
}

// Add draws a curve through n points. Points without a value break it.
func (c *LineChart) Add(name, class string, n int, at func(i int) (x, y float64, ok bool)) {
	var path strings.Builder
	pen, last, drawn := "M", "", false
	for i := range n {
		x, y, ok := at(i)
		if !ok {
			pen = "M"
			continue
		}
		if place := px(c.x.at(x)) + " " + px(c.y.at(y)); place != last || pen == "M" {
			path.WriteString(pen + place)
			pen, last, drawn = "L", place, true
		}
	}
	if drawn {
		c.Lines = append(c.Lines, line{name, class, path.String()})
	}
}

// point marks a place.
func (c *LineChart) point(class, of string, x, y float64) {
	c.Points = append(c.Points, point{class, of, px(c.x.at(x)), px(c.y.at(y))})
}

// mark draws a vertical line at x.
func (c *LineChart) mark(x float64, label string) {
	c.Marks = append(c.Marks, newMark(c.x, x, label))
}

// newMark puts the note on the side of the line that has room.
func newMark(a axis, x float64, label string) mark {
	m := mark{X: px(a.at(x)), Label: label, Anchor: "start"}
	if a.at(x) > (a.from+a.to)/2 {
		m.Anchor = "end"
	}
	return m
}
