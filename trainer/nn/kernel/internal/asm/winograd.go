package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The functions here apply a one-dimensional transform of package kernel's
// winograd.go to the columns and then to the rows of a square of vectors of
// eight or sixteen channels. The operations and their order are those of that file.

// Points and weights of the transforms, as in package kernel.
const (
	pa, pb = 0.625, 1.5
	pa2    = pa * pa
	pb2    = pb * pb
)

var (
	n0 = float32(1 / (pa2 * pb2))
	na = float32(1 / (2 * pa2 * (pa2 - pb2)))
	nb = float32(1 / (2 * pb2 * (pb2 - pa2)))

	na1 = float32(pa / (2 * pa2 * (pa2 - pb2)))
	nb1 = float32(pb / (2 * pb2 * (pb2 - pa2)))
	na2 = float32(pa2 / (2 * pa2 * (pa2 - pb2)))
	nb2 = float32(pb2 / (2 * pb2 * (pb2 - pa2)))
)

// transform is one dimension of a separable transform of in vectors to out.
type transform struct {
	in, out   int
	constants []float32
	apply     func(x, k []reg.VecVirtual) []reg.VecVirtual // may overwrite x
}

// like returns a new vector of the size of v.
func like(v reg.VecVirtual) reg.VecVirtual {
	if v.Size() == 64 {
		return ZMM()
	}
	return YMM()
}

// multiplyAdd returns x*y + z and negMultiplyAdd z - x*y, each rounded once.
func multiplyAdd(x, y, z reg.VecVirtual) reg.VecVirtual {
	r := like(z)
	VMOVAPS(z, r)
	VFMADD231PS(x, y, r)
	return r
}

func negMultiplyAdd(x, y, z reg.VecVirtual) reg.VecVirtual {
	r := like(z)
	VMOVAPS(z, r)
	VFNMADD231PS(x, y, r)
	return r
}

// addTo and subtractFrom are multiplyAdd and negMultiplyAdd in the place of z.
func addTo(x, y, z reg.VecVirtual) reg.VecVirtual {
	VFMADD231PS(x, y, z)
	return z
}

func subtractFrom(x, y, z reg.VecVirtual) reg.VecVirtual {
	VFNMADD231PS(x, y, z)
	return z
}

func times(x, y reg.VecVirtual) reg.VecVirtual {
	r := like(x)
	VMULPS(x, y, r)
	return r
}

func plus(x, y reg.VecVirtual) reg.VecVirtual {
	r := like(x)
	VADDPS(x, y, r)
	return r
}

func minus(x, y reg.VecVirtual) reg.VecVirtual {
	r := like(x)
	VSUBPS(y, x, r)
	return r
}

var inputTransform = transform{6, 6, []float32{pa, pb, pa2, pb2, pa2 + pb2, pa2 * pb2},
	func(d, k []reg.VecVirtual) []reg.VecVirtual {
		a, b, a2, b2, p, q := k[0], k[1], k[2], k[3], k[4], k[5]
		out := make([]reg.VecVirtual, 6)
		out[0] = addTo(q, d[0], negMultiplyAdd(p, d[2], d[4]))
		out[5] = addTo(q, d[1], subtractFrom(p, d[3], d[5]))
		u, t := negMultiplyAdd(b2, d[1], d[3]), negMultiplyAdd(b2, d[2], d[4])
		out[1], out[2] = multiplyAdd(a, u, t), subtractFrom(a, u, t)
		u, t = subtractFrom(a2, d[1], d[3]), subtractFrom(a2, d[2], d[4])
		out[3], out[4] = multiplyAdd(b, u, t), subtractFrom(b, u, t)
		return out
	}}

var outputTransform = transform{6, 4, []float32{pa, pb, pa2, pb2, pa2 * pa, pb2 * pb},
	func(m, k []reg.VecVirtual) []reg.VecVirtual {
		a, b, a2, b2, a3, b3 := k[0], k[1], k[2], k[3], k[4], k[5]
		s1, e1, s2, e2 := plus(m[1], m[2]), minus(m[1], m[2]), plus(m[3], m[4]), minus(m[3], m[4])
		return []reg.VecVirtual{
			plus(plus(m[0], s1), s2),
			addTo(b, e2, times(a, e1)),
			addTo(b2, s2, times(a2, s1)),
			addTo(b3, e2, addTo(a3, e1, m[5])),
		}
	}}

