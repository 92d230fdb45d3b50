package evaluate

import "strconv"

// Figure is a metric that is one number, under the name that intervals, quality
// gates and comparisons know it by. The names are part of the file formats.
type Figure struct {
	Name string
	// Value is nil where the samples that it needs are missing.
	Value *float64
	// Lower tells that lower is better.
	Lower bool
}

// Figures returns the numbers of m in a fixed order.
func (m *Metrics) Figures() []Figure {
	out := []Figure{
		{Name: "overall_accuracy", Value: m.OverallAccuracy.pointer()},
		{Name: "known_accuracy", Value: m.KnownAccuracy.pointer()},
		{Name: "known_only_accuracy", Value: m.KnownOnlyAccuracy.pointer()},
		{Name: "na_recall", Value: m.NARecall.pointer()},
		{Name: "unknown_recall", Value: m.NARecallUnknown.pointer()},
		{Name: "unseen_recall", Value: m.NARecallUnseen.pointer()},
		{Name: "na_precision", Value: m.NAPrecision.pointer()},
		{Name: "open_macro_f1", Value: m.OpenMacroF1},
		{Name: "worst_label_recall", Value: worst(m.Labels, func(l LabelMetrics) Proportion {
			if l.Label == NA {
				return Proportion{}
			}
			return l.Recall
		})},
		{Name: worstGroup, Value: worst(m.Groups, func(g GroupMetrics) Proportion { return g.OverallAccuracy })},
		{Name: "ece", Value: m.Calibration[AllSamples].ECE, Lower: true},
		{Name: "ece_known", Value: m.Calibration[string(Known)].ECE, Lower: true},
	}
	for _, against := range []string{string(Unknown), string(Unseen), AllOthers} {
		s := m.OpenSet[against]
		add := func(name string, v *float64, lower bool) {
			out = append(out, Figure{Name: name + "_" + against, Value: v, Lower: lower})
		}
		add("auroc", s.AUROC, false)
		add("aupr_in", s.AUPRIn, false)
		add("aupr_out", s.AUPROut, false)
		add("fpr_at_95", s.FPRAt95.pointer(), true)
		add("oscr_area", s.OSCRArea, false)
		for _, n := range oneIn() {
			add("ccr_at_1_in_"+strconv.Itoa(n), s.ccr(1/float64(n)), false)
		}
	}
	return out
}

// pointer returns the value, nil when it is undefined.
func (p Proportion) pointer() *float64 {
	if v, ok := p.Value(); ok {
		return &v
	}
	return nil
}

// worst returns the smallest defined proportion.
func worst[T any](list []T, of func(T) Proportion) *float64 {
	var low *float64
	for _, x := range list {
		if v := of(x).pointer(); v != nil && (low == nil || *v < *low) {
			low = v
		}
	}
	return low
}
