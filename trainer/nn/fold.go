package nn

import (
	"github.com/gesturekit/gesturekit/trainer/nn/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// In evaluation a normalisation is a scale and a shift of each channel, which are
// folded into the convolution before it: its weights are multiplied by the scale,
// and the shift becomes its bias. That is done in a graph of its own, once for
// any number of images.

// folded adds a convolution, normalised by running statistics, plus skip unless
// nil, rectified if relu is set.
func (l *layers) folded(convName, normName string, x *gorgonia.Node, outputs, size, stride int, skip *gorgonia.Node, relu bool) *gorgonia.Node {
	n, h, w, c := l.dims(x)
	p := l.prepare
	weight := p.convWeight(convName, c, outputs, size)
	affine, running := p.normArrays(normName, outputs, 1)
	if l.err == nil {
		l.err = p.err
	}
	if l.err != nil {
		return nil
	}
	v, e := newConv(n, h, w, c, outputs, size, stride, size/2), finish{bias: true, skip: skip != nil, relu: relu}
	o, pack := v.forward(e), v.pack()
	if w, ok := v.winograd(); ok && relu {
		o, pack = w.forward(e), w.weights()
	}
	scaled, shift := p.apply(foldScale(weight.Shape()), weight, affine, running), p.apply(foldShift(outputs), affine, running)
	in := gorgonia.Nodes{x, l.prepared(convName, p.apply(pack, scaled)), l.prepared(normName, shift)}
	if skip != nil {
		in = append(in, skip)
	}
	return l.apply(o, in...)
}

// prepared returns an input of the graph that is a result of the other graph.
func (l *layers) prepared(name string, n *gorgonia.Node) *gorgonia.Node {
	if l.err = l.prepare.err; l.err != nil {
		return nil
	}
	data := make([]float32, n.Shape().TotalSize())
	l.prepare.results[n] = data
	return l.input(name, data, n.Shape()...)
}

// foldScale multiplies convolution weights by gamma/deviation of their output channel.
func foldScale(shape tensor.Shape) *op {
	k := shape[3]
	rows := shape.TotalSize() / k
	run := func(_, _ int, out []float32, in [][]float32, scratch []float32) {
		zero, scale, unused := scratch[:k], scratch[k:2*k], scratch[2*k:3*k]
		normAffine(scale, unused, in[1], in[2])
		clear(zero)
		kernel.Affine(out[:rows*k], in[0], scale, zero, false)
	}
	return &op{name: "fold-scale", out: shape, phases: []int{1}, scratch: 3 * k, run: run}
}

// foldShift is what a normalisation makes of zero.
func foldShift(k int) *op {
	run := func(_, _ int, out []float32, in [][]float32, scratch []float32) {
		normAffine(scratch[:k], out, in[0], in[1])
	}
	return &op{name: "fold-shift", out: tensor.Shape{k}, phases: []int{1}, scratch: k, run: run}
}

// duplicate copies a node.
func duplicate(shape tensor.Shape) *op {
	run := func(_, _ int, out []float32, in [][]float32, _ []float32) { copy(out, in[0]) }
	return &op{name: "duplicate", out: shape, phases: []int{1}, run: run}
}
