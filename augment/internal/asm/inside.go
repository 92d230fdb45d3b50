package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const slotSize = 128 // of one of the two groups that are located ahead

// inside writes the function for pixels with all neighbours in the source: left
// and right neighbour are one load of 64 bits. It locates pixels two groups
// ahead, so that the loads need not wait: their addresses are long known.
func inside() {
	w := begin("insideAVX2", "writes pixels whose neighbours are all inside the source.")
	pix, below := GP64(), GP64()
	MOVQ(w.field(fieldPix), pix)
	MOVL(w.field(fieldStride), below.As32())
	ADDQ(pix, below)
	slots, slot := AllocLocal(2*slotSize), GP64()
	var ahead [3]Mem
	for i := range ahead {
		ahead[i] = slots.Offset(32*i).Idx(slot, 1)
	}
	swap := func() { XORQ(Imm(slotSize), slot) }
	XORQ(slot, slot)
	for range 2 {
		w.prepare(ahead)
		swap()
	}
	Label(w.label("group"))
	fx, wy := YMM(), YMM()
	VMOVDQU(ahead[1], fx)
	VMOVDQU(ahead[2], wy)
	upper, lower := neighbours(pix, below, ahead[0])
	tl, tr := part(upper)
	bl, br := part(lower)
	w.prepare(ahead)
	swap()
	w.blend(tl, tr, bl, br, fx, wy)
	w.end()
}

// prepare locates a group: its offsets and weights.
func (w *walk) prepare(to [3]Mem) {
	qx, qy := w.locate(near)
	VMOVDQU(w.offset(qx, qy), to[0])
	natural(qx)
	natural(qy)
	fx, wy := weights(qx, qy)
	VMOVDQU(fx, to[1])
	VMOVDQU(wy, to[2])
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

// neighbours loads the left and right pixels at eight offsets, four to a
// register, in two rows of the source. Broadcasts and blends of 64 bits are
// faster than gathers, by a little or, on some processors, by far.
func neighbours(pix, below reg.Register, offsets Mem) (upper, lower [2]reg.VecVirtual) {
	four := [2][2]reg.VecVirtual{{YMM(), YMM()}, {YMM(), YMM()}}
	for i := range 8 {
		at := GP64()
		MOVL(offsets.Offset(4*i), at.As32())
		for k, base := range []reg.Register{pix, below} {
			pixels, all := Mem{Base: base, Index: at, Scale: 1}, four[k][i/4]
			if i%4 == 0 {
				VPBROADCASTQ(pixels, all)
				continue
			}
			v := YMM()
			VPBROADCASTQ(pixels, v)
			VPBLENDD(Imm(3<<(2*uint(i%4))), v, all, all)
		}
	}
	return four[0], four[1]
}

// part returns the left and the right pixels of neighbours, in natural order.
func part(four [2]reg.VecVirtual) (l, r reg.VecVirtual) {
	l, r = YMM(), YMM()
	VSHUFPS(Imm(0x88), four[1], four[0], l)
	VSHUFPS(Imm(0xdd), four[1], four[0], r)
	return l, r
}
