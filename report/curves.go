package report

import (
	"strconv"

	"github.com/gesturekit/gesturekit/evaluate"
)

// steps is the resolution of the threshold chart.
const steps = 100

// The size of the charts that stand three abreast.
const (
	chartWidth  = 340
	chartHeight = 250
)

// decided counts what a threshold does to the samples of a kind, and under "all"
// to all of them.
type decided struct{ accepted, right evaluate.Proportion }

func count(outcomes []evaluate.Outcome) map[string]decided {
	out := map[string]decided{}
	for _, o := range outcomes {
		for _, of := range []string{string(o.Kind), evaluate.AllSamples} {
			d := out[of]
			d.accepted.Of++
			d.right.Of++
			if o.Label != evaluate.NA {
				d.accepted.Count++
			}
			if o.Correct() {
				d.right.Count++
			}
			out[of] = d
		}
	}
	return out
}

// sweepChart shows what other thresholds would have done, with points at what
// this one does.
func sweepChart(outcomes []evaluate.Outcome, threshold float64, label string) *LineChart {
	lo, hi := evaluate.ScoreRange(outcomes)
	c := NewLineChart("Threshold", chartWidth, chartHeight, lo, hi, 0, 1)
	c.Name, c.Aria = "sweep", "Accuracy and recall of na over the threshold"
	c.XLabel = "threshold"
	c.XTicks = c.x.ticks(5)
	c.PercentY()
	points, now := evaluate.Sweep(outcomes, steps), count(outcomes)
	for _, l := range []struct {
		name, class, kind string
		of                func(evaluate.SweepPoint) evaluate.Proportion
	}{
		{"overall accuracy", "overall", evaluate.AllSamples, func(p evaluate.SweepPoint) evaluate.Proportion { return p.OverallAccuracy }},
		{"known accuracy", "known", "known", func(p evaluate.SweepPoint) evaluate.Proportion { return p.KnownAccuracy }},
		{"unknown rejected", "unknown", "unknown", func(p evaluate.SweepPoint) evaluate.Proportion { return p.NARecallUnknown }},
		{"unseen rejected", "unseen", "unseen", func(p evaluate.SweepPoint) evaluate.Proportion { return p.NARecallUnseen }},
	} {
		c.Add(l.name, l.class, len(points), func(i int) (x, y float64, ok bool) {
			y, ok = l.of(points[i]).Value()
			return points[i].Threshold, y, ok
		})
		if y, ok := now[l.kind].right.Value(); ok {
			c.point(l.class, l.kind, threshold, y)
		}
	}
	c.mark(threshold, label)
	c.Moving = c.Marks[0].X
	return c
}

// openSetCharts show how many known samples are named right (OSCR), and how many
// are accepted whatever their name (ROC), for how many others accepted, with
// points at what the threshold does. There are none without samples of both kinds.
func openSetCharts(outcomes []evaluate.Outcome) []*LineChart {
	chart := func(name, title, aria string) *LineChart {
		c := NewLineChart(title, chartWidth, chartHeight, 0, 1, 0, 1)
		c.Name, c.Aria = name, aria+" over other samples accepted, by threshold"
		c.XLabel = "others accepted (FPR)"
		c.PercentX()
		c.PercentY()
		return c
	}
	oscr := chart("oscr", "OSCR: known named right", "Known samples named right")
	roc := chart("roc", "ROC: known accepted", "Known samples accepted, whatever their name,")
	now := count(outcomes)
	for _, against := range []string{string(evaluate.Unknown), string(evaluate.Unseen)} {
		curve, err := evaluate.CurveOf(outcomes, against)
		if err != nil || curve.Known == 0 || curve.Others == 0 {
			continue // scores were checked when they were read
		}
		others, _ := now[against].accepted.Value()
		add := func(c *LineChart, of *float64, now evaluate.Proportion, known func(evaluate.CurvePoint) int) {
			c.Add(against+", area "+area(of), against, len(curve.Points), func(i int) (x, y float64, ok bool) {
				p := curve.Points[i]
				x, _ = curve.FPR(p).Value()
				return x, float64(known(p)) / float64(curve.Known), true
			})
			y, _ := now.Value()
			c.point(against, against, others, y)
		}
		add(oscr, curve.OSCRArea(), now["known"].right, func(p evaluate.CurvePoint) int { return p.Correct })
		add(roc, curve.AUROC(), now["known"].accepted, func(p evaluate.CurvePoint) int { return p.Known })
	}
	if len(oscr.Lines) == 0 {
		return nil
	}
	return []*LineChart{oscr, roc}
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
