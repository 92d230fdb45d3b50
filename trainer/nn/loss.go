package nn

import (
	"fmt"

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
)

// lossRow returns the loss of a row and writes its gradient by the logits to
// grad unless that is nil. Both are sums, not yet averaged.
type lossRow func(grad []float64, logits, target []float32) float64

// rows returns the row function of l and the number that divides its sum.
func (l Loss) rows(n, c int) (lossRow, float64, error) {
	switch l {
	case CrossEntropy:
		return crossEntropy, float64(n), nil
	case BinaryCrossEntropy:
		return binaryCrossEntropy, float64(n * c), nil
	}
	return nil, 0, fmt.Errorf("build loss: unknown loss %q, want %q or %q", l, CrossEntropy, BinaryCrossEntropy)
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

// loss adds the mean loss of logits [n][1][1][c] against targets of the same shape.
func (b *builder) loss(l Loss, logits, targets *gorgonia.Node) *gorgonia.Node {
	n, _, _, c := b.dims(logits)
	if b.err != nil {
		return nil
	}
	row, count, err := l.rows(n, c)
	if err != nil {
		b.err = err
		return nil
	}
	value := func(_, _ int, out []float32, in [][]float32, _ []float32) {
		sum := 0.0
		for at := 0; at < n*c; at += c {
			sum += row(nil, in[0][at:at+c], in[1][at:at+c])
		}
		out[0] = float32(sum / count)
	}
	o := &op{name: "loss", out: tensor.Shape{}, phases: []int{1}, run: value, wrt: []bool{true, false}}
	o.diff = func(in gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
		return gorgonia.Nodes{b.apply(lossGrad(row, count, n, c), in[0], in[1], grad), nil}
	}
	return b.apply(o, logits, targets)
}

// lossGrad returns the gradient by the logits, scaled by a third, scalar input.
func lossGrad(row lossRow, count float64, n, c int) *op {
	grad := make([]float64, c)
	run := func(_, _ int, out []float32, in [][]float32, _ []float32) {
		scale := float64(in[2][0]) / count
		for at := 0; at < n*c; at += c {
			row(grad, in[0][at:at+c], in[1][at:at+c])
			for i, g := range grad {
				out[at+i] = float32(g * scale)
			}
		}
	}
	return &op{name: "loss-grad", out: tensor.Shape{n, 1, 1, c}, phases: []int{1}, run: run}
}