var outputGradTransform = transform{4, 6, []float32{pa, pb, pa2, pb2},
	func(y, k []reg.VecVirtual) []reg.VecVirtual {
		a, b, a2, b2 := k[0], k[1], k[2], k[3]
		e1, h1 := multiplyAdd(a2, y[2], y[0]), multiplyAdd(a2, y[3], y[1])
		e2, h2 := multiplyAdd(b2, y[2], y[0]), multiplyAdd(b2, y[3], y[1])
		return []reg.VecVirtual{y[0], multiplyAdd(a, h1, e1), subtractFrom(a, h1, e1), multiplyAdd(b, h2, e2), subtractFrom(b, h2, e2), y[3]}
	}}

var weightTransform = transform{3, 6, []float32{n0, na, na1, na2, nb, nb1, nb2},
	func(g, k []reg.VecVirtual) []reg.VecVirtual {
		e1, e2 := addTo(k[3], g[2], times(k[1], g[0])), addTo(k[6], g[2], times(k[4], g[0]))
		return []reg.VecVirtual{times(k[0], g[0]),
			multiplyAdd(k[2], g[1], e1), subtractFrom(k[2], g[1], e1),
			multiplyAdd(k[5], g[1], e2), subtractFrom(k[5], g[1], e2), g[2]}
	}}

var weightGradTransform = transform{6, 3, []float32{n0, na, na1, na2, nb, nb1, nb2},
	func(m, k []reg.VecVirtual) []reg.VecVirtual {
		s1, e1, s2, e2 := plus(m[1], m[2]), minus(m[1], m[2]), plus(m[3], m[4]), minus(m[3], m[4])
		return []reg.VecVirtual{
			addTo(k[4], s2, addTo(k[1], s1, times(k[0], m[0]))),
			addTo(k[5], e2, times(k[2], e1)),
			addTo(k[6], s2, addTo(k[3], s1, m[5])),
		}
	}}

// winograd writes the transforms and the variants of the output transform.
func winograd() {
	for _, v := range []struct {
		level  string
		vector func() reg.VecVirtual
	}{{"AVX2", ymm}, {"AVX512", zmm}} {
		square("winogradInput"+v.level, "transforms 6x6 inputs.", inputTransform, strided, v.vector)
		square("winogradInputBorder"+v.level, "is winogradInput"+v.level+" of the given rows and columns from the first on, the others being zeros; src is the first pixel.", inputTransform, border, v.vector)
		square("winogradOutput"+v.level, "transforms 6x6 products to 4x4 outputs.", outputTransform, strided, v.vector)
		square("winogradOutputReLU"+v.level, "is winogradOutput"+v.level+", then max(y+bias, 0).", outputTransform, withBias, v.vector)
		square("winogradOutputAdd"+v.level, "is winogradOutput"+v.level+", then max(y+bias+skip, 0).", outputTransform, withSkip, v.vector)
		square("winogradOutputGrad"+v.level, "transforms 4x4 output gradients to 6x6.", outputGradTransform, strided, v.vector)
		square("winogradWeights"+v.level, "transforms 3x3 weights to 6x6.", weightTransform, strided, v.vector)
		square("winogradWeightGrad"+v.level, "transforms 6x6 products to 3x3 weight gradients.", weightGradTransform, strided, v.vector)
	}
}

// kind tells the functions of one transform apart.
type kind int

const (
	strided  kind = iota // rows and columns of the source are a distance apart
	border               // strided, and only some rows and columns lie inside, zeros elsewhere
	withBias             // strided, and a bias is added, then the positive part taken
	withSkip             // withBias, and a tensor added that lies as the destination does
)

