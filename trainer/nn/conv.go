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
	return b.packed(v.forward(finish{}), v.pack(), x, weight, func(weight, grad *gorgonia.Node) *gorgonia.Node {
		return b.apply(v.inputGrad(), grad, b.apply(v.flip(), weight))
	}, v.weightGrad)
}

// winograd adds the convolution of x with weight by tiles.
func (b *builder) winograd(w winograd, x, weight *gorgonia.Node) *gorgonia.Node {
	return b.packed(w.forward(finish{}), w.weights(), x, weight, func(weight, grad *gorgonia.Node) *gorgonia.Node {
		return b.apply(w.back().forward(finish{}), grad, b.apply(w.flipped(), weight))
	}, func() *op { return w.weightGrad(b.workers) })
}

// packed adds the convolution o of x with weight in the form that pack gives it.
// The node of the packed weights is an inner one: differentiation goes past it,
// by inputGrad and weightGrad.
func (b *builder) packed(o, pack *op, x, weight *gorgonia.Node, inputGrad func(weight, grad *gorgonia.Node) *gorgonia.Node, weightGrad func() *op) *gorgonia.Node {
	o.wrt = []bool{true, false, true}
	o.diff = func(in gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
		return gorgonia.Nodes{inputGrad(in[2], grad), nil, b.apply(weightGrad(), in[0], grad)}
	}
	return b.apply(o, x, b.apply(pack, weight), weight)
}

// wide is k in whole blocks of lanes.
func (v conv) wide() int { return blocks(v.k) * kernel.Lanes }

// pack brings [size][size][c][k] weights to [k/lanes][size][size][c][lane], with
// zeros in the lanes past the last channel: so they are read one after the other.
func (v conv) pack() *op {
	rows := v.size * v.size * v.c
	run := func(_, block int, out []float32, in [][]float32, _ []float32) {
		first := block * kernel.Lanes
		width := min(kernel.Lanes, v.k-first)
		out = out[first*rows:][:kernel.Lanes*rows]
		for i := range rows {
			lane := out[i*kernel.Lanes:][:kernel.Lanes]
			clear(lane[copy(lane, in[0][i*v.k+first:][:width]):])
		}
	}
	return &op{name: "pack", out: tensor.Shape{rows * v.wide()}, phases: []int{blocks(v.k)}, run: run}
}

// groups cuts n images into groups large enough that each has at least pixels
// of the given number per image, and returns the images of a group and the
// number of groups.
func groups(n, perImage, pixels int) (size, count int) {
	size = min(n, (pixels+perImage-1)/perImage)
	return size, (n + size - 1) / size
}

// forward computes y[n][oy][ox][k] as the sum over r, s, c of
// x[n][oy*stride+r-pad][ox*stride+s-pad][c] * weight[r][s][c][k], with weights by
// pack, and finishes it. A task is a group of images, padded with zeros in its
// scratch if all pixels have all taps.
func (v conv) forward(e finish) *op {
	f := frame{v.h, v.w, v.c, v.pad, v.pad}
	size, count := v.tasks(f)
	parts := v.inner(size)
	if parts != nil {
		f = frame{v.h, v.w, v.c, 0, 0}
	} else {
		parts = []convPart{v.whole(f, size)}
	}
	padded := f.scratch(size)
	needed := padded
	if v.wide() != v.k {
		needed += size * v.oh * v.ow * v.wide()
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
		sums := y
		if v.wide() != v.k {
			sums = scratch[padded:][:pixels*v.wide()]
		}
		for _, p := range parts {
			p.run(sums, x, operands[1], n)
		}
		if v.wide() != v.k {
			for i := range pixels {
				copy(y[i*v.k:][:v.k], sums[i*v.wide():])
			}
		}
		e.apply(y, from, ones, operands[2:])
	}
	return &op{name: "conv", out: tensor.Shape{v.n, v.oh, v.ow, v.k}, phases: []int{count},
		scratch: needed, cost: v.macs(), run: run}
}

// convPart is the part of a convolution at the pixels that meet the same taps
// inside the image; the others would add products with zero.
type convPart struct {
	in, out kernel.Offsets // of the pixels, image by image
	pixels  int            // per image
	weights int            // offset of the first tap
	layout  kernel.Layout
}

// run sets the part's pixels of y.
func (p convPart) run(y, x, weights []float32, images int) {
	n := images * p.pixels
	kernel.MulAdd(y, p.out.First(n), x, p.in.First(n), weights[p.weights:], p.layout, false)
}

// taps is a range of rows and of columns of the weights, end excluded.
type taps struct{ row, rowEnd, col, colEnd int }

// tasks returns the images of a task and the number of tasks: 64 pixels or more,
// and for the sake of parts four images if they fit into 256 KiB.
func (v conv) tasks(f frame) (size, count int) {
	pixels := v.oh * v.ow
	fit := (1 << 16) / (f.size() + pixels*v.k)
	return groups(v.n, pixels, max(64, min(4, fit)*pixels))
}

// inner lists the parts for a group of images, none of which has a tap outside,
// or nil if all taps of all pixels take no longer, for kernels compute several
// pixels at once, or if a pixel has no tap inside.
func (v conv) inner(images int) (list []convPart) {
	pixels := map[taps][]int{}
	var order []taps
	for i := range v.oh * v.ow {
		y, x := i/v.ow*v.stride-v.pad, i%v.ow*v.stride-v.pad
		t := taps{max(0, -y), min(v.size, v.h-y), max(0, -x), min(v.size, v.w-x)}
		if t.row >= t.rowEnd || t.col >= t.colEnd {
			return nil
		}
		if pixels[t] == nil {
			order = append(order, t)
		}
		pixels[t] = append(pixels[t], i)
	}
	cost := func(t taps, pixels int) int {
		const together = 8
		return (images*pixels + together - 1) / together * (t.rowEnd - t.row) * (t.colEnd - t.col)
	}
	sum := 0
	for _, t := range order {
		sum += cost(t, len(pixels[t]))
		list = append(list, v.part(frame{v.h, v.w, v.c, 0, 0}, images, t, pixels[t]))
	}
	if v.pad > 0 && sum >= cost(v.all(), v.oh*v.ow) {
		return nil
	}
	return list
}

// all are the taps of a pixel that has none outside.
func (v conv) all() taps { return taps{0, v.size, 0, v.size} }

// whole returns the part of all taps and pixels of framed images.
func (v conv) whole(f frame, images int) convPart {
	pixels := make([]int, v.oh*v.ow)
	for i := range pixels {
		pixels[i] = i
	}
	return v.part(f, images, v.all(), pixels)
}

// part returns the part with the taps t at the given pixels of each image.
func (v conv) part(f frame, images int, t taps, pixels []int) convPart {
	var in, out []int
	for image := range images {
		for _, i := range pixels {
			in = append(in, image*f.size()+f.at(i/v.ow*v.stride-v.pad+t.row, i%v.ow*v.stride-v.pad+t.col))
			out = append(out, (image*v.oh*v.ow+i)*v.wide())
		}
	}
	return convPart{kernel.NewOffsets(in), kernel.NewOffsets(out), len(pixels), (t.row*v.size + t.col) * v.c * kernel.Lanes, kernel.Layout{
		Outer: 1, Rows: t.rowEnd - t.row, Run: (t.colEnd - t.col) * v.c, ARow: f.pitch(), ARun: 1,
		BRow: v.size * v.c * kernel.Lanes, BRun: kernel.Lanes, BBlock: v.size * v.size * v.c * kernel.Lanes, Cols: v.wide(),
	}}
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
