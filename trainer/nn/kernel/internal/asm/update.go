package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// updates writes the functions of the optimiser, over vectors of eight elements.
func updates() {
	const name = "adamWAVX2"
	TEXT(name, NOSPLIT, "func(a, w, m, v, dw *float32, vectors int)")
	Pragma("noescape")
	Doc(name + " makes a step of AdamW; a points to the fields of kernel's type AdamW.")
	load := func(p string) reg.GPVirtual {
		r := GP64()
		Load(Param(p), r)
		return r
	}
	a, w, m, v, g, vectors := load("a"), load("w"), load("m"), load("v"), load("dw"), load("vectors")
	var k [8]reg.VecVirtual
	for i := range k {
		k[i] = YMM()
		VBROADCASTSS(Mem{Base: a, Disp: 4 * i}, k[i])
	}
	Label(name + "_vector")
	x, mean, square := YMM(), YMM(), YMM()
	VMOVUPS(Mem{Base: g}, x)
	VMULPS(Mem{Base: m}, k[0], mean)
	mean = plus(mean, times(x, k[2]))
	VMOVUPS(mean, Mem{Base: m})
	VMULPS(Mem{Base: v}, k[1], square)
	square = plus(square, times(times(x, k[3]), x))
	VMOVUPS(square, Mem{Base: v})
	root := YMM()
	VSQRTPS(square, root)
	below := plus(times(root, k[6]), k[7])
	step := times(mean, k[5])
	VDIVPS(below, step, step)
	kept := YMM()
	VMULPS(Mem{Base: w}, k[4], kept)
	VMOVUPS(minus(kept, step), Mem{Base: w})
	for _, p := range []reg.GPVirtual{w, m, v, g} {
		ADDQ(Imm(half), p)
	}
	DECQ(vectors)
	JNZ(LabelRef(name + "_vector"))
	VZEROUPPER()
	RET()

	squareSum()
	scale()
}

// squareSum writes the chains of a sum of squares in float64.
func squareSum() {
	const name = "squareSumAVX2"
	TEXT(name, NOSPLIT, "func(sums *float64, x *float32, blocks int)")
	Pragma("noescape")
	Doc(name + " adds the squares of blocks of 16 elements to 16 sums.")
	sums, x, blocks := GP64(), GP64(), GP64()
	Load(Param("sums"), sums)
	Load(Param("x"), x)
	Load(Param("blocks"), blocks)
	var acc [4]reg.VecVirtual
	for i := range acc {
		acc[i] = YMM()
		VMOVUPD(Mem{Base: sums, Disp: i * half}, acc[i])
	}
	Label(name + "_block")
	for i := range acc {
		d := YMM()
		VCVTPS2PD(Mem{Base: x, Disp: i * half / 2}, d)
		VMULPD(d, d, d)
		VADDPD(d, acc[i], acc[i])
	}
	ADDQ(Imm(2*half), x)
	DECQ(blocks)
	JNZ(LabelRef(name + "_block"))
	for i := range acc {
		VMOVUPD(acc[i], Mem{Base: sums, Disp: i * half})
	}
	VZEROUPPER()
	RET()
}

func scale() {
	const name = "scaleAVX2"
	TEXT(name, NOSPLIT, "func(x, by *float32, vectors int)")
	Pragma("noescape")
	Doc(name + " multiplies x.")
	x, by, vectors, k := GP64(), GP64(), GP64(), YMM()
	Load(Param("x"), x)
	Load(Param("by"), by)
	Load(Param("vectors"), vectors)
	VBROADCASTSS(Mem{Base: by}, k)
	Label(name + "_vector")
	t := YMM()
	VMULPS(Mem{Base: x}, k, t)
	VMOVUPS(t, Mem{Base: x})
	ADDQ(Imm(half), x)
	DECQ(vectors)
	JNZ(LabelRef(name + "_vector"))
	VZEROUPPER()
	RET()
}