// square writes the function of transform t in two dimensions. Rows and columns
// of source and destination, and of skip, which lies as the destination does, are
// the given numbers of bytes apart; the vectors of a pixel are adjacent.
func square(name, doc string, t transform, k kind, vector func() reg.VecVirtual) {
	size := int(vector().Size())
	bias, skip := k == withBias || k == withSkip, k == withSkip
	TEXT(name, 0, map[kind]string{
		strided:  "func(dst, src *float32, dRow, dCol, sRow, sCol, vectors int)",
		border:   "func(dst, src, zeros *float32, row, rows, col, cols, dRow, dCol, sRow, sCol, vectors int)",
		withBias: "func(dst, src, bias *float32, dRow, dCol, sRow, sCol, vectors int)",
		withSkip: "func(dst, src, bias, skip *float32, dRow, dCol, sRow, sCol, vectors int)",
	}[k])
	Pragma("noescape")
	Doc(name + " " + doc)
	load := func(p string) reg.GPVirtual {
		r := GP64()
		Load(Param(p), r)
		return r
	}
	dst, src, dRow, dCol, vectors := load("dst"), load("src"), load("dRow"), load("dCol"), load("vectors")
	sRow, sCol := load("sRow"), load("sCol")
	var biasAt, skipAt reg.GPVirtual
	if bias {
		biasAt = load("bias")
	}
	if skip {
		skipAt = load("skip")
	}
	var constants []reg.VecVirtual
	for i, c := range t.constants {
		k := vector()
		VBROADCASTSS(ConstData(fmt.Sprintf("%s_%d", name, i), U32(math.Float32bits(c))), k)
		constants = append(constants, k)
	}
	zero := vector()
	if bias {
		clearVector(zero)
	}
	// Aligned, for a vector that lies across two lines of the cache takes twice the time.
	local, between := AllocLocal(t.in*t.out*size+size), GP64()
	LEAQ(local.Offset(size-1), between)
	ANDQ(I32(int32(-size)), between)
	at := func(i, j int) Mem { return Mem{Base: between, Disp: (i*t.in + j) * size} }
	var pixels Mem
	done := GP64() // bytes of a pixel
	if k == border {
		pixels = AllocLocal(8 * t.in * t.in)
		addresses(name, t, pixels, load, src, sRow, sCol)
		XORQ(done, done)
	}
	Label(name + "_vector")
	column := GP64()
	if k != border {
		MOVQ(src, column)
	}
	for j := range t.in {
		row, x := GP64(), make([]reg.VecVirtual, t.in)
		if k != border {
			MOVQ(column, row)
		}
		for i := range x {
			x[i] = vector()
			if k == border {
				MOVQ(pixels.Offset(8*(i*t.in+j)), row)
				VMOVUPS(Mem{Base: row, Index: done, Scale: 1}, x[i])
				continue
			}
			VMOVUPS(Mem{Base: row}, x[i])
			if i < t.in-1 {
				ADDQ(sRow, row)
			}
		}
		if k != border && j < t.in-1 {
			ADDQ(sCol, column)
		}
		for i, y := range t.apply(x, constants) {
			VMOVUPS(y, at(i, j))
		}
	}
	out, other := GP64(), GP64()
	MOVQ(dst, out)
	if skip {
		MOVQ(skipAt, other)
	}
	for i := range t.out {
		x := make([]reg.VecVirtual, t.in)
		for j := range x {
			x[j] = vector()
			VMOVUPS(at(i, j), x[j])
		}
		to, from := GP64(), GP64()
		MOVQ(out, to)
		if skip {
			MOVQ(other, from)
		}
		for _, y := range t.apply(x, constants) {
			if bias {
				VADDPS(Mem{Base: biasAt}, y, y)
				if skip {
					VADDPS(Mem{Base: from}, y, y)
					ADDQ(dCol, from)
				}
				VMAXPS(zero, y, y)
			}
			VMOVUPS(y, Mem{Base: to})
			ADDQ(dCol, to)
		}
		if i < t.out-1 {
			ADDQ(dRow, out)
			if skip {
				ADDQ(dRow, other)
			}
		}
	}
	if k == border {
		ADDQ(Imm(uint64(size)), done)
	} else {
		ADDQ(Imm(uint64(size)), src)
	}
	ADDQ(Imm(uint64(size)), dst)
	if bias {
		ADDQ(Imm(uint64(size)), biasAt)
	}
	if skip {
		ADDQ(Imm(uint64(size)), skipAt)
	}
	DECQ(vectors)
	JNZ(LabelRef(name + "_vector"))
	VZEROUPPER()
	RET()
}

// addresses writes the addresses of the pixels of a square: from src on those in
// the rows and columns that the parameters name, that of zeros for the others.
func addresses(name string, t transform, pixels Mem, load func(string) reg.GPVirtual, src, sRow, sCol reg.GPVirtual) {
	zeros := load("zeros")
	for i := range t.in * t.in {
		MOVQ(zeros, pixels.Offset(8*i))
	}
	slot, col, rows := load("row"), load("col"), load("rows")
	IMUL3Q(Imm(uint64(t.in)), slot, slot)
	ADDQ(col, slot)
	LEAQ(pixels.Idx(slot, 8), slot)
	Label(name + "_row")
	pixel, into, cols := GP64(), GP64(), load("cols")
	MOVQ(src, pixel)
	MOVQ(slot, into)
	Label(name + "_pixel")
	MOVQ(pixel, Mem{Base: into})
	ADDQ(sCol, pixel)
	ADDQ(Imm(8), into)
	DECQ(cols)
	JNZ(LabelRef(name + "_pixel"))
	ADDQ(sRow, src)
	ADDQ(Imm(uint64(8*t.in)), slot)
	DECQ(rows)
	JNZ(LabelRef(name + "_row"))
}
