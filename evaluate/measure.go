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
	Target int    // 1..K when Kind is Known, else NA
	Group  string // person or session: what the bootstrap draws
	// Confidence is the largest probability of all columns, 0..1, whatever the
	// score; see Outputs.TopProbability.
	Confidence float64
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
	// Calibration tells, over the known samples ("known") and over all, whether
	// the largest probability is the probability of being right.
	Calibration map[string]Calibration `json:"calibration"`
	// Groups holds the numbers of every person or session, sorted by name.
	Groups []GroupMetrics `json:"groups"`
	// ThresholdSweep shows what other thresholds would have done. It is for
	// looking at: a threshold chosen by it has seen the test.
	ThresholdSweep []SweepPoint `json:"threshold_sweep"`
}

// OpenSet holds the numbers that need no threshold. Null is undefined.
type OpenSet struct {
	AUROC     *float64   `json:"auroc"`
	AUPRIn    *float64   `json:"aupr_in"`   // known samples are the positives
	AUPROut   *float64   `json:"aupr_out"`  // samples with target na are
	FPRAt95   Proportion `json:"fpr_at_95"` // see Curve.FPRAt95
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

// oneIn lists the false positive rates at which the CCR is told, as one in so
// many.
func oneIn() []int { return []int{1000, 100, 10} }

// ccr returns the CCR at one of the rates of CCRAtFPR, nil at any other.
func (s OpenSet) ccr(fpr float64) *float64 {
	for _, at := range s.CCRAtFPR {
		if at.FPR == fpr {
			return at.CCR
		}
	}
	return nil
}

// AllOthers is the key of Metrics.OpenSet for unknown and unseen together.
const AllOthers = "all"

// AllSamples is the key of Metrics.Calibration for samples of every kind.
const AllSamples = "all"

// Measure returns the metrics of N outcomes in any order, for labels 0..known.
// It fails when N is 0, an outcome's labels do not fit its kind, or a number is
// not finite.
func Measure(outcomes []Outcome, known int) (Metrics, error) {
	if err := check(outcomes, known); err != nil {
		return Metrics{}, err
	}
	curves, err := sortedSets(outcomes, against()...)
	if err != nil {
		return Metrics{}, err
	}
	m := tally(outcomes, known, curves, once)
	m.Groups = groups(outcomes)
	m.ThresholdSweep = Sweep(outcomes, sweepSteps)
	return m, nil
}

// weight says how often outcome i counts.
type weight func(i int) int

func once(int) int { return 1 }

// tally returns all metrics but Groups and ThresholdSweep.
func tally(outcomes []Outcome, known int, sets map[string]sortedSet, times weight) Metrics {
	m := Metrics{
		Samples:        map[Kind]int{Known: 0, Unknown: 0, Unseen: 0},
		ConfusionAll:   NewConfusion(known),
		ConfusionKnown: NewConfusion(known),
	}
	var inKnown, inAll reliability
	for i := range outcomes {
		o, n := &outcomes[i], times(i)
		if n == 0 {
			continue
		}
		m.Samples[o.Kind] += n
		m.ConfusionAll[o.Target][o.Label] += n
		inAll.add(o, n)
		switch o.Kind {
		case Known:
			m.ConfusionKnown[o.Target][o.Argmax] += n
			inKnown.add(o, n)
		case Unknown:
			m.NARecallUnknown.add(o.Label == NA, n)
		case Unseen:
			m.NARecallUnseen.add(o.Label == NA, n)
		}
	}
	m.OverallAccuracy = m.ConfusionAll.Accuracy()
	m.KnownAccuracy = m.ConfusionAll.KnownAccuracy()
	m.KnownOnlyAccuracy = m.ConfusionKnown.Accuracy()
	m.Labels = m.ConfusionAll.Labels()
	m.NARecall, m.NAPrecision = m.Labels[NA].Recall, m.Labels[NA].Precision
	m.OpenMacroF1 = m.ConfusionAll.OpenMacroF1()
	m.Calibration = map[string]Calibration{string(Known): inKnown.calibration(), AllSamples: inAll.calibration()}
	m.OpenSet = map[string]OpenSet{}
	for against, set := range sets {
		m.OpenSet[against] = set.curve(times).openSet()
	}
	return m
}

func check(outcomes []Outcome, known int) error {
	if len(outcomes) == 0 {
		return fmt.Errorf("%w: no samples: want at least one", ErrInput)
	}
	for i := range outcomes {
		if err := outcomes[i].check(known); err != nil {
			return fmt.Errorf("sample %d: %w", i, err)
		}
	}
	return nil
}

func (o *Outcome) check(known int) error {
	for _, l := range [...]int{o.Target, o.Label, o.Argmax, o.Decision.Known} {
		if l < NA || l > known {
			return fmt.Errorf("%w: label %d: want labels in 0..%d", ErrInput, l, known)
		}
	}
	switch o.Kind {
	case Known, Unknown, Unseen:
	default:
		return fmt.Errorf("%w: kind %q: want known, unknown or unseen", ErrInput, o.Kind)
	}
	if !(o.Confidence >= 0 && o.Confidence <= 1) {
		return fmt.Errorf("%w: confidence %v: want a number in [0, 1]", ErrInput, o.Confidence)
	}
	for _, v := range [...]float64{o.Score, o.KnownScore} {
		if v-v != 0 {
			return fmt.Errorf("%w: score %v: want a finite number", ErrInput, v)
		}
	}
	if (o.Kind == Known) != (o.Target != NA) {
		return fmt.Errorf("%w: target %d of kind %s: na is 0, known is 1..%d", ErrInput, o.Target, o.Kind, known)
	}
	return nil
}

// openSet returns the numbers of the curve.
func (c Curve) openSet() OpenSet {
	s := OpenSet{
		AUROC: c.AUROC(), AUPRIn: c.AUPRIn(), AUPROut: c.AUPROut(), FPRAt95: c.FPRAt95(),
		OSCRArea: c.OSCRArea(), Negatives: c.Others,
	}
	for _, n := range oneIn() {
		fpr := 1 / float64(n)
		at := CCRAtFPR{FPR: fpr}
		if v, ok := c.CCRAtFPR(fpr).Value(); ok && c.Resolves(fpr) {
			at.CCR = &v
		}
		s.CCRAtFPR = append(s.CCRAtFPR, at)
	}
	return s
}

// CurveOf returns the curve of the known samples against those of one kind, or
// against AllOthers. Without any such sample the curve is empty.
func CurveOf(outcomes []Outcome, against string) (Curve, error) {
	set, err := sortedSetOf(outcomes, against)
	if err != nil {
		return Curve{}, err
	}
	return set.curve(once), nil
}
