package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

var (
	lowBytes = constant("lowBytes", U32(0x00ff00ff), 4)
	lowByte  = constant("lowByte", U32(0xff), 4)
	rounding = constant("rounding", U32(1<<(2*subBits-1)), 4)
	alpha    = constant("alpha", U32(0xff000000), 4)
)

const oddWords = 0xaa

// channels returns red, green and blue of eight pixels of an upper and a lower
// row, side by side in the half words of eight words.
func channels(upper, lower reg.VecVirtual) [3]reg.VecVirtual {
	r, g, b := YMM(), YMM(), YMM()
	VPSLLD(Imm(16), lower, g)
	VPBLENDW(Imm(oddWords), g, upper, g)
	VPAND(lowBytes, g, r)
	VPSRLW(Imm(8), g, g)
	VPSRLD(Imm(16), upper, b)
	VPBLENDW(Imm(oddWords), lower, b, b)
	VPAND(lowBytes, b, b)
	return [3]reg.VecVirtual{r, g, b}
}

// blend writes eight pixels, each from its four neighbours.
func (w *walk) blend(tl, tr, bl, br, fx, wy reg.VecVirtual) {
	left, right := channels(tl, bl), channels(tr, br)
	for c, l := range left {
		r := right[c]
		VPMADDWD(wy, l, l)
		VPMADDWD(wy, r, r)
		VPSUBD(l, r, r)
		VPMULLD(fx, r, r)
		VPSLLD(Imm(subBits), l, l)
		VPADDD(rounding, l, l)
		VPADDD(r, l, l)
		VPSRLD(Imm(2*subBits), l, l)
	}
	TESTQ(w.table, w.table)
	JZ(LabelRef(w.label("plain")))
	w.lookUp(left)
	JMP(LabelRef(w.label("next")))
	Label(w.label("plain"))
	VPSLLD(Imm(8), left[1], left[1])
	VPSLLD(Imm(16), left[2], left[2])
	VPOR(left[1], left[0], left[0])
	VPOR(left[2], left[0], left[0])
	VPOR(alpha, left[0], left[0])
	VMOVDQU(left[0], Mem{Base: w.dst})
	Label(w.label("next"))
}

// lookUp writes the pixels that the table has for levels per channel.
func (w *walk) lookUp(level [3]reg.VecVirtual) {
	var out [3]reg.VecVirtual
	for c, v := range level {
		out[c] = zero()
		VPGATHERDD(ones(), Mem{Base: w.table, Index: v, Scale: 4, Disp: 1024 * c}, out[c])
	}
	VPOR(out[1], out[0], out[0])
	VPOR(out[2], out[0], out[0])
	VMOVDQU(out[0], Mem{Base: w.dst})
}

// tone writes the function that applies a table in place.
func tone() {
	TEXT("toneAVX2", NOSPLIT, "func(table, dst *byte, groups int)")
	Pragma("noescape")
	Doc("toneAVX2 replaces groups of eight pixels by what the table has for them.")
	w := &walk{name: "toneAVX2"}
	w.table = Load(Param("table"), GP64())
	w.dst = Load(Param("dst"), GP64())
	w.left = Load(Param("groups"), GP64())
	Label(w.label("group"))
	r, g, b := YMM(), YMM(), YMM()
	VMOVDQU(Mem{Base: w.dst}, b)
	VPAND(lowByte, b, r)
	VPSRLD(Imm(8), b, g)
	VPAND(lowByte, g, g)
	VPSRLD(Imm(16), b, b)
	VPAND(lowByte, b, b)
	w.lookUp([3]reg.VecVirtual{r, g, b})
	ADDQ(Imm(32), w.dst)
	DECQ(w.left)
	JNZ(LabelRef(w.label("group")))
	VZEROUPPER()
	RET()
}
