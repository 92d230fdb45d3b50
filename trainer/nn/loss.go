package nn

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Loss names a loss function of logits and target rows.
type Loss string

const (
	// CrossEntropy is the softmax cross-entropy of each row, -sum of
	// target*log(softmax), averaged over rows. Targets may be any weights.
	CrossEntropy Loss = "ce"
	// BinaryCrossEntropy is the sigmoid cross-entropy of each element, averaged
	// over all elements of all rows. Targets are in [0, 1].
	BinaryCrossEntropy Loss = "bce"
	// Objectosphere is CrossEntropy plus, for each row, Term.Push times
	// Term.ring of its features: the input of the last layer (Dhamija et al.
	// 2018).
	Objectosphere Loss = "objectosphere"
)

// Term says how an image counts in the loss. The loss of a row is multiplied by
// Weight; the mean is over images as they are, not over weights.
type Term struct {
	Weight float32 // 1 leaves the row's loss as it is
	Push   float32 // factor of the ring; Objectosphere only
	Margin float32 // what the norm of the features should reach, or 0 to draw it to 0
}

// termSize is how many numbers a Term is in the graph.
const termSize = 3

// ring returns max(Margin - norm, 0)², or norm² for a Margin of 0, and the
// number by which the features are multiplied to give its gradient.
func ring(margin float64, features []float32) (value, slope float64) {
	square := 0.0
	for _, f := range features {
		square += float64(float64(f) * float64(f))
	}
	if margin == 0 {
		return square, 2
	}
	norm := math.Sqrt(square)
	if norm >= margin || norm == 0 { // at the origin no direction is better than another
		short := max(margin-norm, 0)
		return float64(short * short), 0
	}
	short := margin - norm
	return float64(short * short), -2 * short / norm
}

// lossRow returns the loss of a row and writes its gradient by the logits to
// grad unless that is nil. Both are sums, not yet averaged.
type lossRow func(grad []float64, logits, target []float32) float64

// rows returns the row function of l and the number that divides its sum.
func (l Loss) rows(n, c int) (lossRow, float64, error) {
	switch l {
	case CrossEntropy, Objectosphere:
		return crossEntropy, float64(n), nil
	case BinaryCrossEntropy:
		return binaryCrossEntropy, float64(n * c), nil
	}
	return nil, 0, fmt.Errorf("build loss: unknown loss %q, want %q, %q or %q", l, CrossEntropy, BinaryCrossEntropy, Objectosphere)
}

func crossEntropy(grad []float64, logits, target []float32) float64 {
	top, sum := logSumExp(logits)
	loss, weight, level := 0.0, 0.0, top+log(sum)
	for i, t := range target {
		weight += float64(t)
		loss += float64(float64(t) * (level - float64(logits[i])))
	}
	for i := range grad {
		p := exp(float64(logits[i])-top) / sum
		grad[i] = float64(weight*p) - float64(target[i])
	}
	return loss
}

func binaryCrossEntropy(grad []float64, logits, target []float32) float64 {
	loss := 0.0
	for i, z := range logits {
		x, t := float64(z), float64(target[i])
		loss += max(x, 0) - float64(x*t) + log1p(exp(-max(x, -x)))
		if grad != nil {
			grad[i] = sigmoid(x) - t
		}
	}
	return loss
}

// loss adds the mean loss of logits [n][1][1][c] against targets of the same
// shape, with terms [n][1][1][termSize]. features [n][1][1][m] are for
// Objectosphere; another loss leaves them alone.
func (b *builder) loss(l Loss, logits, targets, terms, features *gorgonia.Node) *gorgonia.Node {
	n, _, _, c := b.dims(logits)
	if b.err != nil {
		return nil
	}
	row, count, err := l.rows(n, c)
	if err != nil {
		b.err = err
		return nil
	}
	in, width := gorgonia.Nodes{logits, targets, terms}, 0
	if l == Objectosphere {
		in = append(in, features)
		_, _, _, width = b.dims(features)
	}
	value := func(_, _ int, out []float32, in [][]float32, _ []float32) {
		sum := 0.0
		for i := range n {
			term := in[2][i*termSize:][:termSize]
			one := row(nil, in[0][i*c:][:c], in[1][i*c:][:c])
			if width > 0 {
				r, _ := ring(float64(term[2]), in[3][i*width:][:width])
				one += float64(float64(term[1]) * r)
			}
			sum += float64(float64(term[0]) * one)
		}
		out[0] = float32(sum / count)
	}
	o := &op{name: "loss", out: tensor.Shape{}, phases: []int{1}, run: value, wrt: []bool{true, false, false, true}[:len(in)]}
	o.diff = func(in gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
		out := gorgonia.Nodes{b.apply(lossGrad(row, count, n, c), in[0], in[1], in[2], grad), nil, nil}
		if width > 0 {
			out = append(out, b.apply(ringGrad(count, n, width), in[2], in[3], grad))
		}
		return out
	}
	return b.apply(o, in...)
}

// lossGrad returns the gradient by the logits, scaled by a fourth, scalar input.
func lossGrad(row lossRow, count float64, n, c int) *op {
	grad := make([]float64, c)
	run := func(_, _ int, out []float32, in [][]float32, _ []float32) {
		scale := float64(in[3][0]) / count
		for i := range n {
			row(grad, in[0][i*c:][:c], in[1][i*c:][:c])
			weight := float64(scale * float64(in[2][i*termSize]))
			for j, g := range grad {
				out[i*c+j] = float32(g * weight)
			}
		}
	}
	return &op{name: "loss-grad", out: tensor.Shape{n, 1, 1, c}, phases: []int{1}, run: run}
}

// ringGrad returns the gradient by the features: inputs are terms, features and
// a scalar.
func ringGrad(count float64, n, width int) *op {
	run := func(_, _ int, out []float32, in [][]float32, _ []float32) {
		scale := float64(in[2][0]) / count
		for i := range n {
			term, features := in[0][i*termSize:][:termSize], in[1][i*width:][:width]
			_, slope := ring(float64(term[2]), features)
			weight := float64(float64(scale*float64(term[0])) * float64(float64(term[1])*slope))
			for j, f := range features {
				out[i*width+j] = float32(float64(f) * weight)
			}
		}
	}
	return &op{name: "ring-grad", out: tensor.Shape{n, 1, 1, width}, phases: []int{1}, run: run}
}
