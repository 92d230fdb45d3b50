package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const tapBits = 13

var tapRound = constant("tapRound", U32(1<<(tapBits-1)), 4)

// stencil writes the function that sums pairs of pixels with weights.
func stencil() {
	TEXT("stencilAVX2", NOSPLIT, "func(dst *byte, words *uint64, taps *byte, n, groups int)")
	Pragma("noescape")
	Doc("stencilAVX2 writes groups of eight pixels, each from n times two pairs of words of four channels.")
	dst, words := Load(Param("dst"), GP64()), Load(Param("words"), GP64())
	taps, n := Load(Param("taps"), GP64()), Load(Param("n"), GP64())
	groups := Load(Param("groups"), GP64())
	Label("stencilAVX2_group")
	var sums [2][2]reg.VecVirtual // of the left and right four pixels: their even and odd pairs
	for i := range sums {
		for j := range sums[i] {
			sums[i][j] = YMM()
			VMOVDQU(tapRound, sums[i][j])
		}
	}
	t, left := GP64(), GP64()
	MOVQ(taps, t)
	MOVQ(n, left)
	Label("stencilAVX2_tap")
	var ahead, behind [2]reg.GPVirtual
	for i := range ahead {
		ahead[i], behind[i] = GP64(), GP64()
		MOVQ(Mem{Base: t, Disp: 8 * i}, ahead[i])
		MOVQ(words, behind[i])
		SUBQ(ahead[i], behind[i])
		ADDQ(words, ahead[i])
	}
	weights := YMM()
	VPBROADCASTD(Mem{Base: t, Disp: 16}, weights)
	for i := range sums {
		var pair [2]reg.VecVirtual
		for k := range pair {
			pair[k] = YMM()
			VMOVDQU(Mem{Base: ahead[k], Disp: 32 * i}, pair[k])
			VPADDW(Mem{Base: behind[k], Disp: 32 * i}, pair[k], pair[k])
		}
		lo, hi := YMM(), YMM()
		VPUNPCKLWD(pair[1], pair[0], lo)
		VPUNPCKHWD(pair[1], pair[0], hi)
		for j, v := range []reg.VecVirtual{lo, hi} {
			VPMADDWD(weights, v, v)
			VPADDD(v, sums[i][j], sums[i][j])
		}
	}
	ADDQ(Imm(24), t)
	DECQ(left)
	JNZ(LabelRef("stencilAVX2_tap"))
	for i := range sums {
		for j := range sums[i] {
			VPSRLD(Imm(tapBits), sums[i][j], sums[i][j])
		}
		VPACKSSDW(sums[i][1], sums[i][0], sums[i][0])
	}
	out := sums[0][0]
	VPACKUSWB(sums[1][0], out, out)
	natural(out)
	VPOR(alpha, out, out)
	VMOVDQU(out, Mem{Base: dst})
	ADDQ(Imm(32), dst)
	ADDQ(Imm(64), words)
	DECQ(groups)
	JNZ(LabelRef("stencilAVX2_group"))
	VZEROUPPER()
	RET()
}

// spread writes the function that widens bytes to half words.
func spread() {
	TEXT("spreadAVX2", NOSPLIT, "func(words *uint64, row *byte, groups int)")
	Pragma("noescape")
	Doc("spreadAVX2 writes groups of four pixels as words of four channels.")
	words, row := Load(Param("words"), GP64()), Load(Param("row"), GP64())
	groups := Load(Param("groups"), GP64())
	Label("spreadAVX2_group")
	v := YMM()
	VPMOVZXBW(Mem{Base: row}, v)
	VMOVDQU(v, Mem{Base: words})
	ADDQ(Imm(16), row)
	ADDQ(Imm(32), words)
	DECQ(groups)
	JNZ(LabelRef("spreadAVX2_group"))
	VZEROUPPER()
	RET()
}
