package evaluate

import (
	"math/bits"
	"slices"
)

// calibrationBins is the number of bins of a reliability diagram.
const calibrationBins = 15

// Calibration compares confidence, the largest probability of all columns, with
// accuracy: how often its label is the target, without a threshold (Guo et al.
// 2017, "On calibration of modern neural networks").
type Calibration struct {
	// ECE is the expected calibration error: the mean over the samples of the
	// distance of accuracy and confidence in their bin. Nil without samples.
	ECE *float64 `json:"ece"`
	// Bins is the reliability diagram: 15 of equal width from 0 to 1, a
	// confidence on an edge counting in the lower one.
	Bins []CalibrationBin `json:"bins"`
}

// CalibrationBin is a bar of the reliability diagram.
type CalibrationBin struct {
	Low        float64    `json:"low"`
	High       float64    `json:"high"`
	Confidence *float64   `json:"confidence"` // mean; nil in an empty bin
	Accuracy   Proportion `json:"accuracy"`
}

// reliability sums up outcomes by confidence.
type reliability [calibrationBins]struct {
	Proportion
	// The sum of the confidences, each rounded down to a multiple of 2^-53, as a
	// 128-bit whole number: exact, and so the same in any order.
	hi, lo uint64
}

const confidenceUnit = 1 << 53

func (r *reliability) add(o *Outcome, n int) {
	b := &r[binOf(o.Confidence)]
	b.Proportion.add(o.Argmax == o.Target, n)
	hi, lo := bits.Mul64(uint64(o.Confidence*confidenceUnit), uint64(n))
	var carry uint64
	b.lo, carry = bits.Add64(b.lo, lo, 0)
	b.hi, _ = bits.Add64(b.hi, hi, carry)
}

func edge(i int) float64 { return float64(i) / calibrationBins }

// binOf returns the bin i with edge(i) < confidence <= edge(i+1).
func binOf(confidence float64) int {
	i := min(int(confidence*calibrationBins), calibrationBins-1)
	for i > 0 && confidence <= edge(i) {
		i--
	}
	for i < calibrationBins-1 && confidence > edge(i+1) {
		i++
	}
	return i
}

func (r *reliability) calibration() Calibration {
	c := Calibration{Bins: make([]CalibrationBin, calibrationBins)}
	sum, all := 0.0, 0
	for i := range r {
		b := &r[i]
		c.Bins[i] = CalibrationBin{Low: edge(i), High: edge(i + 1), Accuracy: b.Proportion}
		if b.Of == 0 {
			continue
		}
		total := (float64(float64(b.hi)*(1<<63)*2) + float64(b.lo)) / confidenceUnit
		mean := total / float64(b.Of)
		c.Bins[i].Confidence = &mean
		gap := total - float64(b.Count)
		sum += max(gap, -gap)
		all += b.Of
	}
	if all > 0 {
		sum /= float64(all)
		c.ECE = &sum
	}
	return c
}

// TopProbability returns the largest probability, 0 without any.
func (o Outputs) TopProbability() float64 {
	if len(o.Probabilities) == 0 {
		return 0
	}
	return float64(slices.Max(o.Probabilities))
}
