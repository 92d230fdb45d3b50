package nn

import (
	"github.com/gesturekit/gesturekit/trainer/nn/kernel"
	"gorgonia.org/tensor"
)

// winograd computes a 3x3 convolution of stride 1 by tiles of 4x4 outputs, a
// quarter of the multiplications: see kernel/winograd.go. Products of a position
// of the transformed tiles are a matrix product of [tiles][c] and [c][k].
type winograd struct {
	conv
	rows, cols int // tiles of an image
}

// winograd returns v by tiles, and whether that suits it: channels in whole
// blocks, and a quarter of the multiplications saved even with the parts of tiles
// that lie outside. Only the shape of an image counts, so that predictions do not
// depend on the batch.
func (v conv) winograd() (winograd, bool) {
	const side = kernel.TileOut
	w := winograd{v, (v.oh + side - 1) / side, (v.ow + side - 1) / side}
	fits := v.size == 3 && v.stride == 1 && v.pad == 1 && v.c%kernel.Lanes == 0 && v.k%kernel.Lanes == 0
	// A single tile an image makes little of its 36 c k weights, and waits for
	// memory when they are more than a cache holds.
	fits = fits && (w.rows*w.cols > 1 || v.c*v.k < 1<<17)
	return w, fits && 4*w.rows*w.cols*kernel.Positions <= 3*9*v.oh*v.ow
}

func (w winograd) tiles() int { return w.n * w.rows * w.cols }

// place is where a tile lies: its image, its first output row and column.
type place struct{ image, row, col int }

// at returns the place of a tile. This and what is called for every tile take a
// pointer, for the geometry is large.
func (w *winograd) at(tile int) place {
	image := tile / (w.rows * w.cols)
	tile -= image * w.rows * w.cols
	row := tile / w.cols
	return place{image, row * kernel.TileOut, (tile - row*w.cols) * kernel.TileOut}
}

// after returns the place of the next tile.
func (w *winograd) after(t place) place {
	if t.col += kernel.TileOut; t.col < w.ow {
		return t
	}
	if t.row += kernel.TileOut; t.row < w.oh {
		return place{t.image, t.row, 0}
	}
	return place{t.image + 1, 0, 0}
}

// input transforms the input of a tile to dst, positions apart. zeros are as
// many as there are channels.
func (w *winograd) input(dst, x, zeros []float32, t place, apart int) {
	kernel.WinogradInput(dst, positions(apart), x[t.image*w.h*w.w*w.c:], [3]int{w.h, w.w, w.c}, t.row-1, t.col-1, zeros)
}

// positions is the square of the transformed tiles, whose positions are apart.
func positions(apart int) kernel.Square {
	return kernel.Square{Row: kernel.TileIn * apart, Col: apart}
}

// window returns side x side pixels of an image [h][w][c], zero outside, and how
// they lie. It copies them to patch if any are outside.
func window(patch, image []float32, shape [3]int, row, col, side int) ([]float32, kernel.Square) {
	h, w, c := shape[0], shape[1], shape[2]
	if row >= 0 && col >= 0 && row+side <= h && col+side <= w {
		return image[(row*w+col)*c:], kernel.Square{Row: w * c, Col: c}
	}
	patch = patch[:side*side*c]
	clear(patch)
	first, last := max(0, -col), min(side, w-col)
	for r := max(0, -row); r < min(side, h-row); r++ {
		copy(patch[(r*side+first)*c:(r*side+last)*c], image[((row+r)*w+col+first)*c:])
	}
	return patch, kernel.Square{Row: side * c, Col: c}
}

// gap is added between positions: without it they would lie a power of two apart
// and share few sets of the cache.
const gap = kernel.Lanes

