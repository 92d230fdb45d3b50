package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

var (
	one      = float("one", 1)
	half     = float("half", 0.5)
	two      = float("two", 2)
	eight    = float("eight", 8)
	farthest = float("farthest", far)
	nearest  = float("nearest", -far)
	farHalf  = float("farHalf", far+0.5)
	offsets  = pairOffsets()
	subMask  = constant("subMask", U32(subOne-1), 4)
	subFull  = constant("subFull", U32(subOne), 4)
)

// float writes v by its bits, for avo prints a whole F64 as an integer.
func float(name string, v float64) Mem { return constant(name, U64(math.Float64bits(v)), 8) }

func pairOffsets() Mem {
	m := GLOBL("offsets", NOPTR|RODATA)
	for i, v := range []float64{0, 1, 4, 5} {
		DATA(8*i, U64(math.Float64bits(v)))
	}
	return m
}

// locate returns the source coordinates of eight pixels in the order 0, 1, 4, 5,
// 2, 3, 6, 7. Every operation rounds as the portable code does; nothing is fused.
func (w *walk) locate(quantise func(v reg.VecVirtual)) (qx, qy reg.VecVirtual) {
	var x, y [2]reg.VecVirtual
	g := YMM()
	VADDPD(two, w.f, g)
	for h, f := range []reg.VecVirtual{w.f, g} {
		inv := YMM()
		VMULPD(w.field(fieldDZ), f, inv)
		VADDPD(w.field(fieldZ), inv, inv)
		unit := YMM()
		VMOVUPD(one, unit)
		VDIVPD(inv, unit, inv)
		axis := func(start, step int) reg.VecVirtual {
			v, q := YMM(), XMM()
			VMULPD(w.field(step), f, v)
			VADDPD(w.field(start), v, v)
			VMULPD(inv, v, v)
			quantise(v)
			VCVTTPD2DQY(v, q)
			return q
		}
		x[h], y[h] = axis(fieldX, fieldDX), axis(fieldY, fieldDY)
	}
	VADDPD(eight, w.f, w.f)
	qx, qy = YMM(), YMM()
	VINSERTI128(Imm(1), x[1], x[0].AsY(), qx)
	VINSERTI128(Imm(1), y[1], y[0].AsY(), qy)
	return qx, qy
}

// near rounds coordinates that are not negative.
func near(v reg.VecVirtual) { VADDPD(half, v, v) }

// anywhere rounds coordinates as augment's quantise.
func anywhere(v reg.VecVirtual) {
	VMAXPD(nearest, v, v)
	VMINPD(farthest, v, v)
	VADDPD(farHalf, v, v)
	const truncate = 3
	VROUNDPD(Imm(truncate), v, v)
	VSUBPD(farthest, v, v)
}

// natural brings eight values from the order of locate to their own.
func natural(v reg.VecVirtual) { VPERMQ(Imm(0xd8), v, v) }

// weights returns, of coordinates in their natural order, the position between
// columns, and the weights of the rows: the upper in the lower half word.
func weights(qx, qy reg.VecVirtual) (fx, wy reg.VecVirtual) {
	fx, wy = YMM(), YMM()
	fy := YMM()
	VPAND(subMask, qx, fx)
	VPAND(subMask, qy, fy)
	VPSLLD(Imm(16), fy, wy)
	VPSUBD(fy, wy, wy)
	VPADDD(subFull, wy, wy)
	return fx, wy
}

func ones() reg.VecVirtual {
	m := YMM()
	VPCMPEQD(m, m, m)
	return m
}

func zero() reg.VecVirtual {
	m := YMM()
	VPXOR(m, m, m)
	return m
}
