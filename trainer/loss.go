package trainer

import (
	"fmt"
	"slices"

	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/trainer/nn"
)

// Loss says what the network's outputs stand for and what rows they aim at.
// K is the number of known categories.
type Loss string

// The losses.
const (
	// CE is cross entropy over K outputs, one a known category. Unknown images
	// are not trained on.
	CE Loss = "ce"
	// BCEWithNA is binary cross entropy over K+1 outputs. The row of a known
	// image is one-hot, and that of an unknown image is one at output 0, na.
	BCEWithNA Loss = "bce-na"
	// BCENa is BCEWithNA with the column of na zeroed: an unknown image aims at
	// an all-zero row, and output 0 is never asked to be anything but zero.
	BCENa Loss = "bcena"
	// CENA is cross entropy over K+1 outputs: na is one more class.
	CENA Loss = "ce-na"
	// EOS is the entropic open-set loss (Dhamija et al. 2018): cross entropy
	// over K outputs, at which an unknown image aims with 1/K each.
	EOS Loss = "eos"
	// Objectosphere is EOS, and the norm of an image's features, which the last
	// layer is fed, is drawn to 0 if it is unknown, and pushed to at least
	// Options.FeatureNorm if it is known (the same).
	Objectosphere Loss = "objectosphere"
)

// losses lists all losses as an error would.
const losses = "bcena, bce-na, ce-na, eos, objectosphere or ce"

func (l Loss) valid() bool {
	switch l {
	case CE, CENA, BCEWithNA, BCENa, EOS, Objectosphere:
		return true
	}
	return false
}

// softmax reports whether the outputs are one choice, not each a question.
func (l Loss) softmax() bool { return l != BCEWithNA && l != BCENa }

// Activation names the function that turns logits into probabilities: sigmoid
// for bce-na and bcena, softmax for the others.
func (l Loss) Activation() string {
	if l.softmax() {
		return "softmax"
	}
	return "sigmoid"
}

func (l Loss) engine() nn.Loss {
	switch {
	case l == Objectosphere:
		return nn.Objectosphere
	case l.softmax():
		return nn.CrossEntropy
	}
	return nn.BinaryCrossEntropy
}

// outputs returns how many outputs the network has for K+1 label names.
func (l Loss) outputs(labels int) int {
	if l.HasNA() {
		return labels
	}
	return labels - 1
}

// HasNA reports whether output 0 belongs to na. Otherwise it belongs to label 1.
func (l Loss) HasNA() bool { return l == CENA || l == BCEWithNA || l == BCENa }

// uses reports whether samples of a label are trained on.
func (l Loss) uses(label int) bool { return l != CE || label > 0 }

// row writes the target of a label, smoothed by s.
//
// Under a softmax of C outputs the smoothed row is (1-s)·t + s/C (Szegedy et al.
// 2016, section 7), which leaves the uniform row of eos as it is. The outputs of
// the other losses are separate yes-or-no questions, so each is smoothed between
// its own two answers: (1-s)·t + s/2. The na column of bcena stays zero.
func (l Loss) row(dst []float32, label int, s float64) {
	low := s / 2
	if l.softmax() {
		low = s / float64(len(dst))
	}
	if !l.HasNA() {
		if label--; label < 0 {
			low = 1 / float64(len(dst))
		}
	}
	for i := range dst {
		dst[i] = float32(low)
	}
	if label >= 0 {
		dst[label] = float32(1 - s + low)
	}
	if l == BCENa {
		dst[0] = 0
	}
}

// probabilities turns a row of logits into probabilities, one an output.
func (l Loss) probabilities(dst, logits []float32) {
	if l.softmax() {
		nn.Softmax(dst, logits)
		return
	}
	for i, x := range logits {
		dst[i] = nn.Sigmoid(x)
	}
}

// value returns the loss of one row, given its probabilities: the cross
// entropy (of objectosphere without the norms of the features, which its
// probabilities do not show), or the mean over the outputs of the binary cross entropies. Both are
// built on the logarithm of a probability in [1/K, 1], so that no logit, however
// large, gives an infinity: with s the sigmoid, p the softmax and m the index of
// the highest logit,
//
//	bce = max(x, 0) - x·t - log s(|x|),  log p[i] = x[i] - x[m] + log p[m]
func (l Loss) value(logits, target, probabilities []float32) float64 {
	sum := 0.0
	if l.softmax() {
		m := first(logits)
		base := nn.Log(float64(probabilities[m])) - float64(logits[m])
		for i, t := range target {
			sum -= float64(float64(t) * (float64(logits[i]) + base))
		}
		return sum
	}
	for i, t := range target {
		x, p := float64(logits[i]), float64(probabilities[i])
		sum += max(x, 0) - float64(x*float64(t)) - nn.Log(max(p, 1-p))
	}
	return sum / float64(len(target))
}

// first returns the index of the first of the highest values.
func first(values []float32) int {
	at := 0
	for i, v := range values {
		if v > values[at] {
			at = i
		}
	}
	return at
}

// outcome returns all that scores are made from, given a row of logits, which is
// copied. It fails on a logit that is not finite.
func (l Loss) outcome(logits []float32) (evaluate.Outputs, error) {
	if i := notFinite(logits); i >= 0 {
		return evaluate.Outputs{}, fmt.Errorf("logit %d is %v: the network gives no number", i, logits[i])
	}
	o := evaluate.Outputs{Logits: slices.Clone(logits), Probabilities: make([]float32, len(logits)), Energy: l.energy(logits)}
	l.probabilities(o.Probabilities, logits)
	return o, nil
}

// energy returns evaluate.Energy of a row of logits; an output for na has no
// part in it.
func (l Loss) energy(logits []float32) float32 {
	if l.HasNA() {
		logits = logits[1:]
	}
	if l.softmax() {
		return float32(nn.LogSumExp(logits))
	}
	sum := 0.0
	for _, x := range logits {
		sum += nn.Softplus(x)
	}
	return float32(sum)
}
