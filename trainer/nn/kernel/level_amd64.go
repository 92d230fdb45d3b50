//go:build amd64 && !purego

package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// best is the highest level that the processor and the operating system support.
func best() level {
	switch {
	case !cpu.X86.HasAVX2 || !cpu.X86.HasFMA:
		return portable
	case cpu.X86.HasAVX512F:
		return avx512
	}
	return avx2
}

// exec computes the tile with the micro-kernel of lv for width columns.
func (t *tile) exec(lv level, width int) {
	p := (*byte)(unsafe.Pointer(t))
	switch {
	case lv == avx2:
		tile6x16AVX2(p)
	case width == Lanes:
		tile8x16AVX512(p)
	default:
		tile8x32AVX512(p)
	}
}

// The vector functions return how many leading channels (or elements) they did.
// They use AVX2 at both assembly levels: memory is what limits them.

// blocks returns the whole blocks of Lanes channels in a [pixels][channels]
// array, and the pixels; no blocks if there is nothing to do.
func blocks(lv level, channels, size int) (end, pixels int) {
	if lv == portable || size == 0 {
		return 0, 0
	}
	return channels / Lanes * Lanes, size / channels
}

func vectorSum(lv level, sum, x []float32) int {
	end, pixels := blocks(lv, len(sum), len(x))
	for c := 0; c < end; c += Lanes {
		sumAVX2(&sum[c], &x[c], pixels, 4*len(sum))
	}
	return end
}

func vectorSumSquares(lv level, sum, x, mean []float32) int {
	end, pixels := blocks(lv, len(sum), len(x))
	for c := 0; c < end; c += Lanes {
		sumSquaresAVX2(&sum[c], &x[c], &mean[:len(sum)][c], pixels, 4*len(sum))
	}
	return end
}

func vectorSumProducts(lv level, sum, g, x, mean []float32) int {
	end, pixels := blocks(lv, len(sum), len(x))
	for c := 0; c < end; c += Lanes {
		sumProductsAVX2(&sum[c], &g[:len(x)][c], &x[c], &mean[:len(sum)][c], pixels, 4*len(sum))
	}
	return end
}

func vectorAffine(lv level, y, x, scale, shift []float32, relu bool) int {
	end, pixels := blocks(lv, len(scale), len(x))
	f := affineAVX2
	if relu {
		f = affineReLUAVX2
	}
	for c := 0; c < end; c += Lanes {
		f(&y[:len(x)][c], &x[c], &scale[c], &shift[:len(scale)][c], pixels, 4*len(scale))
	}
	return end
}

func vectorAffineAdd(lv level, y, x, skip, scale, shift []float32) int {
	end, pixels := blocks(lv, len(scale), len(x))
	for c := 0; c < end; c += Lanes {
		affineAddAVX2(&y[:len(x)][c], &x[c], &skip[:len(x)][c], &scale[c], &shift[:len(scale)][c], pixels, 4*len(scale))
	}
	return end
}

func vectorCombine(lv level, y, g, x, mean, a, b, d []float32) int {
	n := len(mean)
	end, pixels := blocks(lv, n, len(x))
	for c := 0; c < end; c += Lanes {
		combineAVX2(&y[:len(x)][c], &g[:len(x)][c], &x[c], &mean[c], &a[:n][c], &b[:n][c], &d[:n][c], pixels, 4*n)
	}
	return end
}

func vectorAdd(lv level, dst, x, y []float32) int {
	n := len(dst) / Lanes
	if lv == portable || n == 0 {
		return 0
	}
	addAVX2(&dst[0], &x[:len(dst)][0], &y[:len(dst)][0], n, 4*Lanes)
	return n * Lanes
}

func vectorGate(lv level, dst, g, y []float32) int {
	n := len(dst) / Lanes
	if lv == portable || n == 0 {
		return 0
	}
	gateAVX2(&dst[0], &g[:len(dst)][0], &y[:len(dst)][0], n, 4*Lanes)
	return n * Lanes
}

func vectorMaxPixels(lv level, y, x []float32, channels, step int) int {
	end, pixels := blocks(lv, channels, len(y))
	for c := 0; c < end; c += Lanes {
		maxPixelsAVX2(&y[c], &x[:(pixels-1)*step+channels][c], pixels, 4*channels, 4*step)
	}
	return end
}

func vectorRouteMax(lv level, dx, left, x, y []float32, channels, step int) int {
	end, pixels := blocks(lv, channels, len(y))
	for c := 0; c < end; c += Lanes {
		last := (pixels-1)*step + channels
		routeMaxAVX2(&dx[:last][c], &left[:len(y)][c], &x[:last][c], &y[c], pixels, 4*channels, 4*step)
	}
	return end
}