// forward computes the convolution of x with weights by weights(), finished by e,
// whose bias and skip are further inputs. A task is a run of tiles, so few that
// what it makes of them stays in the second-level cache.
func (w winograd) forward(e finish) *op {
	_, count := groups(w.tiles(), 1, max(16, min(64, 1820/(w.c+w.k))))
	per, count := groups(w.tiles(), 1, (w.tiles()+count-1)/count)
	apart, outApart := per*w.c+gap, per*w.k+gap
	sizes := []int{kernel.Positions * apart, kernel.Positions * outApart, w.c, 2 * kernel.TileOut * kernel.TileOut * w.k}
	run := func(_, task int, y []float32, in [][]float32, scratch []float32) {
		first := task * per
		n := min(per, w.tiles()-first)
		parts := cut(scratch, sizes)
		clear(parts[2])
		at := w.at(first)
		for i, t := 0, at; i < n; i, t = i+1, w.after(t) {
			w.input(parts[0][i*w.c:], in[0], parts[2], t, apart)
		}
		m := kernel.Matrices{Rows: n, Steps: w.c, Cols: w.k, ARow: w.c, AStep: 1,
			BStep: kernel.Lanes, BBlock: w.c * kernel.Lanes, CRow: w.k, CBlock: kernel.Lanes,
			Count: kernel.Positions, ANext: apart, BNext: w.weightsApart(), CNext: outApart}
		kernel.Products(parts[1], parts[0], in[1], m, false)
		for i, t := 0, at; i < n; i, t = i+1, w.after(t) {
			w.output(y, parts[1][i*w.k:], parts[3], t, outApart, e, in[2:])
		}
	}
	return &op{name: "winograd", out: tensor.Shape{w.n, w.oh, w.ow, w.k}, phases: []int{count},
		scratch: total(sizes), cost: w.macs(), run: run}
}

// output transforms the products of a tile to its pixels of y and finishes them.
func (w *winograd) output(y, src, patch []float32, t place, apart int, e finish, more [][]float32) {
	const side = kernel.TileOut
	image, row, col := t.image, t.row, t.col
	size := w.oh * w.ow * w.k
	y = y[image*size:][:size]
	var bias, skip []float32
	if e.bias {
		bias = more[0]
	}
	if e.skip {
		skip = more[1][image*size:][:size]
	}
	at := (row*w.ow + col) * w.k
	if row+side <= w.oh && col+side <= w.ow {
		if skip != nil {
			skip = skip[at:]
		}
		w.pixels(y[at:], src, kernel.Square{Row: w.ow * w.k, Col: w.k}, apart, bias, skip)
		return
	}
	dst := patch[:side*side*w.k]
	if skip != nil {
		skip, _ = window(patch[len(dst):], skip, [3]int{w.oh, w.ow, w.k}, row, col, side)
	}
	w.pixels(dst, src, kernel.Square{Row: side * w.k, Col: w.k}, apart, bias, skip)
	width := min(side, w.ow-col) * w.k
	for r := range min(side, w.oh-row) {
		copy(y[at+r*w.ow*w.k:][:width], dst[r*side*w.k:])
	}
}

func (w *winograd) pixels(dst, src []float32, to kernel.Square, apart int, bias, skip []float32) {
	if bias == nil {
		kernel.WinogradOutput(dst, src, to, positions(apart), w.k)
		return
	}
	kernel.WinogradOutputReLU(dst, src, to, positions(apart), bias, skip)
}

// weightsApart is the distance between positions of transformed weights.
func (w winograd) weightsApart() int { return w.c*w.k + gap }

// weights transforms [3][3][c][k] weights to [position][k/lanes][c][lane]. A task
// is a block of lanes.
func (w winograd) weights() *op {
	size, apart := w.c*w.k, w.weightsApart()
	run := func(_, block int, out []float32, in [][]float32, _ []float32) {
		for c := range w.c {
			kernel.WinogradWeights(out[(block*w.c+c)*kernel.Lanes:], in[0][c*w.k+block*kernel.Lanes:],
				positions(apart), kernel.Square{Row: 3 * size, Col: size}, kernel.Lanes)
		}
	}
	return &op{name: "winograd-weights", out: tensor.Shape{kernel.Positions * apart}, phases: []int{w.k / kernel.Lanes}, cost: 9 * size, run: run}
}

// flipped transforms [3][3][c][k] weights, turned by half a turn and with their
// channels exchanged, for the gradient by the input: [position][c/lanes][k][lane].
// A task is a block of lanes.
func (w winograd) flipped() *op {
	size := w.c * w.k
	part := w.k * kernel.Lanes
	run := func(_, block int, out []float32, in [][]float32, scratch []float32) {
		for tap := range 9 {
			w.transpose(scratch[tap*part:], in[0][(8-tap)*size:], block*kernel.Lanes)
		}
		kernel.WinogradWeights(out[block*part:], scratch, positions(w.weightsApart()), kernel.Square{Row: 3 * part, Col: part}, part)
	}
	return &op{name: "winograd-flip", out: tensor.Shape{kernel.Positions * w.weightsApart()}, phases: []int{w.c / kernel.Lanes}, scratch: 9 * part, cost: 9 * size, run: run}
}

// back returns the convolution that computes the gradient by the input from that
// by the output and flipped weights.
func (w winograd) back() winograd {
	w.h, w.w, w.oh, w.ow, w.c, w.k = w.oh, w.ow, w.h, w.w, w.k, w.c
	return w
}

