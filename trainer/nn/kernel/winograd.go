package kernel

// Winograd's minimal convolution F(4x4, 3x3) after Lavin and Gray, "Fast
// Algorithms for Convolutional Neural Networks" (2016): a tile of 4x4 outputs of a
// 3x3 convolution takes 36 products per input and output channel instead of 144.
// The interpolation points are 0, ±5/8, ±3/2 and infinity, which keep the rounding
// error within about twice that of the direct sum (after Vincent and others, "On
// Improving the Numerical Stability of Winograd Convolutions", 2017); their
// powers are exact in float32.
//
// A transform is one-dimensional, applied to the columns and then to the rows of
// a square of pixels, channel by channel. Each of its operations is rounded once.

// Points, and the weights that the interpolation gives them.
const (
	pointA, pointB = 0.625, 1.5
	a2, b2         = pointA * pointA, pointB * pointB
	a3, b3         = a2 * pointA, b2 * pointB
	sumAB, prodAB  = a2 + b2, a2 * b2

	weight0             float32 = 1 / prodAB
	weightA, weightB    float32 = 1 / (2 * a2 * (a2 - b2)), 1 / (2 * b2 * (b2 - a2))
	weightA1, weightB1  float32 = pointA / (2 * a2 * (a2 - b2)), pointB / (2 * b2 * (b2 - a2))
	weightA2, weightB2  float32 = a2 / (2 * a2 * (a2 - b2)), b2 / (2 * b2 * (b2 - a2))
	tileIn, tileOut             = 6, 4
	weightSide, maxSide         = 3, 6
)

// Positions is the number of products per tile and pair of channels.
const Positions = tileIn * tileIn

// TileIn and TileOut are the width of a tile's input and output.
const (
	TileIn  = tileIn
	TileOut = tileOut
)

// line is one row or column of a square.
type line [maxSide]float32

func inputLine(d line) line {
	u, t := fuse(-b2, d[1], d[3]), fuse(-b2, d[2], d[4])
	v, s := fuse(-a2, d[1], d[3]), fuse(-a2, d[2], d[4])
	return line{
		fuse(prodAB, d[0], fuse(-sumAB, d[2], d[4])),
		fuse(pointA, u, t), fuse(-pointA, u, t),
		fuse(pointB, v, s), fuse(-pointB, v, s),
		fuse(prodAB, d[1], fuse(-sumAB, d[3], d[5])),
	}
}

func outputLine(m line) line {
	s1, e1, s2, e2 := m[1]+m[2], m[1]-m[2], m[3]+m[4], m[3]-m[4]
	return line{
		(m[0] + s1) + s2,
		fuse(pointB, e2, float32(pointA*e1)),
		fuse(b2, s2, float32(a2*s1)),
		fuse(b3, e2, fuse(a3, e1, m[5])),
	}
}

func outputGradLine(y line) line {
	e1, h1 := fuse(a2, y[2], y[0]), fuse(a2, y[3], y[1])
	e2, h2 := fuse(b2, y[2], y[0]), fuse(b2, y[3], y[1])
	return line{y[0], fuse(pointA, h1, e1), fuse(-pointA, h1, e1), fuse(pointB, h2, e2), fuse(-pointB, h2, e2), y[3]}
}

func weightLine(g line) line {
	e1, e2 := fuse(weightA2, g[2], float32(weightA*g[0])), fuse(weightB2, g[2], float32(weightB*g[0]))
	return line{float32(weight0 * g[0]), fuse(weightA1, g[1], e1), fuse(-weightA1, g[1], e1), fuse(weightB1, g[1], e2), fuse(-weightB1, g[1], e2), g[2]}
}

func weightGradLine(m line) line {
	s1, e1, s2, e2 := m[1]+m[2], m[1]-m[2], m[3]+m[4], m[3]-m[4]
	return line{
		fuse(weightB, s2, fuse(weightA, s1, float32(weight0*m[0]))),
		fuse(weightB1, e2, float32(weightA1*e1)),
		fuse(weightB2, s2, fuse(weightA2, s1, m[5])),
	}
}

// Square says where the pixels of a square lie in a slice: the distances between
// rows and between columns. The channels of a pixel are adjacent.
type Square struct{ Row, Col int }

// end is the offset of the last channel of the last pixel.
func (s Square) end(side, channels int) int {
	if min(s.Row, s.Col) < 0 || channels < 1 {
		panic("kernel: a square has a negative stride or no channels")
	}
	return (side-1)*(s.Row+s.Col) + channels - 1
}

// WinogradInput transforms the 6x6 pixels of an image [height][width][channels]
// from a row and column on, which may lie outside of it, where all is zero, to
// 6x6 of dst. zeros are zeros, at least as many as there are channels.
func WinogradInput(dst []float32, to Square, image []float32, shape [3]int, row, col int, zeros []float32) {
	inputAt(best(), dst, to, image, shape, row, col, zeros)
}

