package nn

import (
	"github.com/gesturekit/gesturekit/trainer/nn/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// conv is the geometry of a convolution of [n][h][w][c] images with square
// [size][size][c][k] weights into [n][oh][ow][k].
type conv struct {
	n, h, w, c, k     int
	size, stride, pad int
	oh, ow            int
}

func newConv(n, h, w, c, k, size, stride, pad int) conv {
	out := func(in int) int { return (in+2*pad-size)/stride + 1 }
	return conv{n, h, w, c, k, size, stride, pad, out(h), out(w)}
}

func (v conv) macs() int { return v.n * v.oh * v.ow * v.k * v.size * v.size * v.c }

// conv adds the convolution of x with weight.
func (b *builder) conv(x, weight *gorgonia.Node, stride, pad int) *gorgonia.Node {
	n, h, w, c := b.dims(x)
	size, _, _, k := b.dims(weight)
	if b.err != nil {
		return nil
	}
	v := newConv(n, h, w, c, k, size, stride, pad)
	if w, ok := v.winograd(); ok {
		return b.winograd(w, x, weight)
	}
	o := v.forward(finish{})
	o.wrt = []bool{true, true}
	o.diff = func(in gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
		flipped := b.apply(v.flip(), in[1])
		return gorgonia.Nodes{b.apply(v.inputGrad(), grad, flipped), b.apply(v.weightGrad(), in[0], grad)}
	}
	return b.apply(o, x, weight)
}

// winograd adds the convolution of x with weight by tiles. The node of the
// transformed weights is an inner one: differentiation goes past it.
func (b *builder) winograd(w winograd, x, weight *gorgonia.Node) *gorgonia.Node {
	o := w.forward(finish{})
	transformed := b.apply(w.weights(), weight)
	o.wrt = []bool{true, false, true}
	o.diff = func(in gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
		flipped := b.apply(w.flipped(), in[2])
		return gorgonia.Nodes{b.apply(w.back().forward(finish{}), grad, flipped), nil, b.apply(w.weightGrad(), in[0], grad)}
	}
	return b.apply(o, x, transformed, weight)
}

// groups cuts n images into groups large enough that each has at least pixels
// of the given number per image, and returns the images of a group and the
// number of groups.
func groups(n, perImage, pixels int) (size, count int) {
	size = min(n, (pixels+perImage-1)/perImage)
	return size, (n + size - 1) / size
}

// forward computes y[n][oy][ox][k] as the sum over r, s, c of
// x[n][oy*stride+r-pad][ox*stride+s-pad][c] * weight[r][s][c][k], and
// finishes it. A task is a group of images, padded with zeros in its scratch.
func (v conv) forward(e finish) *op {
	f := frame{v.h, v.w, v.c, v.pad, v.pad}
	size, count := groups(v.n, v.oh*v.ow, 64)
	in, out := make([]int, 0, size*v.oh*v.ow), make([]int, 0, size*v.oh*v.ow)
	for i := range size * v.oh * v.ow {
		image, y, x := i/(v.oh*v.ow), i/v.ow%v.oh, i%v.ow
		in = append(in, image*f.size()+f.at(y*v.stride-v.pad, x*v.stride-v.pad))
		out = append(out, i*v.k)
	}
	l := kernel.Layout{
		Outer: 1, Rows: v.size, Run: v.size * v.c, ARow: f.pitch(), ARun: 1,
		BRow: v.size * v.c * v.k, BRun: v.k, BBlock: kernel.Lanes, Cols: v.k,
	}
	ones := make([]float32, v.k)
	for i := range ones {
		ones[i] = 1
	}
	run := func(_, task int, y []float32, operands [][]float32, scratch []float32) {
		first := task * size
		n := min(size, v.n-first)
		x := f.pad(scratch, operands[0], first, n)
		pixels := n * v.oh * v.ow
		from := first * v.oh * v.ow
		y = y[from*v.k:][:pixels*v.k]
		kernel.MulAdd(y, out[:pixels], x, in[:pixels], operands[1], l, false)
		e.apply(y, from, ones, operands[2:])
	}
	return &op{name: "conv", out: tensor.Shape{v.n, v.oh, v.ow, v.k}, phases: []int{count},
		scratch: f.scratch(size), cost: v.macs(), run: run}
}

// frame is the layout of [h][w][c] images with a border of zeros before and
// after both rows and columns.
type frame struct{ h, w, c, before, after int }

func (f frame) pitch() int { return (f.before + f.w + f.after) * f.c }
func (f frame) size() int  { return (f.before + f.h + f.after) * f.pitch() }

// at returns the offset in a framed image of pixel (y, x), which may be on the border.
func (f frame) at(y, x int) int { return (f.before+y)*f.pitch() + (f.before+x)*f.c }

// scratch returns the float32 needed to pad n images.
func (f frame) scratch(n int) int {
	if f.before+f.after == 0 {
		return 0
	}
	return n * f.size()
}

// pad returns n framed images, copied to dst if there is a border.
func (f frame) pad(dst, images []float32, first, n int) []float32 {
	src := images[first*f.h*f.w*f.c:]
	if f.before+f.after == 0 {
		return src
	}
	row := f.w * f.c
	for i := range n {
		out := dst[i*f.size():][:f.size()]
		end := 0
		for y := range f.h {
			start := f.at(y, 0)
			clear(out[end:start])
			end = start + copy(out[start:], src[(i*f.h+y)*row:][:row])
		}
		clear(out[end:])
	}
	return dst
}
