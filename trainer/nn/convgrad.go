package nn

import (
	"github.com/gesturekit/gesturekit/trainer/nn/kernel"
	"gorgonia.org/tensor"
)

// phase is the part of an input gradient at pixels y = dy, x = dx modulo the
// stride. Such a pixel meets the taps r = row, row+stride, ... of the weights,
// so the phase is a convolution of stride 1 with rows x cols flipped taps.
type phase struct {
	dy, dx     int // first pixel
	row, col   int // first tap
	rows, cols int // taps in each direction, possibly 0
	offset     int // of its weights in the flipped weights
}

// phases lists the stride*stride phases and the total size of their weights.
func (v conv) phases() (list []phase, size int) {
	taps := func(first int) int { return max(0, (v.size-first+v.stride-1)/v.stride) }
	for dy := range v.stride {
		for dx := range v.stride {
			p := phase{dy: dy, dx: dx, row: (dy + v.pad) % v.stride, col: (dx + v.pad) % v.stride, offset: size}
			p.rows, p.cols = taps(p.row), taps(p.col)
			list = append(list, p)
			size += p.rows * p.cols * v.k * v.blocks() * kernel.Lanes
		}
	}
	return list, size
}

// blocks is the number of packed blocks of input channels.
func (v conv) blocks() int { return blocks(v.c) }

// blocks returns how many blocks of lanes so many channels take.
func blocks(channels int) int { return (channels + kernel.Lanes - 1) / kernel.Lanes }

// flip packs the weights for inputGrad: for each phase and block of input
// channels, [rows][cols][k][lane] with the taps in reverse order, zeros in the
// lanes past the last channel. A task is one block of one phase.
func (v conv) flip() *op {
	list, total := v.phases()
	run := func(_, task int, out []float32, in [][]float32, _ []float32) {
		p, block := list[task/v.blocks()], task%v.blocks()
		dst := out[p.offset+block*p.rows*p.cols*v.k*kernel.Lanes:]
		for t := range p.rows * p.cols {
			r := p.row + (p.rows-1-t/p.cols)*v.stride
			s := p.col + (p.cols-1-t%p.cols)*v.stride
			v.transpose(dst[t*v.k*kernel.Lanes:], in[0][(r*v.size+s)*v.c*v.k:], block*kernel.Lanes)
		}
	}
	return &op{name: "flip", out: tensor.Shape{total}, phases: []int{len(list) * v.blocks()}, run: run}
}

// transpose writes the [k][lane] transpose of rows first and up of a [c][k] tap.
func (v conv) transpose(dst, tap []float32, first int) {
	dst = dst[:v.k*kernel.Lanes]
	for lane := range kernel.Lanes {
		if first+lane >= v.c {
			for i := lane; i < len(dst); i += kernel.Lanes {
				dst[i] = 0
			}
			continue
		}
		for i, x := range tap[(first+lane)*v.k:][:v.k] {
			dst[i*kernel.Lanes+lane] = x
		}
	}
}

// inputGrad computes dx[n][y][x][c] as the sum over r, s, k of
// dy[n][(y+pad-r)/stride][(x+pad-s)/stride][k] * weight[r][s][c][k], over the r
// and s that divide. Its inputs are dy and the flipped weights. A task is a group
// of images.
func (v conv) inputGrad() *op {
	list, _ := v.phases()
	size, count := groups(v.n, v.oh*v.ow, 64)
	parts := make([]gradPart, len(list))
	f := frame{h: v.oh, w: v.ow, c: v.k}
	f.before, f.after = v.gradBorder(list)
	for i, p := range list {
		parts[i] = v.gradPart(p, f, size)
	}
	run := func(_, task int, dx []float32, in [][]float32, scratch []float32) {
		first := task * size
		n := min(size, v.n-first)
		dx = dx[first*v.h*v.w*v.c:][:n*v.h*v.w*v.c]
		dy := f.pad(scratch, in[0], first, n)
		for _, p := range parts {
			p.run(dx, dy, in[1], n, v.c)
		}
	}
	return &op{name: "conv-input-grad", out: tensor.Shape{v.n, v.h, v.w, v.c}, phases: []int{count},
		scratch: f.scratch(size), cost: v.macs(), run: run}
}

// gradBorder returns how far the taps of the phases reach beyond dy.
func (v conv) gradBorder(list []phase) (before, after int) {
	for _, p := range list {
		if p.rows*p.cols > 0 {
			before = max(before, p.rows-1-(p.dy+v.pad-p.row)/v.stride, p.cols-1-(p.dx+v.pad-p.col)/v.stride)
		}
	}
	return before, max(0, (v.h-1+v.pad)/v.stride-(v.oh-1), (v.w-1+v.pad)/v.stride-(v.ow-1))
}

// gradPart is a phase for one group of images.
type gradPart struct {
	convPart
	zeros []int // offsets of the pixels of a phase without taps, image by image
}

func (v conv) gradPart(p phase, f frame, images int) gradPart {
	var in, out []int
	for i := range images {
		for y := p.dy; y < v.h; y += v.stride {
			for x := p.dx; x < v.w; x += v.stride {
				oy, ox := (y+v.pad-p.row)/v.stride-(p.rows-1), (x+v.pad-p.col)/v.stride-(p.cols-1)
				in = append(in, i*f.size()+f.at(oy, ox))
				out = append(out, ((i*v.h+y)*v.w+x)*v.c)
			}
		}
	}
	if p.rows*p.cols == 0 {
		return gradPart{convPart{pixels: len(out) / images}, out}
	}
	run := p.cols * v.k
	return gradPart{convPart: convPart{kernel.NewOffsets(in), kernel.NewOffsets(out), len(out) / images, p.offset, kernel.Layout{
		Outer: 1, Rows: p.rows, Run: run, ARow: f.pitch(), ARun: 1,
		BRow: run * kernel.Lanes, BRun: kernel.Lanes, BBlock: p.rows * run * kernel.Lanes, Cols: v.c,
	}}}
}

func (g gradPart) run(dx, dy, flipped []float32, images, channels int) {
	if g.zeros == nil {
		g.convPart.run(dx, dy, flipped, images)
		return
	}
	for _, at := range g.zeros[:images*g.pixels] {
		clear(dx[at:][:channels])
	}
}
