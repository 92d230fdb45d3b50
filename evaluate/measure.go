package evaluate

import "fmt"

// Kind says what the network was told about a sample's category.
type Kind string

// The three kinds. Their text equals that of the manifest's partitions.
const (
	Known   Kind = "known"
	Unknown Kind = "unknown" // trained as na
	Unseen  Kind = "unseen"  // never trained
)

// Kinds returns known, unknown and unseen, in this order.
func Kinds() []Kind { return []Kind{Known, Unknown, Unseen} }

// Outcome is one sample with what was decided about it.
type Outcome struct {
	Kind   Kind
	Target int // 1..K when Kind is Known, else NA
	Decision
}

// Correct tells whether the prediction is the target.
func (o Outcome) Correct() bool { return o.Label == o.Target }

// scored returns o as the open-set curves see it.
func (o Outcome) scored() Scored {
	known := o.Kind == Known
	return Scored{Score: o.KnownScore, Known: known, Correct: known && o.Decision.Known == o.Target}
}

// Metrics are the numbers of one set of samples. Areas are null, and
// proportions are 0 of 0, where the samples that they need are missing.
type Metrics struct {
	// Samples counts the samples of each kind.
	Samples map[Kind]int `json:"samples"`
	// OverallAccuracy counts the predictions that are the target, over all
	// samples: known ones named, all others rejected as na.
	OverallAccuracy Proportion `json:"overall_accuracy"`
	// KnownAccuracy is OverallAccuracy over the known samples.
	KnownAccuracy Proportion `json:"known_accuracy"`
	// KnownOnlyAccuracy is the closed-set accuracy: over the known samples, by
	// the largest probability of all columns, without the threshold. It says
	// nothing about what happens when no known gesture is shown.
	KnownOnlyAccuracy Proportion `json:"known_only_accuracy"`
	// NARecall is the part of the samples with target na that is rejected.
	NARecall        Proportion `json:"na_recall"`
	NARecallUnknown Proportion `json:"na_recall_unknown"`
	NARecallUnseen  Proportion `json:"na_recall_unseen"`
	// NAPrecision is the part of the rejected samples that have target na.
	NAPrecision Proportion `json:"na_precision"`
	// OpenMacroF1 is Confusion.OpenMacroF1 of ConfusionAll.
	OpenMacroF1 *float64 `json:"open_macro_f1"`
	// OpenSet holds the threshold-free numbers against unknown, against unseen
	// and against both together ("all").
	OpenSet map[string]OpenSet `json:"open_set"`
	// Labels holds precision, recall and F1 by label, from ConfusionAll.
	Labels []LabelMetrics `json:"labels"`
	// ConfusionAll holds all samples, predicted with the threshold;
	// ConfusionKnown the known ones by the largest probability alone.
	ConfusionAll   Confusion `json:"confusion_all"`
	ConfusionKnown Confusion `json:"confusion_known"`
	// ThresholdSweep shows what other thresholds would have done. It is for
	// looking at: a threshold chosen by it has seen the test.
	ThresholdSweep []SweepPoint `json:"threshold_sweep"`
}

// OpenSet holds the numbers that need no threshold. Null is undefined.
type OpenSet struct {
	AUROC     *float64   `json:"auroc"`
	OSCRArea  *float64   `json:"oscr_area"`
	CCRAtFPR  []CCRAtFPR `json:"ccr_at_fpr"`
	Negatives int        `json:"negatives"` // samples with target na
}

// CCRAtFPR is the correct classification rate at a false positive rate; null
// when there are too few negatives for a single false positive.
type CCRAtFPR struct {
	FPR float64  `json:"fpr"`
	CCR *float64 `json:"ccr"`
}

// AllOthers is the key of Metrics.OpenSet for unknown and unseen together.
const AllOthers = "all"

// Measure returns the metrics of N outcomes in any order, for labels 0..known.
// It fails when N is 0 or an outcome's labels do not fit its kind.
func Measure(outcomes []Outcome, known int) (Metrics, error) {
	if len(outcomes) == 0 {
		return Metrics{}, fmt.Errorf("%w: no samples: want at least one", ErrInput)
	}
	m := Metrics{
		Samples:        map[Kind]int{Known: 0, Unknown: 0, Unseen: 0},
		ConfusionAll:   NewConfusion(known),
		ConfusionKnown: NewConfusion(known),
	}
	for i, o := range outcomes {
		if err := o.check(known); err != nil {
			return Metrics{}, fmt.Errorf("sample %d: %w", i, err)
		}
		m.Samples[o.Kind]++
		m.ConfusionAll[o.Target][o.Label]++
		switch o.Kind {
		case Known:
			m.ConfusionKnown[o.Target][o.Argmax]++
		case Unknown:
			m.NARecallUnknown.add(o.Label == NA)
		case Unseen:
			m.NARecallUnseen.add(o.Label == NA)
		}
	}
	m.OverallAccuracy = m.ConfusionAll.Accuracy()
	m.KnownAccuracy = m.ConfusionAll.KnownAccuracy()
	m.KnownOnlyAccuracy = m.ConfusionKnown.Accuracy()
	m.Labels = m.ConfusionAll.Labels()
	m.NARecall, m.NAPrecision = m.Labels[NA].Recall, m.Labels[NA].Precision
	m.OpenMacroF1 = m.ConfusionAll.OpenMacroF1()
	m.ThresholdSweep = Sweep(outcomes, sweepSteps)
	var err error
	m.OpenSet, err = openSets(outcomes)
	return m, err
}

func (o Outcome) check(known int) error {
	for _, l := range []int{o.Target, o.Label, o.Argmax} {
		if l < NA || l > known {
			return fmt.Errorf("%w: label %d: want labels in 0..%d", ErrInput, l, known)
		}
	}
	switch o.Kind {
	case Known, Unknown, Unseen:
	default:
		return fmt.Errorf("%w: kind %q: want known, unknown or unseen", ErrInput, o.Kind)
	}
	if (o.Kind == Known) != (o.Target != NA) {
		return fmt.Errorf("%w: target %d of kind %s: na is 0, known is 1..%d", ErrInput, o.Target, o.Kind, known)
	}
	return nil
}

func openSets(outcomes []Outcome) (map[string]OpenSet, error) {
	sets := map[string]OpenSet{}
	for _, against := range []string{AllOthers, string(Unknown), string(Unseen)} {
		c, err := CurveOf(outcomes, against)
		if err != nil {
			return nil, err
		}
		s := OpenSet{AUROC: c.AUROC(), OSCRArea: c.OSCRArea(), Negatives: c.Others}
		for _, fpr := range []float64{0.001, 0.01, 0.1} {
			at := CCRAtFPR{FPR: fpr}
			if v, ok := c.CCRAtFPR(fpr).Value(); ok && c.Resolves(fpr) {
				at.CCR = &v
			}
			s.CCRAtFPR = append(s.CCRAtFPR, at)
		}
		sets[against] = s
	}
	return sets, nil
}

// CurveOf returns the curve of the known samples against those of one kind, or
// against AllOthers. Without any such sample the curve is empty.
func CurveOf(outcomes []Outcome, against string) (Curve, error) {
	var scored []Scored
	for _, o := range outcomes {
		if o.Kind == Known || against == AllOthers || string(o.Kind) == against {
			scored = append(scored, o.scored())
		}
	}
	if len(scored) == 0 {
		return Curve{}, nil
	}
	return NewCurve(scored)
}