func inputAt(lv level, dst []float32, to Square, image []float32, shape [3]int, row, col int, zeros []float32) {
	h, w, c := shape[0], shape[1], shape[2]
	if row >= 0 && col >= 0 && row+tileIn <= h && col+tileIn <= w {
		winogradInput.run(lv, dst, image[(row*w+col)*c:], to, Square{w * c, c}, c, nil)
		return
	}
	_, _ = dst[to.end(tileIn, c)], zeros[c-1]
	rows, cols := inside(row, h), inside(col, w)
	n := 0
	if rows[0] < rows[1] && cols[0] < cols[1] {
		first, last := ((row+rows[0])*w+col+cols[0])*c, ((row+rows[1]-1)*w+col+cols[1])*c
		_, _ = image[w*c-1], image[last-1] // w*c must not overflow either
		n = border(lv, dst, image[first:last], zeros[:c], rows, cols, to, Square{w * c, c})
	}
	for ; n < c; n++ {
		var square [Positions]float32
		for i := rows[0]; i < rows[1]; i++ {
			for j := cols[0]; j < cols[1]; j++ {
				square[i*tileIn+j] = image[((row+i)*w+col+j)*c+n]
			}
		}
		winogradInput.channel(dst[n:], square[:], to, Square{tileIn, 1}, nil, n)
	}
}

// inside returns the first of the pixels of a tile from at on that lie inside of
// length, and that behind the last.
func inside(at, length int) [2]int { return [2]int{max(0, -at), min(tileIn, length-at)} }

// WinogradOutput transforms the 6x6 sums of products of src to the 4x4 pixels of
// dst, the output of a tile.
func WinogradOutput(dst, src []float32, to, from Square, channels int) {
	winogradOutput.run(best(), dst, src, to, from, channels, nil)
}

// WinogradOutputReLU is WinogradOutput and then the positive part of output +
// bias + skip. bias has an element for each channel; skip lies as dst does, and
// is left out if nil.
func WinogradOutputReLU(dst, src []float32, to, from Square, bias, skip []float32) {
	winogradOutput.run(best(), dst, src, to, from, len(bias), &epilogue{bias, skip})
}

// WinogradOutputGrad transforms 4x4 pixels of src, the gradient by the output of
// a tile, to 6x6 of dst: the transpose of WinogradOutput.
func WinogradOutputGrad(dst, src []float32, to, from Square, channels int) {
	winogradOutputGrad.run(best(), dst, src, to, from, channels, nil)
}

// WinogradWeights transforms 3x3 weights of src to 6x6 of dst.
func WinogradWeights(dst, src []float32, to, from Square, channels int) {
	winogradWeights.run(best(), dst, src, to, from, channels, nil)
}

// WinogradWeightGrad transforms the 6x6 sums of products of src to the 3x3
// gradients of dst: the transpose of WinogradWeights.
func WinogradWeightGrad(dst, src []float32, to, from Square, channels int) {
	winogradWeightGrad.run(best(), dst, src, to, from, channels, nil)
}

// transform is one of the transforms.
type transform int

const (
	winogradInput transform = iota
	winogradOutput
	winogradOutputGrad
	winogradWeights
	winogradWeightGrad
)

// sides returns the sides of the squares that t reads and writes.
func (t transform) sides() (in, out int) {
	return [...]int{tileIn, tileIn, tileOut, weightSide, tileIn}[t], [...]int{tileIn, tileOut, tileIn, tileIn, weightSide}[t]
}

func (t transform) line(x line) line {
	return [...]func(line) line{inputLine, outputLine, outputGradLine, weightLine, weightGradLine}[t](x)
}

// epilogue is what follows an output transform; nil for nothing.
type epilogue struct{ bias, skip []float32 }

func (t transform) run(lv level, dst, src []float32, to, from Square, channels int, e *epilogue) {
	in, out := t.sides()
	_, _ = dst[to.end(out, channels)], src[from.end(in, channels)]
	if e != nil && e.skip != nil {
		_ = e.skip[to.end(out, channels)]
	}
	for c := t.vectors(lv, dst, src, to, from, channels, e); c < channels; c++ {
		t.channel(dst[c:], src[c:], to, from, e, c)
	}
}

// channel transforms the first channel of dst and src, which is channel c of the epilogue.
func (t transform) channel(dst, src []float32, to, from Square, e *epilogue, c int) {
	in, out := t.sides()
	var between [maxSide]line
	for j := range in {
		var x line
		for i := range in {
			x[i] = src[i*from.Row+j*from.Col]
		}
		for i, y := range t.line(x) {
			between[i][j] = y
		}
	}
	for i := range out {
		y := t.line(between[i])
		for j := range out {
			v, at := y[j], i*to.Row+j*to.Col
			if e != nil {
				v += e.bias[c]
				if e.skip != nil {
					v += e.skip[at+c]
				}
				if !(v > 0) {
					v = 0
				}
			}
			dst[at] = v
		}
	}
}
