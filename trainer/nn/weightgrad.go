package nn

import (
	"github.com/gesturekit/gesturekit/trainer/nn/kernel"
	"gorgonia.org/tensor"
)

// weightGrad computes dweight[r][s][c][k] as the sum over n, oy, ox of
// x[n][oy*stride+r-pad][ox*stride+s-pad][c] * dy[n][oy][ox][k]. Its inputs are x
// and dy. A task is a block of input channels in a chunk of the images, as many
// chunks as make eight tasks; a second phase adds the chunks in order.
func (v conv) weightGrad() *op {
	blocks := (v.c + gradBlock - 1) / gradBlock
	images, chunks := groups(v.n, 1, (v.n*blocks+7)/8)
	size := v.size * v.size * v.c * v.k
	parts := make([]float32, (chunks-1)*size)
	g := v.weightPass()
	run := func(phase, task int, dw []float32, in [][]float32, _ []float32) {
		if phase == 1 {
			for at := 0; at < len(parts); at += size {
				kernel.Add(dw, dw, parts[at:][:size])
			}
			return
		}
		chunk, block := task/blocks, task%blocks
		if chunk > 0 {
			dw = parts[(chunk-1)*size:][:size]
		}
		g.run(dw, in[0], in[1], chunk*images, min(v.n, (chunk+1)*images), block*gradBlock)
	}
	return &op{name: "conv-weight-grad", out: tensor.Shape{v.size, v.size, v.c, v.k},
		phases: []int{chunks * blocks, 1}, cost: v.macs(), run: run}
}

// gradBlock is the number of input channels of a weightGrad task.
const gradBlock = 16

// weightPass walks dy in pieces of a few hundred pixels, so that a piece stays in
// the first-level cache while all taps use it: some rows of one image, or all
// rows of several small images.
type weightPass struct {
	conv
	in, out      kernel.Offsets // of the input channels of a block
	images, rows int            // of a piece
}

func (v conv) weightPass() weightPass {
	in, out := make([]int, gradBlock), make([]int, gradBlock)
	for i := range gradBlock {
		in[i], out[i] = i, i*v.k
	}
	g := weightPass{conv: v, in: kernel.NewOffsets(in), out: kernel.NewOffsets(out)}
	g.images, _ = groups(v.n, v.oh*v.ow, 256)
	g.rows, _ = groups(v.oh, v.ow, 256)
	return g
}

// run sets the gradients of the input channels from c on to the sum over images
// first to end-1.
func (g weightPass) run(dw, x, dy []float32, first, end, c int) {
	channels := min(gradBlock, g.c-c)
	for i := range g.size * g.size {
		clear(dw[(i*g.c+c)*g.k:][:channels*g.k])
	}
	for n := first; n < end; n += g.images {
		for y := 0; y < g.oh; y += g.rows {
			for tap := range g.size * g.size {
				g.tap(dw, x, dy, tap, channels, c, [2]int{n, min(n+g.images, end)}, [2]int{y, min(y+g.rows, g.oh)})
			}
		}
	}
}

// tap adds one piece to the gradient of one tap.
func (g weightPass) tap(dw, x, dy []float32, tap, channels, c int, images, rows [2]int) {
	r, s := tap/g.size, tap%g.size
	y0, y1 := g.valid(r, g.h, rows[0], rows[1])
	x0, x1 := g.valid(s, g.w, 0, g.ow)
	if y0 >= y1 || x0 >= x1 {
		return
	}
	l := kernel.Layout{
		Outer: images[1] - images[0], Rows: y1 - y0, Run: x1 - x0, Cols: g.k, BBlock: kernel.Lanes,
		AOuter: g.h * g.w * g.c, ARow: g.stride * g.w * g.c, ARun: g.stride * g.c,
		BOuter: g.oh * g.ow * g.k, BRow: g.ow * g.k, BRun: g.k,
	}
	a := images[0]*l.AOuter + ((y0*g.stride+r-g.pad)*g.w+x0*g.stride+s-g.pad)*g.c + c
	b := images[0]*l.BOuter + (y0*g.ow+x0)*g.k
	kernel.MulAdd(dw[(tap*g.c+c)*g.k:], g.out.First(channels), x[a:], g.in.First(channels), dy[b:], l, true)
}

// valid narrows the half-open range of outputs to those whose tap t reads an
// input inside 0..in-1.
func (v conv) valid(t, in, first, end int) (int, int) {
	last := in - 1 + v.pad - t
	if last < 0 {
		return 0, 0
	}
	return max(first, (v.pad-t+v.stride-1)/v.stride), min(end, last/v.stride+1)
}
