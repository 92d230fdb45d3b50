package report

import (
	"fmt"
	"strconv"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
)

// steps is the resolution of the threshold chart.
const steps = 100

func testOutcomes(lines []evaluate.Prediction) []evaluate.Outcome {
	var out []evaluate.Outcome
	for _, p := range lines {
		if p.Role == string(dataset.Test) {
			out = append(out, p.Outcome)
		}
	}
	return out
}

// sweepChart shows what other thresholds would have done.
func sweepChart(outcomes []evaluate.Outcome, threshold float64) *LineChart {
	lo, hi := evaluate.ScoreRange(outcomes)
	c := NewLineChart("Threshold", 460, 280, lo, hi, 0, 1)
	c.Aria = "Accuracy and recall of na over the threshold"
	c.XLabel = "threshold"
	c.XTicks = c.x.ticks(5)
	c.PercentY()
	points := evaluate.Sweep(outcomes, steps)
	for _, l := range []struct {
		name, class string
		of          func(evaluate.SweepPoint) evaluate.Proportion
	}{
		{"overall accuracy", "overall", func(p evaluate.SweepPoint) evaluate.Proportion { return p.OverallAccuracy }},
		{"known accuracy", "known", func(p evaluate.SweepPoint) evaluate.Proportion { return p.KnownAccuracy }},
		{"unknown rejected", "unknown", func(p evaluate.SweepPoint) evaluate.Proportion { return p.NARecallUnknown }},
		{"unseen rejected", "unseen", func(p evaluate.SweepPoint) evaluate.Proportion { return p.NARecallUnseen }},
	} {
		c.Add(l.name, l.class, len(points), func(i int) (x, y float64, ok bool) {
			y, ok = l.of(points[i]).Value()
			return points[i].Threshold, y, ok
		})
	}
	c.mark(threshold, "in force: "+number(threshold))
	return c
}

// oscrChart shows how many known samples are named correctly for how many
// others accepted. It is nil without samples of both kinds.
func oscrChart(outcomes []evaluate.Outcome) *LineChart {
	c := NewLineChart("Open-set classification rate", 460, 280, 0, 1, 0, 1)
	c.Aria = "Known samples named correctly over other samples accepted, by threshold"
	c.XLabel = "others accepted (false positive rate)"
	c.PercentX()
	c.PercentY()
	for _, against := range []evaluate.Kind{evaluate.Unknown, evaluate.Unseen} {
		curve, err := evaluate.CurveOf(outcomes, string(against))
		if err != nil || curve.Known == 0 || curve.Others == 0 {
			continue // scores were checked when they were read
		}
		name := fmt.Sprintf("against %s, area %s", against, area(curve.OSCRArea()))
		c.Add(name, string(against), len(curve.Points), func(i int) (x, y float64, ok bool) {
			x, _ = curve.FPR(curve.Points[i]).Value()
			y, ok = curve.CCR(curve.Points[i]).Value()
			return x, y, ok
		})
	}
	if len(c.Lines) == 0 {
		return nil
	}
	return c
}

// trainingCharts shows loss, validation accuracy and learning rate by epoch.
func trainingCharts(t Training) []*LineChart {
	if len(t.Epochs) == 0 {
		return nil
	}
	highLoss, highRate := 0.0, 0.0
	for _, e := range t.Epochs {
		highLoss = max(highLoss, e.Loss, e.Validation.Loss)
		highRate = max(highRate, e.LearningRate)
	}
	last := len(t.Epochs)
	chart := func(title string, high float64) *LineChart {
		c := NewLineChart(title, 340, 210, 1, float64(max(last, 2)), 0, high)
		c.XLabel = "epoch"
		for i := 1; i <= last; i += max(1, (last+5)/6) {
			c.XTicks = append(c.XTicks, tick{px(c.x.at(float64(i))), strconv.Itoa(i)})
		}
		if t.Best > 0 && t.Best <= last {
			c.mark(float64(t.Best), "best: "+strconv.Itoa(t.Best))
		}
		return c
	}
	add := func(c *LineChart, name, class string, of func(Epoch) (float64, bool)) {
		c.Aria = c.Title + " by epoch"
		c.Add(name, class, last, func(i int) (x, y float64, ok bool) {
			y, ok = of(t.Epochs[i])
			return float64(t.Epochs[i].N), y, ok
		})
	}
	loss := chart("Loss", ceiling(highLoss))
	add(loss, "train", "train", func(e Epoch) (float64, bool) { return e.Loss, true })
	add(loss, "validation", "validation", func(e Epoch) (float64, bool) { return e.Validation.Loss, true })
	accuracy := chart("Validation accuracy", 1)
	accuracy.PercentY()
	add(accuracy, "known and unknown", "validation", func(e Epoch) (float64, bool) { return e.Validation.Accuracy.Value() })
	rate := chart("Learning rate", ceiling(highRate))
	add(rate, "last step of the epoch", "validation", func(e Epoch) (float64, bool) { return e.LearningRate, true })
	return []*LineChart{loss, accuracy, rate}
}

// ceiling rounds up to a step of the axis, so that a curve never touches the
// chart's top.
func ceiling(high float64) float64 {
	by := step(high, 5)
	top := by
	for top < high*(1+1e-9) {
		top += by
	}
	return top
}