// weightGrad computes the gradient by the weights from x and the gradient by the
// output. Tiles are taken in blocks. Several workers together take large ones, for they
// meet after each; one alone takes blocks as small as products may be, which stay in a
// nearer cache. It changes no result: a sum is one chain over all tiles.
func (w winograd) weightGrad(workers int) *op {
	small := w.weightGradBy(16, 1024)
	if workers == 1 {
		return small
	}
	o := w.weightGradBy(64, 14560)
	o.alone = small.asOneTask()
	return o
}

// asOneTask returns o as a single task, whose scratch holds the workspace, too.
func (o *op) asOneTask() *op {
	size := o.shared.size
	return &op{name: o.name, out: o.out, phases: []int{1}, scratch: size + o.scratch,
		run: func(_, _ int, out []float32, in [][]float32, scratch []float32) {
			o.shared.data = scratch[:size]
			for phase, tasks := range o.phases {
				for task := range tasks {
					o.run(phase, task, out, in, scratch[size:])
				}
			}
		}}
}

// weightGradBy takes blocks of the given number of tiles or more, and of as many as
// have the given number of channels: one phase transforms a block, the next adds its
// products, a position or more to a task; the last transforms the sums of all blocks.
func (w winograd) weightGradBy(tiles, channels int) *op {
	const some, few = 8, 2 // tiles and positions of a task
	_, count := groups(w.tiles(), 1, max(tiles, channels/(w.c+w.k)))
	block, count := groups(w.tiles(), 1, (w.tiles()+count-1)/count)
	size, sumApart, apart, gradApart := w.c*w.k, w.weightsApart(), block*w.c+gap, block*w.k+gap
	sizes := []int{kernel.Positions * sumApart, kernel.Positions * apart, kernel.Positions * gradApart}
	shared := &workspace{size: total(sizes)}
	m := kernel.Matrices{Rows: w.c, Cols: w.k, ARow: 1, AStep: w.c, BStep: w.k, BBlock: kernel.Lanes, CRow: kernel.Lanes, CBlock: w.c * kernel.Lanes,
		Count: few, ANext: apart, BNext: gradApart, CNext: sumApart}
	run := func(phase, task int, dw []float32, in [][]float32, scratch []float32) {
		parts := cut(shared.data, sizes)
		first := phase / 2 * block
		n := min(block, w.tiles()-first)
		switch {
		case phase == 2*count:
			for c := range w.c {
				kernel.WinogradWeightGrad(dw[c*w.k+task*kernel.Lanes:], parts[0][(task*w.c+c)*kernel.Lanes:],
					kernel.Square{Row: 3 * size, Col: size}, positions(sumApart), kernel.Lanes)
			}
		case phase%2 == 0:
			zeros, patch := scratch[:w.c], scratch[w.c:]
			clear(zeros)
			for i, t := task*some, w.at(first+task*some); i < min(n, (task+1)*some); i, t = i+1, w.after(t) {
				w.input(parts[1][i*w.c:], in[0], zeros, t, apart)
				w.outputGrad(parts[2][i*w.k:], in[1], patch, t, gradApart)
			}
		default:
			m := m
			m.Steps = n
			p := task * few
			kernel.Products(parts[0][p*sumApart:], parts[1][p*apart:], parts[2][p*gradApart:], m, phase > 1)
		}
	}
	o := &op{name: "winograd-weight-grad", out: tensor.Shape{3, 3, w.c, w.k}, scratch: w.c + kernel.TileOut*kernel.TileOut*w.k, shared: shared, cost: w.macs(), run: run}
	for range count {
		o.phases = append(o.phases, (block+some-1)/some, kernel.Positions/few)
	}
	o.phases = append(o.phases, w.k/kernel.Lanes)
	return o
}

// outputGrad transforms the gradient by the output of a tile to dst.
func (w *winograd) outputGrad(dst, dy, patch []float32, t place, apart int) {
	src, from := window(patch, dy[t.image*w.oh*w.ow*w.k:], [3]int{w.oh, w.ow, w.k}, t.row, t.col, kernel.TileOut)
	kernel.WinogradOutputGrad(dst, src, positions(apart), from, w.k)
}

// cut returns consecutive parts of x of the given sizes.
func cut(x []float32, sizes []int) (parts [4][]float32) {
	for i, n := range sizes {
		parts[i], x = x[:n:n], x[n:]
	}
	return parts
}

func total(sizes []int) (sum int) {
	for _, n := range sizes {
		sum += n
	}
	return sum
}
