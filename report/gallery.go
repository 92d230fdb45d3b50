package report

import (
	"cmp"
	"slices"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
)

// Example is one test sample with its prediction.
type Example struct {
	ID         string        `json:"id"`
	Category   string        `json:"category"` // the gesture shown
	Partition  evaluate.Kind `json:"partition"`
	Target     int           `json:"target"`
	Prediction int           `json:"prediction"`
	// Score is what the decision was by, as told by metrics.score, and
	// TargetScore the probability of the target, 0 for na when the model has no
	// column for it.
	Score       float64 `json:"score"`
	TargetScore float64 `json:"target_score"`
}

// Examples are the test samples that are worth a look.
type Examples struct {
	// Typical holds, a category each, the sample of middle score among those
	// predicted correctly.
	Typical []Example `json:"typical"`
	// Mistakes are the known samples that are misnamed or rejected, those with
	// the smallest probability for their target first.
	Mistakes []Example `json:"mistakes"`
	// The false accepts are the samples taken for a known gesture, those with
	// the highest score first.
	FalseAcceptsUnseen  []Example `json:"false_accepts_unseen"`
	FalseAcceptsUnknown []Example `json:"false_accepts_unknown"`
}

// examples picks at most o.Examples test samples for each gallery. Equal
// scores go by ID.
func (o Options) examples(lines []evaluate.Prediction, hasNA bool) Examples {
	pick := func(kind evaluate.Kind, correct bool, order func(a, b Example) int) []Example {
		out := []Example{}
		for _, p := range lines {
			if p.Role == string(dataset.Test) && p.Correct() == correct && (kind == "" || p.Kind == kind) {
				out = append(out, example(p, hasNA))
			}
		}
		slices.SortFunc(out, func(a, b Example) int { return cmp.Or(order(a, b), cmp.Compare(a.ID, b.ID)) })
		return out
	}
	sure := func(a, b Example) int { return cmp.Compare(b.Score, a.Score) }
	lost := func(a, b Example) int {
		return cmp.Or(cmp.Compare(a.TargetScore, b.TargetScore), cmp.Compare(b.Score, a.Score))
	}
	first := func(all []Example) []Example { return all[:min(len(all), o.Examples)] }
	return Examples{
		Typical:             first(middles(pick("", true, sure))),
		Mistakes:            first(pick(evaluate.Known, false, lost)),
		FalseAcceptsUnseen:  first(pick(evaluate.Unseen, false, sure)),
		FalseAcceptsUnknown: first(pick(evaluate.Unknown, false, sure)),
	}
}

func example(p evaluate.Prediction, hasNA bool) Example {
	e := Example{
		ID: p.ID, Category: p.Category, Partition: p.Kind, Target: p.Target, Prediction: p.Label, Score: p.Score,
	}
	column := p.Target
	if !hasNA {
		column--
	}
	if column >= 0 {
		e.TargetScore = float64(p.Probabilities[column])
	}
	return e
}

// middles returns the middle one of each category's examples, known categories
// first, by label.
func middles(sorted []Example) []Example {
	by := map[string][]Example{}
	for _, e := range sorted {
		by[e.Category] = append(by[e.Category], e)
	}
	out := []Example{}
	for _, all := range by {
		out = append(out, all[len(all)/2])
	}
	slices.SortFunc(out, func(a, b Example) int {
		kinds := evaluate.Kinds()
		return cmp.Or(
			slices.Index(kinds, a.Partition)-slices.Index(kinds, b.Partition),
			cmp.Compare(a.Target, b.Target), cmp.Compare(a.Category, b.Category),
		)
	})
	return out
}
