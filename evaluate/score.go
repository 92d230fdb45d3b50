package evaluate

import (
	"fmt"
	"math"
	"slices"
)

// Score is the kind of number that a threshold is compared with. Higher means
// more like a known gesture.
type Score string

// The scores.
const (
	// MaxProbability is the largest probability: the maximum softmax
	// probability (Hendrycks & Gimpel 2017) or, of a sigmoid head, the largest
	// sigmoid. The empty Score means it too.
	MaxProbability Score = "max-probability"
	// MaxLogit is the largest logit (Hendrycks et al. 2022).
	MaxLogit Score = "max-logit"
	// Energy is the negative free energy of the known outputs: log(sum of
	// exp(logit)) of a softmax head (Liu et al. 2020), sum of log(1+exp(logit))
	// of a sigmoid head (JointEnergy, Wang et al. 2021).
	Energy Score = "energy"
	// Mahalanobis is Outputs.Distance with the other sign.
	Mahalanobis Score = "mahalanobis"
	// Combined is the largest logit of the known outputs minus Outputs.Distance.
	Combined Score = "combined"
)

// Scores lists the scores in the order in which they are reported.
func Scores() []Score { return []Score{MaxProbability, MaxLogit, Energy, Mahalanobis, Combined} }

// Validate fails on another score.
func (s Score) Validate() error {
	if s != "" && !slices.Contains(Scores(), s) {
		return fmt.Errorf("%w: score %q: want %s", ErrInput, s, ScoreNames())
	}
	return nil
}

// ScoreNames lists the scores for a sentence.
func ScoreNames() string {
	names := ""
	for i, s := range Scores() {
		switch i {
		case 0:
		case len(Scores()) - 1:
			names += " or "
		default:
			names += ", "
		}
		names += string(s)
	}
	return names
}

// IsProbability reports whether the score lies in [0, 1], so that a threshold
// can be set without looking at a network.
func (s Score) IsProbability() bool { return s == MaxProbability || s == "" }

// Outputs are what a network makes of a sample: enough for every score.
type Outputs struct {
	Probabilities []float32 // one a column of the model
	Logits        []float32 // what they were made from
	Energy        float32   // see the Score
	// Distance says how unlike the training images of the known category with
	// the highest logit the features are: the relative Mahalanobis distance (Ren
	// et al. 2021), in the unit in which the known validation samples spread as
	// much as their largest logits. Lower is more like them; it can be below 0.
	Distance float32
}

// Decide applies the rule to the outputs for one sample. For the scores that are
// no probabilities the highest logit names the label; that differs from the
// highest probability only where probabilities round to the same number.
func (r Rule) Decide(o Outputs) (Decision, error) {
	if r.Score.IsProbability() {
		return Decide(r, o.Probabilities)
	}
	if err := r.Validate(); err != nil {
		return Decision{}, err
	}
	for i, v := range append([]float32{o.Energy, o.Distance}, o.Logits...) {
		if v-v != 0 {
			return Decision{}, fmt.Errorf("%w: output %d of energy, distance and logits is %v: want a finite number", ErrInput, i, v)
		}
	}
	d, err := largest(o.Logits, r.HasNA)
	if err != nil {
		return d, err
	}
	switch r.Score {
	case Energy:
		d.KnownScore = float64(o.Energy)
	case Mahalanobis:
		d.KnownScore = -float64(o.Distance)
	case Combined:
		d.KnownScore -= float64(o.Distance)
	default: // the largest logit, of na too
		return r.reject(d), nil
	}
	d.Score = d.KnownScore
	return r.reject(d), nil
}

// largest returns the decision without a threshold.
func largest[F float32 | float64](values []F, hasNA bool) (Decision, error) {
	first := 1 // the label of column 0
	if hasNA {
		first = NA
	}
	if len(values)+first < 2 {
		return Decision{}, fmt.Errorf("%w: %d outputs: want at least one for a known category", ErrInput, len(values))
	}
	d := Decision{Score: math.Inf(-1), KnownScore: math.Inf(-1)}
	for i, v := range values {
		x, label := float64(v), i+first
		if x > d.Score {
			d.Argmax, d.Score = label, x
		}
		if label != NA && x > d.KnownScore {
			d.Known, d.KnownScore = label, x
		}
	}
	return d, nil
}

// reject sets the label of d.
func (r Rule) reject(d Decision) Decision {
	d.Label = d.Argmax
	if d.Score < r.Threshold {
		d.Label = NA
	}
	return d
}

// ScoreRange returns what the scores of the outcomes span: 0 to 1 or, if one
// lies outside, the lowest to the highest.
func ScoreRange(outcomes []Outcome) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, o := range outcomes {
		lo, hi = min(lo, o.Score, o.KnownScore), max(hi, o.Score, o.KnownScore)
	}
	if lo >= 0 && hi <= 1 || len(outcomes) == 0 {
		return 0, 1
	}
	return lo, hi
}

// ScoreResult is what one score and threshold make of the test.
type ScoreResult struct {
	Score      Score   `json:"score"`
	Threshold  float64 `json:"threshold"`
	Calibrated bool    `json:"calibrated"` // on validation, without unseen; else the fixed threshold of the settings

	OverallAccuracy Proportion `json:"overall_accuracy"`
	KnownAccuracy   Proportion `json:"known_accuracy"`
	NARecallUnknown Proportion `json:"na_recall_unknown"`
	NARecallUnseen  Proportion `json:"na_recall_unseen"`
	AUROCUnknown    *float64   `json:"auroc_unknown"`
	AUROCUnseen     *float64   `json:"auroc_unseen"`
}

// Outcomes decides the lines anew by the rule.
func (r Rule) Outcomes(lines []Prediction) ([]Outcome, error) {
	outcomes := make([]Outcome, len(lines))
	for i, l := range lines {
		d, err := r.Decide(l.Outputs)
		if err != nil {
			return nil, fmt.Errorf("sample %s: %w", l.ID, err)
		}
		outcomes[i] = l.Outcome
		outcomes[i].Decision = d
	}
	return outcomes, nil
}

// MeasureScore decides the lines anew by a rule and measures that.
func MeasureScore(lines []Prediction, r Rule, known int) (ScoreResult, error) {
	out := ScoreResult{Score: r.Score, Threshold: r.Threshold}
	outcomes, err := r.Outcomes(lines)
	if err != nil {
		return out, err
	}
	if err := check(outcomes, known); err != nil {
		return out, err
	}
	sets, err := sortedSets(outcomes, string(Unknown), string(Unseen))
	if err != nil {
		return out, err
	}
	m := tally(outcomes, known, sets, once)
	out.OverallAccuracy, out.KnownAccuracy = m.OverallAccuracy, m.KnownAccuracy
	out.NARecallUnknown, out.NARecallUnseen = m.NARecallUnknown, m.NARecallUnseen
	out.AUROCUnknown, out.AUROCUnseen = m.OpenSet[string(Unknown)].AUROC, m.OpenSet[string(Unseen)].AUROC
	return out, nil
}
