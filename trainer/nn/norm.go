package nn

import (
	"math"

	"github.com/gesturekit/gesturekit/trainer/nn/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Batch normalisation: y = (x-mean)/sqrt(var+epsilon)*gamma + beta per channel,
// with the biased variance over images and pixels (Ioffe and Szegedy, 2015).
// gamma and beta are the two rows of one [2][channels] node, as are mean and
// variance, and their gradients.

const epsilon = 1e-5

// norm adds the normalisation of x by the given statistics, plus skip unless it
// is nil, rectified if relu is set. With a skip it must be set.
// The gradient by x counts in that stats are those of x: to normalise by other
// statistics is for evaluation only.
func (b *builder) norm(x, affine, stats, skip *gorgonia.Node, relu bool) *gorgonia.Node {
	n, h, w, c := b.dims(x)
	if b.err != nil {
		return nil
	}
	in := gorgonia.Nodes{x, affine, stats}
	o := &op{name: "norm", out: x.Shape(), phases: []int{n}, scratch: 2 * c, wrt: []bool{true, true, false}}
	if skip != nil {
		in, o.wrt = append(in, skip), append(o.wrt, true)
	}
	size := h * w * c
	o.run = func(_, image int, y []float32, in [][]float32, scratch []float32) {
		scale, shift := scratch[:c], scratch[c:2*c]
		normAffine(scale, shift, in[1], in[2])
		x, y := in[0][image*size:][:size], y[image*size:][:size]
		if len(in) == 4 {
			kernel.AffineAdd(y, x, in[3][image*size:][:size], scale, shift)
			return
		}
		kernel.Affine(y, x, scale, shift, relu)
	}
	o.diff = func(in gorgonia.Nodes, y, grad *gorgonia.Node) gorgonia.Nodes {
		if relu {
			grad = b.gate(grad, y)
		}
		affineGrad := b.affineGrad(grad, in[0], in[2])
		grads := gorgonia.Nodes{b.normGrad(grad, in[0], in[1], in[2], affineGrad), affineGrad, nil}
		if skip != nil {
			grads = append(grads, grad)
		}
		return grads
	}
	return b.apply(o, in...)
}

// normAffine sets y = x*scale + shift equal to the normalisation.
func normAffine(scale, shift, affine, stats []float32) {
	c := len(scale)
	for i := range c {
		s := float64(affine[i]) * inverseDeviation(stats[c+i])
		scale[i] = float32(s)
		shift[i] = float32(float64(affine[c+i]) - float64(float64(stats[i])*s))
	}
}

func inverseDeviation(variance float32) float64 { return 1 / math.Sqrt(float64(variance)+epsilon) }

// stats adds the per-channel mean and biased variance of x. Each image gives its
// sum and its squares about its own mean in float32; images are combined in order
// in float64, after Chan, Golub and LeVeque, "Updating formulae and a pairwise
// algorithm for computing sample variances" (1979).
func (b *builder) stats(x *gorgonia.Node) *gorgonia.Node {
	n, h, w, c := b.dims(x)
	if b.err != nil {
		return nil
	}
	size := h * w * c
	sums, squares, means := make([]float32, n*c), make([]float32, n*c), make([]float32, n*c)
	run := func(phase, task int, out []float32, in [][]float32, _ []float32) {
		if phase == 1 {
			combine(out, sums, squares, means, h*w)
			return
		}
		x, part := in[0][task*size:][:size], task*c
		sum, mean := sums[part:][:c], means[part:][:c]
		kernel.Sum(sum, x)
		for i, s := range sum {
			mean[i] = s / float32(h*w)
		}
		kernel.SumSquares(squares[part:][:c], x, mean)
	}
	return b.apply(&op{name: "norm-stats", out: tensor.Shape{2, c}, phases: []int{n, 1}, cost: n * size, run: run}, x)
}

// combine merges per-image statistics over pixels each into mean and variance.
func combine(out, sums, squares, means []float32, pixels int) {
	c := len(out) / 2
	count := float64(len(sums) / c * pixels)
	for i := range c {
		total := 0.0
		for k := i; k < len(sums); k += c {
			total += float64(sums[k])
		}
		mean, spread := total/count, 0.0
		for k := i; k < len(sums); k += c {
			d := float64(means[k]) - mean
			spread += float64(squares[k]) + float64(float64(d*d)*float64(pixels))
		}
		out[i], out[c+i] = float32(mean), float32(spread/count)
	}
}

// affineGrad adds the gradients by gamma and beta: the sums over images and
// pixels of grad*(x-mean)/deviation and of grad.
func (b *builder) affineGrad(grad, x, stats *gorgonia.Node) *gorgonia.Node {
	n, h, w, c := b.dims(x)
	if b.err != nil {
		return nil
	}
	size := h * w * c
	sums, products := make([]float32, n*c), make([]float32, n*c)
	run := func(phase, task int, out []float32, in [][]float32, _ []float32) {
		if phase == 0 {
			g, x := in[0][task*size:][:size], in[1][task*size:][:size]
			kernel.Sum(sums[task*c:][:c], g)
			kernel.SumProducts(products[task*c:][:c], g, x, in[2][:c])
			return
		}
		for i := range c {
			sum, product := 0.0, 0.0
			for k := i; k < len(sums); k += c {
				sum += float64(sums[k])
				product += float64(products[k])
			}
			out[i], out[c+i] = float32(product*inverseDeviation(in[2][c+i])), float32(sum)
		}
	}
	o := &op{name: "norm-affine-grad", out: tensor.Shape{2, c}, phases: []int{n, 1}, cost: n * size, run: run}
	return b.apply(o, grad, x, stats)
}

// normGrad adds the gradient by the input of a normalisation by its own
// statistics, over m values a channel:
// gamma/deviation * (grad - dbeta/m - (x-mean)/deviation*dgamma/m).
func (b *builder) normGrad(grad, x, affine, stats, affineGrad *gorgonia.Node) *gorgonia.Node {
	n, h, w, c := b.dims(x)
	if b.err != nil {
		return nil
	}
	size, m := h*w*c, float64(n*h*w)
	run := func(_, image int, dx []float32, in [][]float32, scratch []float32) {
		byGrad, byX, constant := scratch[:c], scratch[c:2*c], scratch[2*c:3*c]
		affine, stats, affineGrad := in[2], in[3], in[4]
		for i := range c {
			inverse := inverseDeviation(stats[c+i])
			a := float64(affine[i]) * inverse
			byGrad[i] = float32(a)
			byX[i] = float32(-a * inverse * float64(affineGrad[i]) / m)
			constant[i] = float32(-a * float64(affineGrad[c+i]) / m)
		}
		at := image * size
		kernel.Combine(dx[at:][:size], in[0][at:][:size], in[1][at:][:size], stats[:c], byGrad, byX, constant)
	}
	o := &op{name: "norm-input-grad", out: x.Shape(), phases: []int{n}, scratch: 3 * c, inPlace: 1, run: run}
	return b.apply(o, grad, x, affine, stats, affineGrad)
}

// gate adds the gradient of a rectifier with output y.
func (b *builder) gate(grad, y *gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	run := func(lo, hi int, dst []float32, in [][]float32) { kernel.Gate(dst[lo:hi], in[0][lo:hi], in[1][lo:hi]) }
	return b.apply(elementwise("relu-grad", y.Shape(), run), grad, y)
}

// addOp is the sum of two nodes of one shape, which stands in for gorgonia's own
// addition where gradients of a shared node meet.
func addOp(shape tensor.Shape) *op {
	return elementwise("sum", shape, func(lo, hi int, dst []float32, in [][]float32) {
		kernel.Add(dst[lo:hi], in[0][lo:hi], in[1][lo:hi])
	})
}

// elementwise returns an op that runs over chunks lo..hi of its flat operands.
func elementwise(name string, shape tensor.Shape, run func(lo, hi int, dst []float32, in [][]float32)) *op {
	const chunk = 1 << 14
	total := shape.TotalSize()
	return &op{name: name, out: shape, phases: []int{(total + chunk - 1) / chunk}, inPlace: 1, cost: total,
		run: func(_, task int, dst []float32, in [][]float32, _ []float32) {
			run(task*chunk, min(total, (task+1)*chunk), dst, in)
		}}
}
