package nn

import (
	"github.com/gesturekit/gesturekit/trainer/nn/kernel"
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

// windows calls window for each output pixel of an image without padding, in
// order, and tap for the pixels under it, row by row; both get offsets in the
// image's numbers.
func (p pooling) windows(window func(out int, count int), tap func(in int)) {
	for i := range p.oh * p.ow {
		top, left := i/p.ow*p.stride, i%p.ow*p.stride
		bottom, right := min(top+p.size, p.h), min(left+p.size, p.w)
		window(i*p.c, (bottom-top)*(right-left))
		for y := top; y < bottom; y++ {
			for x := left; x < right; x++ {
				tap((y*p.w + x) * p.c)
			}
		}
	}
}

// rows calls tap for each row of outputs and each position within their windows:
// with the offset of the first output that has a pixel there, how many outputs
// have, and the offset of the first one's pixel.
func (p pooling) rows(tap func(out, count, in int)) {
	for oy := range p.oh {
		top := oy*p.stride - p.pad
		for y := max(0, top); y < min(top+p.size, p.h); y++ {
			for s := range p.size {
				first := (max(0, p.pad-s) + p.stride - 1) / p.stride
				end := min(p.ow, (p.w-1+p.pad-s+p.stride)/p.stride)
				if first < end {
					tap((oy*p.ow+first)*p.c, end-first, (y*p.w+first*p.stride-p.pad+s)*p.c)
				}
			}
		}
	}
}

// images returns the parts of in and out that belong to an image.
func (p pooling) images(image int, in, out []float32) ([]float32, []float32) {
	return in[image*p.h*p.w*p.c:][:p.h*p.w*p.c], out[image*p.oh*p.ow*p.c:][:p.oh*p.ow*p.c]
}

// maxPool adds the maximum of each window. Its gradient goes to the first of
// equal maxima. pad is less than half of size.
func (b *builder) maxPool(x *gorgonia.Node, size, stride, pad int) *gorgonia.Node {
	return b.maximum(x, b.pooled(x, size, stride, pad, func(in int) int { return (in+2*pad-size)/stride + 1 }))
}

// halve adds the maximum of each 2x2 pixels, side by side; of an odd number of
// rows or columns the last stands alone.
func (b *builder) halve(x *gorgonia.Node) *gorgonia.Node {
	return b.maximum(x, b.pooled(x, 2, 2, 0, func(in int) int { return (in + 1) / 2 }))
}

// maximum adds the maximum of each window of p, all of which have pixel (pad, pad).
func (b *builder) maximum(x *gorgonia.Node, p pooling) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	step := p.stride * p.c
	run := func(_, image int, y []float32, in [][]float32, _ []float32) {
		x, y := p.images(image, in[0], y)
		for i := range p.oh * p.ow { // begins with that pixel
			copy(y[i*p.c:][:p.c], x[(i/p.ow*p.w+i%p.ow)*step:])
		}
		p.rows(func(out, count, in int) { kernel.MaxPixels(y[out:][:count*p.c], x[in:], p.c, step) })
	}
	back := func(_, image int, dx []float32, in [][]float32, left []float32) {
		x, y := p.images(image, in[1], in[2])
		dx, dy := p.images(image, dx, in[0])
		clear(dx)
		left = left[:len(dy)] // gradient not yet given to a maximum
		copy(left, dy)
		p.rows(func(out, count, in int) {
			n := count * p.c
			kernel.RouteMax(dx[in:], left[out:][:n], x[in:], y[out:][:n], p.c, step)
		})
	}
	o := &op{name: "max-pool", out: p.shape(), phases: []int{p.n}, cost: p.n * p.oh * p.ow * p.c * p.size, run: run, wrt: []bool{true}}
	o.diff = func(in gorgonia.Nodes, y, grad *gorgonia.Node) gorgonia.Nodes {
		return gorgonia.Nodes{b.apply(&op{name: "max-pool-grad", out: in[0].Shape(), phases: []int{p.n}, scratch: p.oh * p.ow * p.c, run: back}, grad, in[0], y)}
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
