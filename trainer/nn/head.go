package nn

import (
	"github.com/gesturekit/gesturekit/trainer/nn/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// globalAverage adds the mean over pixels of x, an image tensor of one pixel.
func (b *builder) globalAverage(x *gorgonia.Node) *gorgonia.Node {
	n, h, w, c := b.dims(x)
	if b.err != nil {
		return nil
	}
	size, pixels := h*w*c, float32(h*w)
	run := func(_, image int, y []float32, in [][]float32, _ []float32) {
		y = y[image*c:][:c]
		kernel.Sum(y, in[0][image*size:][:size])
		for i := range y {
			y[i] /= pixels
		}
	}
	spread := func(_, image int, dx []float32, in [][]float32, _ []float32) {
		dx, dy := dx[image*size:][:size], in[0][image*c:][:c]
		for i, g := range dy {
			dx[i] = g / pixels
		}
		for at := c; at < size; at += c {
			copy(dx[at:], dx[:c])
		}
	}
	o := &op{name: "global-average", out: tensor.Shape{n, 1, 1, c}, phases: []int{n}, cost: n * size, run: run, wrt: []bool{true}}
	o.diff = func(_ gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
		return gorgonia.Nodes{b.apply(&op{name: "global-average-grad", out: tensor.Shape{n, h, w, c}, phases: []int{n}, run: spread}, grad)}
	}
	return b.apply(o, x)
}

// dense adds x*weight + bias for x [n][1][1][inputs], weight [inputs][outputs].
func (b *builder) dense(x, weight, bias *gorgonia.Node) *gorgonia.Node {
	return b.bias(b.conv(x, weight, 1, 0), bias)
}

// bias adds to each pixel of x the vector bias.
func (b *builder) bias(x, bias *gorgonia.Node) *gorgonia.Node {
	n, h, w, c := b.dims(x)
	if b.err != nil {
		return nil
	}
	add := func(_, _ int, y []float32, in [][]float32, _ []float32) {
		for at := 0; at < len(y); at += c {
			kernel.Add(y[at:at+c], in[0][at:at+c], in[1])
		}
	}
	sum := func(_, _ int, db []float32, in [][]float32, _ []float32) { kernel.Sum(db, in[0]) }
	o := &op{name: "bias", out: tensor.Shape{n, h, w, c}, phases: []int{1}, run: add, wrt: []bool{true, true}}
	o.diff = func(_ gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
		return gorgonia.Nodes{grad, b.apply(&op{name: "bias-grad", out: tensor.Shape{c}, phases: []int{1}, run: sum}, grad)}
	}
	return b.apply(o, x, bias)
}
