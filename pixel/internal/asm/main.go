// Command asm writes the assembly of package pixel; see the go:generate line
// there.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/buildtags"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	Constraint(buildtags.Not("purego"))
	row()
	columns()
	Generate()
}

// words returns 32 bytes of read-only memory.
func words(name string, v ...uint32) Mem {
	m := GLOBL(name, NOPTR|RODATA)
	for i := range 8 {
		DATA(4*i, U32(v[i%len(v)]))
	}
	return m
}

// row writes the function that scales a row. Weights are words less 32768, which
// makes them signed; the sum of the pixels gives that back at the end.
func row() {
	TEXT("rowAVX2", NOSPLIT, "func(dst *uint16, src *byte, first *int, weights *uint16, pairs, n int)")
	Pragma("noescape")
	Doc("rowAVX2 writes n pixels, 256 times as fine, each from up to 128 pairs of pixels of src.")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	first, weights := Load(Param("first"), GP64()), Load(Param("weights"), GP64())
	pairs, n := Load(Param("pairs"), GP64()), Load(Param("n"), GP64())
	spread, round, ones := XMM(), XMM(), XMM()
	VMOVDQU(words("channels", 0x80048000, 0x80058001, 0x80068002, 0x80078003), spread)
	VMOVDQU(words("rowRound", 128), round)
	VMOVDQU(words("ones", 0x00010001), ones)
	Label("rowAVX2_pixel")
	p, left, sum, plain := GP64(), GP64(), XMM(), XMM()
	MOVQ(Mem{Base: first}, p)
	LEAQ(Mem{Base: src, Index: p, Scale: 4}, p)
	MOVQ(pairs, left)
	VPXOR(sum, sum, sum)
	VPXOR(plain, plain, plain)
	Label("rowAVX2_pair")
	px, w := XMM(), XMM()
	VMOVQ(Mem{Base: p}, px)
	VPSHUFB(spread, px, px) // R R G G B B A A, a word each
	VPBROADCASTD(Mem{Base: weights}, w)
	VPADDW(px, plain, plain)
	VPMADDWD(w, px, px)
	VPADDD(px, sum, sum)
	ADDQ(Imm(8), p)
	ADDQ(Imm(4), weights)
	DECQ(left)
	JNZ(LabelRef("rowAVX2_pair"))
	VPMADDWD(ones, plain, plain)
	VPSLLD(Imm(15), plain, plain)
	VPADDD(plain, sum, sum)
	VPADDD(round, sum, sum)
	VPSRLD(Imm(8), sum, sum)
	VPACKUSDW(sum, sum, sum)
	VMOVQ(sum, Mem{Base: dst})
	ADDQ(Imm(8), dst)
	ADDQ(Imm(8), first)
	DECQ(n)
	JNZ(LabelRef("rowAVX2_pixel"))
	RET()
}

// columns writes the function that scales columns, eight pixels at a time.
func columns() {
	TEXT("columnsAVX2", NOSPLIT, "func(dst *byte, fine *uint16, weights *uint32, taps, stride, groups int)")
	Pragma("noescape")
	Doc("columnsAVX2 writes groups of eight opaque pixels, each from taps rows that are stride bytes apart.")
	dst, fine := Load(Param("dst"), GP64()), Load(Param("fine"), GP64())
	weights, taps := Load(Param("weights"), GP64()), Load(Param("taps"), GP64())
	stride, groups := Load(Param("stride"), GP64()), Load(Param("groups"), GP64())
	round, order, opaque := YMM(), YMM(), YMM()
	VMOVDQU(words("columnRound", 1<<23), round)
	VMOVDQU(words("columnOrder", 0, 4, 1, 5, 2, 6, 3, 7), order)
	VMOVDQU(words("opaque", 0xff<<24), opaque)
	Label("columnsAVX2_group")
	var sum [4]reg.VecVirtual
	for i := range sum {
		sum[i] = YMM()
		VMOVDQA(round, sum[i])
	}
	p, k, left := GP64(), GP64(), GP64()
	MOVQ(fine, p)
	MOVQ(weights, k)
	MOVQ(taps, left)
	Label("columnsAVX2_tap")
	w := YMM()
	VPBROADCASTD(Mem{Base: k}, w)
	for i := range sum {
		v := YMM()
		VPMOVZXWD(Mem{Base: p, Disp: 16 * i}, v)
		VPMULLD(w, v, v)
		VPADDD(v, sum[i], sum[i])
	}
	ADDQ(stride, p)
	ADDQ(Imm(4), k)
	DECQ(left)
	JNZ(LabelRef("columnsAVX2_tap"))
	for i := range sum {
		VPSRLD(Imm(24), sum[i], sum[i])
	}
	VPACKUSDW(sum[1], sum[0], sum[0])
	VPACKUSDW(sum[3], sum[2], sum[2])
	VPACKUSWB(sum[2], sum[0], sum[0])
	VPERMD(sum[0], order, sum[0])
	VPOR(opaque, sum[0], sum[0])
	VMOVDQU(sum[0], Mem{Base: dst})
	ADDQ(Imm(64), fine)
	ADDQ(Imm(32), dst)
	DECQ(groups)
	JNZ(LabelRef("columnsAVX2_group"))
	VZEROUPPER()
	RET()
}
