package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// inside writes the function for pixels with all neighbours in the source: left
// and right neighbour are one load of 64 bits.
func inside() {
	w := begin("insideAVX2", "writes pixels whose neighbours are all inside the source.")
	pix, below := GP64(), GP64()
	MOVQ(w.field(fieldPix), pix)
	MOVL(w.field(fieldStride), below.As32())
	ADDQ(pix, below)
	ahead := [3]Mem{AllocLocal(32), AllocLocal(32), AllocLocal(32)}
	prepare := func() [3]reg.VecVirtual {
		qx, qy := w.locate(near)
		at := w.offset(qx, qy)
		natural(qx)
		natural(qy)
		fx, wy := weights(qx, qy)
		return [3]reg.VecVirtual{at, fx, wy}
	}
	for i, v := range prepare() {
		VMOVDQU(v, ahead[i])
	}
	Label(w.label("group"))
	at, fx, wy := YMM(), YMM(), YMM()
	for i, v := range [3]reg.VecVirtual{at, fx, wy} {
		VMOVDQU(ahead[i], v)
	}
	for i, v := range prepare() {
		VMOVDQU(v, ahead[i])
	}
	rest := XMM()
	VEXTRACTI128(Imm(1), at, rest)
	tl, tr := neighbours(pix, at.AsX(), rest)
	bl, br := neighbours(below, at.AsX(), rest)
	w.blend(tl, tr, bl, br, fx, wy)
	w.end()
}

// offset returns the offset of the upper left neighbour, in the order of locate.
func (w *walk) offset(qx, qy reg.VecVirtual) reg.VecVirtual {
	at, x := YMM(), YMM()
	VPSRLD(Imm(subBits), qy, at)
	VPSRLD(Imm(subBits), qx, x)
	VPMULLD(w.field(fieldStride), at, at)
	VPSLLD(Imm(2), x, x)
	VPADDD(x, at, at)
	VPMINUD(w.field(fieldLimit), at, at)
	return at
}

// neighbours gathers the left and right pixels of one row of the source, in
// natural order.
func neighbours(base reg.Register, first, second reg.Register) (l, r reg.VecVirtual) {
	a, b := zero(), zero()
	VPGATHERDQ(ones(), Mem{Base: base, Index: first, Scale: 1}, a)
	VPGATHERDQ(ones(), Mem{Base: base, Index: second, Scale: 1}, b)
	l, r = YMM(), YMM()
	VSHUFPS(Imm(0x88), b, a, l)
	VSHUFPS(Imm(0xdd), b, a, r)
	return l, r
}
