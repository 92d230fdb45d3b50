package report

import (
	"fmt"
	"math"

	"github.com/gesturekit/gesturekit/evaluate"
)

// bins is the number of equal bars over the range of the scores.
const bins = 40

// histogram shows the scores of one kind of samples over the known labels, right predictions apart from wrong ones.
type histogram struct {
	Kind         evaluate.Kind
	Caption      string
	Aria         string
	Width        int
	Height       int
	Left, Right  string
	Base         string
	Bars         []bar
	XTicks       []tick
	YTicks       []tick
	Threshold    mark
	XAxis, YAxis axis // tell the script how to place a threshold and the bars
	Right0, Miss int  // right and wrong predictions
}

// bar is a rectangle; Class is "right" or "wrong".
type bar struct{ X, Y, W, H, Class, Note string }

// histograms returns one for each kind that has samples.
func histograms(outcomes []evaluate.Outcome, threshold float64) []histogram {
	var out []histogram
	lo, hi := evaluate.ScoreRange(outcomes)
	for _, k := range evaluate.Kinds() {
		var right, wrong [bins]int
		h := histogram{Kind: k, Width: 340, Height: 190}
		for _, o := range outcomes {
			if o.Kind != k {
				continue
			}
			at := bin(o.KnownScore, lo, hi)
			if o.Correct() {
				right[at]++
				h.Right0++
			} else {
				wrong[at]++
				h.Miss++
			}
		}
		if h.Right0+h.Miss > 0 {
			h.draw(right, wrong, lo, hi, threshold)
			out = append(out, h)
		}
	}
	return out
}

// bin returns the bar of a score in [lo, hi].
func bin(score, lo, hi float64) int {
	if hi <= lo {
		return 0
	}
	return min(int((score-lo)/(hi-lo)*bins), bins-1)
}

func (h *histogram) draw(right, wrong [bins]int, lo, hi, threshold float64) {
	high := 0.0
	for i := range right {
		high = max(high, float64(right[i]+wrong[i]))
	}
	by := max(1, step(high, 4))
	x := axis{lo, hi, 34, float64(h.Width) - 10}
	y := axis{0, by * math.Ceil(high/by), float64(h.Height) - 36, 18}
	h.XAxis, h.YAxis = x, y
	h.Left, h.Right, h.Base = px(x.from), px(x.to), px(y.from)
	h.XTicks, h.YTicks = x.ticks(5), y.every(by)
	gap := 0.8
	for i := range right {
		from, to := lo+float64((hi-lo)*float64(i)/bins), lo+float64((hi-lo)*float64(i+1)/bins)
		note := fmt.Sprintf("score %s to %s: %d right, %d wrong", number(from), number(to), right[i], wrong[i])
		rect := func(low, n int, class string) {
			if n > 0 {
				top, foot := y.at(float64(low+n)), y.at(float64(low))
				h.Bars = append(h.Bars, bar{px(x.at(from)), px(top), px(x.at(to) - x.at(from) - gap), px(foot - top), class, note})
			}
		}
		rect(0, right[i], "right")
		rect(right[i], wrong[i], "wrong")
	}
	h.Threshold = newMark(x, threshold, "threshold "+number(threshold))
	h.Aria = fmt.Sprintf("Scores of %d %s test images: %d predicted right, %d wrong", h.Right0+h.Miss, h.Kind, h.Right0, h.Miss)
	h.Caption = map[evaluate.Kind]string{
		evaluate.Known:   "should lie right of the line",
		evaluate.Unknown: "trained as na; should lie left of the line",
		evaluate.Unseen:  "never trained; should lie left of it as well",
	}[h.Kind]
}
