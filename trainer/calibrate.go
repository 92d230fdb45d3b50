package trainer

import (
	"context"
	"fmt"

	"github.com/gesturekit/gesturekit/evaluate"
)

// Calibrate finds for every score the highest threshold at which the model still
// names the share recall, above 0 and up to 1, of those known validation samples
// that it names right without a threshold, and lets it decide by one of them. No
// other sample plays a part, least of all an unseen one. It fails, and leaves the
// model as it was, when the model names none right.
func (m *Model) Calibrate(ctx context.Context, d *Data, score evaluate.Score, recall float64, workers int) error {
	outputs, labels, err := m.knownOutputs(ctx, d, workers)
	if err != nil {
		return err
	}
	found := map[evaluate.Score]float64{}
	for _, s := range evaluate.Scores() {
		outcomes := make([]evaluate.Outcome, len(outputs))
		for i, o := range outputs {
			decision, err := evaluate.Rule{Score: s, HasNA: m.Loss.HasNA()}.Decide(o)
			if err != nil {
				return err
			}
			outcomes[i] = evaluate.Outcome{Kind: evaluate.Known, Target: labels[i], Decision: decision}
		}
		if found[s], err = evaluate.ThresholdKeeping(outcomes, recall); err != nil {
			return fmt.Errorf("calibrate the threshold of %s for train.known_recall: %w", s, err)
		}
	}
	m.Calibrated, m.Score, m.Threshold = found, score, found[score]
	return nil
}

// knownOutputs evaluates the known validation samples.
func (m *Model) knownOutputs(ctx context.Context, d *Data, workers int) (outputs []evaluate.Outputs, labels []int, err error) {
	set := &d.validation
	p, err := m.NewPredictor(evaluationBatch(set.count(), workers), workers)
	if err != nil {
		return nil, nil, err
	}
	defer p.Close()
	width := m.Loss.outputs(len(m.Labels))
	for start := 0; start < set.count(); start += p.batch {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		logits, err := p.logits(set, start)
		if err != nil {
			return nil, nil, err
		}
		for i := range len(logits) / width {
			if set.labels[start+i] == evaluate.NA {
				continue
			}
			o, err := p.outcome(logits, i)
			if err != nil {
				return nil, nil, err
			}
			outputs, labels = append(outputs, o), append(labels, set.labels[start+i])
		}
	}
	return outputs, labels, nil
}
