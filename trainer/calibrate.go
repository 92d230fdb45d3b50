package trainer

import (
	"context"
	"fmt"

	"github.com/gesturekit/gesturekit/evaluate"
)

// Calibrate sets the model's threshold to the highest at which it still names
// the share recall, above 0 and up to 1, of the known validation samples. No
// other sample plays a part, least of all an unseen one. It fails when the model
// does not name so many at any threshold.
func (m *Model) Calibrate(ctx context.Context, d *Data, recall float64, workers int) error {
	set := &d.validation
	p, err := m.NewPredictor(max(1, min(predictBatch, set.count())), workers)
	if err != nil {
		return err
	}
	defer p.Close()
	outputs := m.Loss.outputs(len(m.Labels))
	row := make([]float32, outputs)
	var known []evaluate.Outcome
	for start := 0; start < set.count(); start += p.batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		logits, err := p.logits(set, start)
		if err != nil {
			return err
		}
		for i := range len(logits) / outputs {
			label := set.labels[start+i]
			if label == evaluate.NA {
				continue
			}
			m.Loss.probabilities(row, logits[i*outputs:][:outputs])
			decision, err := evaluate.Decide(m.Rule(), row)
			if err != nil {
				return err
			}
			known = append(known, evaluate.Outcome{Kind: evaluate.Known, Target: label, Decision: decision})
		}
	}
	threshold, err := evaluate.ThresholdAtRecall(known, recall)
	if err != nil {
		return fmt.Errorf("calibrate the threshold for train.known_recall: %w", err)
	}
	m.Threshold = threshold
	return nil
}