// vectorProducts computes products of which all elements lie in the slices.
func vectorProducts(lv level, c, a, b []float32, m Matrices, add bool) {
	narrow, wide, most := product16AVX2, product16AVX2, 6
	width, bNext, cNext := 1, Lanes/2, Lanes/2 // blocks of a call, and from vector to vector
	if lv == avx512 {
		narrow, wide, most = product16AVX512, product32AVX512, 14
		width, bNext, cNext = 2, m.BBlock, m.CBlock
	}
	from := 0
	if add {
		from = 1
	}
	// Chunks of rows are as even as can be: larger of them have one more.
	chunks := (m.Rows + most - 1) / most
	rows, larger := m.Rows/chunks, m.Rows%chunks
	cLater, aLater := larger*(rows+1)*m.CRow, larger*(rows+1)*m.ARow
	for i := range m.Count {
		for j := 0; j < m.Cols/Lanes; j += width {
			kernel := wide
			if j+width > m.Cols/Lanes {
				kernel = narrow
			}
			c, a, b := c[i*m.CNext+j*m.CBlock:], a[i*m.ANext:], &b[i*m.BNext+j*m.BBlock]
			if larger > 0 {
				kernel(&c[0], &a[0], b, rows+1, larger, m.Steps, 4*m.ARow, 4*m.AStep, 4*m.BStep, 4*bNext, 4*m.CRow, 4*cNext, from)
			}
			kernel(&c[cLater], &a[aLater], b, rows, chunks-larger, m.Steps, 4*m.ARow, 4*m.AStep, 4*m.BStep, 4*bNext, 4*m.CRow, 4*cNext, from)
		}
	}
}

// transformKernel is a transform without epilogue. Distances are in bytes.
type transformKernel func(dst, src *float32, dRow, dCol, sRow, sCol, vectors int)

func (t transform) kernel(lv level) transformKernel {
	if lv == avx512 {
		return [...]transformKernel{winogradInputAVX512, winogradOutputAVX512, winogradOutputGradAVX512, winogradWeightsAVX512, winogradWeightGradAVX512}[t]
	}
	return [...]transformKernel{winogradInputAVX2, winogradOutputAVX2, winogradOutputGradAVX2, winogradWeightsAVX2, winogradWeightGradAVX2}[t]
}

// vectors transforms whole vectors of channels and returns how many channels it did.
func (t transform) vectors(lv level, dst, src []float32, to, from Square, channels int, e *epilogue) int {
	n := channels / lv.vector()
	if lv == portable || n == 0 {
		return 0
	}
	d, s := &dst[0], &src[0]
	dRow, dCol, sRow, sCol := 4*to.Row, 4*to.Col, 4*from.Row, 4*from.Col
	switch {
	case e == nil:
		t.kernel(lv)(d, s, dRow, dCol, sRow, sCol, n)
	case e.skip == nil && lv == avx512:
		winogradOutputReLUAVX512(d, s, &e.bias[0], dRow, dCol, sRow, sCol, n)
	case e.skip == nil:
		winogradOutputReLUAVX2(d, s, &e.bias[0], dRow, dCol, sRow, sCol, n)
	case lv == avx512:
		winogradOutputAddAVX512(d, s, &e.bias[0], &e.skip[0], dRow, dCol, sRow, sCol, n)
	default:
		winogradOutputAddAVX2(d, s, &e.bias[0], &e.skip[0], dRow, dCol, sRow, sCol, n)
	}
	return n * lv.vector()
}

// vector is the number of float32 of a vector register; 1 in portable Go.
func (lv level) vector() int { return [...]int{1, 8, 16}[lv] }

// border is vectors of the input transform, for a tile of which some rows and
// columns lie inside of the image, which begins with the first pixel of these.
func border(lv level, dst, image, zeros []float32, rows, cols [2]int, to, from Square) int {
	n := len(zeros) / lv.vector()
	kernel := winogradInputBorderAVX2
	switch {
	case lv == portable || n == 0:
		return 0
	case lv == avx512:
		kernel = winogradInputBorderAVX512
	}
	kernel(&dst[0], &image[0], &zeros[0], rows[0], rows[1]-rows[0], cols[0], cols[1]-cols[0], 4*to.Row, 4*to.Col, 4*from.Row, 4*from.Col, n)
	return n * lv.vector()
}

func (a *AdamW) vectors(lv level, w, m, v, g []float32) int {
	n := len(w) / 8
	if lv == portable || n == 0 {
		return 0
	}
	adamWAVX2(&a.Beta1, &w[0], &m[0], &v[0], &g[0], n)
	return 8 * n
}

func vectorSquareSum(lv level, chains *[Lanes]float64, x []float32) int {
	n := len(x) / Lanes
	if lv == portable || n == 0 {
		return 0
	}
	squareSumAVX2(&chains[0], &x[0], n)
	return n * Lanes
}

func vectorScale(lv level, x []float32, a float32) int {
	n := len(x) / 8
	if lv == portable || n == 0 {
		return 0
	}
	scaleAVX2(&x[0], &a, n)
	return 8 * n
}
