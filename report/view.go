package report

import (
	"slices"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
)

// view is what the test looks like by one score: how the scores lie and what
// thresholds do. One is shown; the page's script shows the others.
type view struct {
	Score      evaluate.Score
	InForce    bool // the model decides by it
	Threshold  float64
	Low, High  float64 // of the scores
	Histograms []histogram
	Charts     []*LineChart
	outcomes   []evaluate.Outcome
}

// views returns one for each score, the one in force first. A score that is the
// same for every test image tells nothing, and has none.
func (d Document) views(lines []evaluate.Prediction) ([]view, error) {
	var test, validation []evaluate.Prediction
	for _, p := range lines {
		if p.Role == string(dataset.Test) {
			test = append(test, p)
		} else {
			validation = append(validation, p)
		}
	}
	inForce := d.Metrics.Rule()
	if inForce.Score == "" {
		inForce.Score = evaluate.MaxProbability
	}
	var out []view
	for _, s := range evaluate.Scores() {
		r := evaluate.Rule{Score: s, HasNA: inForce.HasNA}
		label := "threshold: "
		if s == inForce.Score {
			r, label = inForce, "in force: "
		} else {
			t, err := d.start(r, validation)
			if err != nil {
				return nil, err
			}
			r.Threshold = t
		}
		outcomes, err := r.Outcomes(test)
		if err != nil {
			return nil, err
		}
		v := view{Score: s, InForce: s == inForce.Score, Threshold: r.Threshold, outcomes: outcomes}
		v.Low, v.High = evaluate.ScoreRange(outcomes)
		if v.Low == v.High && !v.InForce {
			continue
		}
		v.Histograms = histograms(outcomes, v.Threshold)
		v.Charts = append([]*LineChart{sweepChart(outcomes, v.Threshold, label+number(v.Threshold))}, openSetCharts(outcomes)...)
		out = append(out, v)
	}
	slices.SortStableFunc(out, func(a, b view) int {
		switch {
		case a.InForce:
			return -1
		case b.InForce:
			return 1
		}
		return 0
	})
	return out, nil
}

// start returns the threshold that a score which is not in force is first shown
// at: the one calibrated for it, else the one that names at least as many known
// validation samples right as the rule in force does. It is 0 where there is neither.
func (d Document) start(r evaluate.Rule, validation []evaluate.Prediction) (float64, error) {
	for _, s := range slices.Backward(d.Metrics.Scores) {
		if s.Score == r.Score {
			return s.Threshold, nil
		}
	}
	if d.Metrics.Validation == nil {
		return 0, nil
	}
	outcomes, err := r.Outcomes(validation)
	if err != nil {
		return 0, err
	}
	recall, ok := d.Metrics.Validation.KnownAccuracy.Value()
	if !ok || recall == 0 {
		return 0, nil
	}
	t, err := evaluate.ThresholdAtRecall(outcomes, recall)
	if err != nil {
		return 0, nil // a score that never names as many right
	}
	return t, nil
}
