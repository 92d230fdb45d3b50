package nn

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// pooling is the geometry of windows of [size][size] pixels over [n][h][w][c]
// images. A window covers what of it lies inside the image.
type pooling struct {
	n, h, w, c        int
	size, stride, pad int
	oh, ow            int
}

// pooled returns the geometry over x with outputs of oh x ow.
func (b *builder) pooled(x *gorgonia.Node, size, stride, pad int, out func(in int) int) pooling {
	n, h, w, c := b.dims(x)
	return pooling{n, h, w, c, size, stride, pad, out(h), out(w)}
}

func (p pooling) shape() tensor.Shape { return tensor.Shape{p.n, p.oh, p.ow, p.c} }

// windows calls window for each output pixel of an image, in order, and tap for
// the pixels under it, row by row; both get offsets in the image's numbers.
func (p pooling) windows(window func(out int, count int), tap func(in int)) {
	for i := range p.oh * p.ow {
		top, left := i/p.ow*p.stride-p.pad, i%p.ow*p.stride-p.pad
		bottom, right := min(top+p.size, p.h), min(left+p.size, p.w)
		top, left = max(top, 0), max(left, 0)
		window(i*p.c, (bottom-top)*(right-left))
		for y := top; y < bottom; y++ {
			for x := left; x < right; x++ {
				tap((y*p.w + x) * p.c)
			}
		}
	}
}

// images returns the parts of in and out that belong to an image.
func (p pooling) images(image int, in, out []float32) ([]float32, []float32) {
	return in[image*p.h*p.w*p.c:][:p.h*p.w*p.c], out[image*p.oh*p.ow*p.c:][:p.oh*p.ow*p.c]
}

// maxPool adds the maximum of each window. Its gradient goes to the first of
// equal maxima.
func (b *builder) maxPool(x *gorgonia.Node, size, stride, pad int) *gorgonia.Node {
	p := b.pooled(x, size, stride, pad, func(in int) int { return (in+2*pad-size)/stride + 1 })
	if b.err != nil {
		return nil
	}
	run := func(_, image int, y []float32, in [][]float32, _ []float32) {
		x, y := p.images(image, in[0], y)
		var out []float32
		first := true
		p.windows(func(at, _ int) { out, first = y[at:][:p.c], true }, func(at int) {
			x := x[at:][:len(out)]
			if first {
				copy(out, x)
				first = false
				return
			}
			for i, v := range x {
				out[i] = max(out[i], v)
			}
		})
	}
	back := func(_, image int, dx []float32, in [][]float32, left []float32) {
		x, y := p.images(image, in[1], in[2])
		dx, dy := p.images(image, dx, in[0])
		clear(dx)
		left = left[:p.c] // gradient not yet given to a maximum
		var top []float32
		p.windows(func(at, _ int) { top = y[at:][:p.c]; copy(left, dy[at:]) }, func(at int) {
			x, dx := x[at:][:p.c], dx[at:][:p.c]
			for i, v := range x {
				if v == top[i] {
					dx[i] += left[i]
					left[i] = 0
				}
			}
		})
	}
	o := &op{name: "max-pool", out: p.shape(), phases: []int{p.n}, cost: p.n * p.oh * p.ow * p.c * size, run: run, wrt: []bool{true}}
	o.diff = func(in gorgonia.Nodes, y, grad *gorgonia.Node) gorgonia.Nodes {
		return gorgonia.Nodes{b.apply(&op{name: "max-pool-grad", out: in[0].Shape(), phases: []int{p.n}, scratch: p.c, run: back}, grad, in[0], y)}
	}
	return b.apply(o, x)
}

// averagePool adds the mean of what each window of size x size, side by side,
// covers; the last may cover less than the others.
func (b *builder) averagePool(x *gorgonia.Node, size int) *gorgonia.Node {
	p := b.pooled(x, size, size, 0, func(in int) int { return (in + size - 1) / size })
	if b.err != nil {
		return nil
	}
	run := func(_, image int, y []float32, in [][]float32, _ []float32) {
		x, y := p.images(image, in[0], y)
		var out []float32
		p.windows(func(at, _ int) { out = y[at:][:p.c]; clear(out) }, func(at int) {
			for i, v := range x[at:][:len(out)] {
				out[i] += v
			}
		})
		p.divide(y)
	}
	back := func(_, image int, dx []float32, in [][]float32, share []float32) {
		dx, dy := p.images(image, dx, in[0])
		share = share[:p.c]
		p.windows(func(at, count int) {
			for i, g := range dy[at:][:p.c] {
				share[i] = g / float32(count)
			}
		}, func(at int) { copy(dx[at:], share) })
	}
	o := &op{name: "average-pool", out: p.shape(), phases: []int{p.n}, cost: p.n * p.h * p.w * p.c, run: run, wrt: []bool{true}}
	o.diff = func(in gorgonia.Nodes, _, grad *gorgonia.Node) gorgonia.Nodes {
		return gorgonia.Nodes{b.apply(&op{name: "average-pool-grad", out: in[0].Shape(), phases: []int{p.n}, scratch: p.c, run: back}, grad)}
	}
	return b.apply(o, x)
}

// divide divides the sums of an image's windows by what they cover.
func (p pooling) divide(y []float32) {
	p.windows(func(at, count int) {
		for i := range p.c {
			y[at+i] /= float32(count)
		}
	}, func(int) {})
}
