package compare

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
)

// Metric names a column of the table.
type Metric string

// The metrics, all of the test.
const (
	Known       Metric = "known"        // known samples named right
	Unknown     Metric = "unknown"      // unknown samples told as na
	Unseen      Metric = "unseen"       // unseen samples told as na
	Overall     Metric = "overall"      // all samples predicted as their target
	KnownOnly   Metric = "known_only"   // known samples whose largest output is right, without a threshold
	AUROCUnseen Metric = "auroc_unseen" // known against unseen by the score
	OSCRUnseen  Metric = "oscr_unseen"  // area under the OSCR curve against unseen
)

// Metrics lists the metrics in the order of the columns.
func Metrics() []Metric {
	return []Metric{Known, Unknown, Unseen, Overall, KnownOnly, AUROCUnseen, OSCRUnseen}
}

// Heading is the metric's name above a column.
func (m Metric) Heading() string {
	switch m {
	case KnownOnly:
		return "known only"
	case AUROCUnseen:
		return "AUROC"
	case OSCRUnseen:
		return "OSCR"
	}
	return string(m)
}

// measureCell reads the predictions of a run and decides them in every way.
func measureCell(root string, decodings []Decoding) ([]Values, error) {
	result, lines, err := readCell(root)
	if err != nil {
		return nil, err
	}
	byRole := map[string][]evaluate.Prediction{}
	for _, l := range lines {
		byRole[l.Role] = append(byRole[l.Role], l)
	}
	out := make([]Values, len(decodings))
	for i, d := range decodings {
		rule := evaluate.Rule{Score: d.Score, HasNA: result.HasNA}
		if d.Threshold != nil {
			rule.Threshold = *d.Threshold
		} else if rule.Threshold, out[i].Missed, err = calibrate(rule, byRole[string(dataset.Validation)], *d.KnownRecall); err != nil {
			return nil, fmt.Errorf("%s: %w", d.Name, err)
		}
		outcomes, err := rule.Outcomes(byRole[string(dataset.Test)])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.Name, err)
		}
		m, err := evaluate.Measure(outcomes, len(result.Labels)-1)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.Name, err)
		}
		out[i].Decoding, out[i].Threshold, out[i].Metrics = d.Name, rule.Threshold, metrics(m)
		if out[i].rates, err = ratesOf(outcomes); err != nil {
			return nil, fmt.Errorf("%s: %w", d.Name, err)
		}
	}
	return out, nil
}

func metrics(m evaluate.Metrics) map[Metric]float64 {
	out := map[Metric]float64{}
	for name, p := range map[Metric]evaluate.Proportion{
		Known: m.KnownAccuracy, Unknown: m.NARecallUnknown, Unseen: m.NARecallUnseen, Overall: m.OverallAccuracy, KnownOnly: m.KnownOnlyAccuracy,
	} {
		if v, ok := p.Value(); ok {
			out[name] = v
		}
	}
	unseen := m.OpenSet[string(evaluate.Unseen)]
	for name, v := range map[Metric]*float64{AUROCUnseen: unseen.AUROC, OSCRUnseen: unseen.OSCRArea} {
		if v != nil {
			out[name] = *v
		}
	}
	return out
}

// calibrate returns the highest threshold at which the share keep of the known
// validation samples that are named right without one still are. If there are
// none it is one that rejects all, and missed.
func calibrate(r evaluate.Rule, validation []evaluate.Prediction, keep float64) (threshold float64, missed bool, err error) {
	none := 1.0
	if !r.Score.IsProbability() {
		r.Threshold, none = -math.MaxFloat64, math.MaxFloat64
	}
	outcomes, err := r.Outcomes(validation)
	if err != nil {
		return 0, false, err
	}
	threshold, err = evaluate.ThresholdKeeping(outcomes, keep)
	if errors.Is(err, evaluate.ErrInput) {
		return none, true, nil
	}
	return threshold, false, err
}

// readCell reads what the validate stage wrote.
func readCell(root string) (evaluate.Result, []evaluate.Prediction, error) {
	dir := filepath.Join(root, "validate")
	f, err := os.Open(filepath.Join(dir, evaluate.ResultFile))
	if err != nil {
		return evaluate.Result{}, nil, err
	}
	defer f.Close()
	result, err := evaluate.ReadResult(f)
	if err != nil {
		return result, nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	p, err := os.Open(filepath.Join(dir, evaluate.PredictionsFile))
	if err != nil {
		return result, nil, err
	}
	defer p.Close()
	lines, err := evaluate.ReadPredictions(p, result.Labels, result.Rule())
	if err != nil {
		return result, nil, fmt.Errorf("%s: %w", p.Name(), err)
	}
	return result, lines, nil
}
