package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Fixed point of augment's cubic.
const (
	cubicBits   = 14
	betweenBits = 6
)

var (
	betweenRound = constant("betweenRound", U32(1<<(cubicBits-betweenBits-1)), 4)
	cubicRound   = constant("cubicRound", U32(1<<(cubicBits+betweenBits-1)), 4)
	channelPairs = bytesOf("channelPairs", 0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15)
	halfWeights  = halves()
)

// bytesOf returns 32 bytes of read-only memory that repeat 16.
func bytesOf(name string, v ...uint8) Mem {
	m := GLOBL(name, NOPTR|RODATA)
	for i := range 32 {
		DATA(i, U8(v[i%len(v)]))
	}
	return m
}

// halves picks the first two weights for one half of a register, the last two
// for the other.
func halves() Mem {
	m := GLOBL("halfWeights", NOPTR|RODATA)
	for i := range 8 {
		DATA(4*i, U32(i/4))
	}
	return m
}

// cubic writes the function that blends 4 by 4 pixels, one result at a time.
func cubic() {
	TEXT("cubicAVX2", NOSPLIT, "func(dst, src *byte, stride int, at *int, part *uint32, weights *byte, n int)")
	Pragma("noescape")
	Doc("cubicAVX2 writes n pixels, each from 4 by 4 at an offset of src.")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	stride := Load(Param("stride"), GP64())
	at, part := Load(Param("at"), GP64()), Load(Param("part"), GP64())
	weights, n := Load(Param("weights"), GP64()), Load(Param("n"), GP64())
	pairs, half := YMM(), YMM()
	VMOVDQU(channelPairs, pairs)
	VMOVDQU(halfWeights, half)
	Label("cubicAVX2_pixel")
	p, fx, fy := GP64(), GP64(), GP64()
	MOVQ(Mem{Base: at}, p)
	ADDQ(src, p)
	MOVL(Mem{Base: part}, fx.As32())
	MOVL(fx.As32(), fy.As32())
	ANDL(U32(0xffff), fx.As32())
	SHRL(Imm(16), fy.As32())
	var rows [4]reg.VecVirtual
	for i := range rows {
		rows[i] = YMM()
		VPMOVZXBW(Mem{Base: p}, rows[i])
		if i < 3 {
			ADDQ(stride, p)
		}
	}
	var sums [2]reg.VecVirtual // of the left and the right pixel of each half
	for k := range 2 {
		w, lo, hi := YMM(), YMM(), YMM()
		VPBROADCASTD(Mem{Base: weights, Index: fy, Scale: 8, Disp: 4 * k}, w)
		VPUNPCKLWD(rows[2*k+1], rows[2*k], lo)
		VPUNPCKHWD(rows[2*k+1], rows[2*k], hi)
		VPMADDWD(w, lo, lo)
		VPMADDWD(w, hi, hi)
		if k == 0 {
			sums = [2]reg.VecVirtual{lo, hi}
			continue
		}
		for i, v := range []reg.VecVirtual{lo, hi} {
			VPADDD(v, sums[i], sums[i])
			VPADDD(betweenRound, sums[i], sums[i])
			VPSRAD(Imm(cubicBits-betweenBits), sums[i], sums[i])
		}
	}
	v, w, upper := YMM(), YMM(), XMM()
	VPACKSSDW(sums[1], sums[0], v)
	VPSHUFB(pairs, v, v)
	VPBROADCASTQ(Mem{Base: weights, Index: fx, Scale: 8}, w)
	VPERMD(w, half, w)
	VPMADDWD(w, v, v)
	VEXTRACTI128(Imm(1), v, upper)
	x := v.AsX()
	VPADDD(upper, x, x)
	VPADDD(cubicRound, x, x)
	VPSRAD(Imm(cubicBits+betweenBits), x, x)
	VPACKSSDW(x, x, x)
	VPACKUSWB(x, x, x)
	out := GP32()
	VMOVD(x, out)
	ORL(U32(0xff000000), out)
	MOVL(out, Mem{Base: dst})
	ADDQ(Imm(4), dst)
	ADDQ(Imm(8), at)
	ADDQ(Imm(4), part)
	DECQ(n)
	JNZ(LabelRef("cubicAVX2_pixel"))
	VZEROUPPER()
	RET()
}
