package report

import (
	"fmt"

	"github.com/gesturekit/gesturekit/evaluate"
)

// reliability is the geometry of a reliability diagram: how often the most probable
// label is right, over its probability.
type reliability struct {
	Title, Caption, Aria   string
	Width, Height          int
	Left, Right, Top, Base string
	XTicks, YTicks         []tick
	Bars                   []reliabilityBar
	Table                  []evaluate.CalibrationBin
	ECE                    *float64
}

// reliabilityBar is a bin: its accuracy as a bar, and the mean confidence, where it
// should end, as a line.
type reliabilityBar struct{ X, Y, W, H, Mean, X2, Note string }

// reliabilities draws the calibration of the known and of all test images.
func (d Document) reliabilities() (out []reliability) {
	for _, of := range []struct{ key, title, caption string }{
		{string(evaluate.Known), "Known gestures", "right: the gesture has its name"},
		{evaluate.AllSamples, "All test images", "right: also na for what is unknown or unseen, if the model has a column for it"},
	} {
		c, ok := d.Metrics.Test.Calibration[of.key]
		if ok && c.ECE != nil {
			out = append(out, newReliability(of.title, of.caption, c))
		}
	}
	return out
}

func newReliability(title, caption string, c evaluate.Calibration) reliability {
	r := reliability{Title: title, Caption: caption, Width: 460, Height: 280, ECE: c.ECE, Table: c.Bins}
	x, y := axis{0, 1, 44, float64(r.Width) - 22}, axis{0, 1, float64(r.Height) - 38, 20}
	r.Left, r.Right, r.Top, r.Base = px(x.from), px(x.to), px(y.to), px(y.from)
	r.XTicks, r.YTicks = x.percents(), y.percents()
	r.Aria = fmt.Sprintf("Reliability diagram, %s: expected calibration error %s; the table below has the numbers", title, area(c.ECE))
	for _, b := range c.Bins {
		v, ok := b.Accuracy.Value()
		if !ok || b.Confidence == nil {
			continue
		}
		left, right := x.at(b.Low)+1, x.at(b.High)-1
		r.Bars = append(r.Bars, reliabilityBar{
			X: px(left), W: px(right - left), Y: px(y.at(v)), H: px(y.at(0) - y.at(v)), Mean: px(y.at(*b.Confidence)), X2: px(right),
			Note: fmt.Sprintf("%s to %s: %s right; mean probability %s", score(b.Low), score(b.High), share(b.Accuracy), score(*b.Confidence)),
		})
	}
	return r
}
