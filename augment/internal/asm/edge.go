package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Modes of augment's border.
const (
	modeReflect   = 0
	modeReplicate = 1
	modeConstant  = 2
)

// index is a column or row of eight neighbours, and where it is in the source.
type index struct{ at, in reg.VecVirtual }

// edge writes the function for pixels with neighbours anywhere. It stops at a
// group that lies more than one reflection away. It locates one group ahead.
func edge() {
	w := begin("edgeAVX2", "writes pixels with neighbours outside, up to one reflection away.")
	ahead := [2]Mem{AllocLocal(32), AllocLocal(32)}
	prepare := func() {
		qx, qy := w.locate(anywhere)
		natural(qx)
		natural(qy)
		VMOVDQU(qx, ahead[0])
		VMOVDQU(qy, ahead[1])
	}
	prepare()
	Label(w.label("group"))
	qx, qy := YMM(), YMM()
	VMOVDQU(ahead[0], qx)
	VMOVDQU(ahead[1], qy)
	prepare()
	fx, wy := weights(qx, qy)
	var x, y [2]index
	x[0].at, x[1].at = pair(qx)
	y[0].at, y[1].at = pair(qy)
	w.fold(x, y)
	w.check(&x, &y)
	for i := range 2 {
		VPSLLD(Imm(2), x[i].at, x[i].at)
		VPMULLD(w.field(fieldStride), y[i].at, y[i].at)
	}
	pix := GP64()
	MOVQ(w.field(fieldPix), pix)
	tl, tr := w.pixel(pix, x[0], y[0]), w.pixel(pix, x[1], y[0])
	bl, br := w.pixel(pix, x[0], y[1]), w.pixel(pix, x[1], y[1])
	w.blend(tl, tr, bl, br, fx, wy)
	w.end()
}

// pair returns the indexes of both neighbours along an axis.
func pair(q reg.VecVirtual) (low, high reg.VecVirtual) {
	low, high = YMM(), YMM()
	VPSRAD(Imm(subBits), q, low)
	VPSUBD(ones(), low, high)
	return low, high
}

// fold replaces indexes by those that stand for them.
func (w *walk) fold(x, y [2]index) {
	mode := GP64()
	MOVQ(w.field(fieldMode), mode)
	CMPQ(mode, Imm(modeReplicate))
	JA(LabelRef(w.label("folded")))
	JE(LabelRef(w.label("replicate")))
	reflect := func(v reg.VecVirtual, period Mem) {
		t := YMM()
		VPABSD(v, v)
		VMOVDQU(period, t)
		VPSUBD(v, t, t)
		VPMINSD(t, v, v)
	}
	replicate := func(v reg.VecVirtual, last Mem) {
		VPMAXSD(zero(), v, v)
		VPMINSD(last, v, v)
	}
	for i := range 2 {
		reflect(x[i].at, w.field(fieldPeriodX))
		reflect(y[i].at, w.field(fieldPeriodY))
	}
	JMP(LabelRef(w.label("folded")))
	Label(w.label("replicate"))
	for i := range 2 {
		replicate(x[i].at, w.field(fieldLastX))
		replicate(y[i].at, w.field(fieldLastY))
	}
	Label(w.label("folded"))
}

// check finds which indexes are inside the source, and ends the function if one
// is not where only the constant border may have one.
func (w *walk) check(x, y *[2]index) {
	all := ones()
	test := func(v *index, last Mem) {
		v.in = YMM()
		VPMINUD(last, v.at, v.in)
		VPCMPEQD(v.at, v.in, v.in)
		VPAND(v.in, all, all)
	}
	for i := range 2 {
		test(&x[i], w.field(fieldLastX))
		test(&y[i], w.field(fieldLastY))
	}
	bits := GP32()
	VMOVMSKPS(all, bits)
	CMPL(bits, Imm(0xff))
	JE(LabelRef(w.label("checked")))
	CMPQ(w.field(fieldMode), Imm(modeConstant))
	JNE(LabelRef(w.label("done")))
	Label(w.label("checked"))
}

// pixel gathers the pixels of the source at a column and a row, or the level of
// the constant border. It reads nothing where an index is outside.
func (w *walk) pixel(pix reg.Register, x, y index) reg.VecVirtual {
	p, in, at := YMM(), YMM(), YMM()
	VMOVDQU(w.field(fieldLevel), p)
	VPAND(x.in, y.in, in)
	VPADDD(x.at, y.at, at)
	VPGATHERDD(in, Mem{Base: pix, Index: at, Scale: 1}, p)
	return p
}
