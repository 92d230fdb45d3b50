package main

import (
	"strconv"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// product writes a matrix product of 16 columns: c = a*b, or c += a*b, over any
// number of rows, six at a time and the rest at once. Strides are in bytes.
func product() {
	const name, most = "productAVX2", 6
	TEXT(name, NOSPLIT, "func(c, a, b *float32, rows, steps, aRow, aStep, bStep, cRow, add int)")
	Pragma("noescape")
	Doc(name + " computes 16 columns of a matrix product.")
	load := func(p string) reg.GPVirtual {
		r := GP64()
		Load(Param(p), r)
		return r
	}
	p := productArgs{c: load("c"), a: load("a"), rows: load("rows"), aRow: load("aRow"), aStep: load("aStep"), bStep: load("bStep"), cRow: load("cRow")}
	Label(name + "_six")
	CMPQ(p.rows, Imm(most))
	JL(LabelRef(name + "_rest"))
	p.write(name, most)
	SUBQ(Imm(most), p.rows)
	LEAQ(Mem{Base: p.aRow, Index: p.aRow, Scale: 2}, p.step)
	LEAQ(Mem{Base: p.a, Index: p.step, Scale: 2}, p.a)
	LEAQ(Mem{Base: p.cRow, Index: p.cRow, Scale: 2}, p.step)
	LEAQ(Mem{Base: p.c, Index: p.step, Scale: 2}, p.c)
	JMP(LabelRef(name + "_six"))
	Label(name + "_rest")
	for n := most - 1; n > 0; n-- {
		next := name + "_not" + strconv.Itoa(n)
		CMPQ(p.rows, Imm(uint64(n)))
		JNE(LabelRef(next))
		p.write(name, n)
		JMP(LabelRef(name + "_end"))
		Label(next)
	}
	Label(name + "_end")
	VZEROUPPER()
	RET()
}

type productArgs struct {
	c, a, rows, aRow, aStep, bStep, cRow reg.GPVirtual
	step                                 reg.GPVirtual // free after write
}

// write writes the product of n rows.
func (p *productArgs) write(name string, n int) {
	name += "_" + strconv.Itoa(n)
	acc := make([][2]reg.VecVirtual, n)
	for i := range acc {
		acc[i] = [2]reg.VecVirtual{YMM(), YMM()}
	}
	// rows returns the addresses of the rows from base on; it needs a second
	// pointer, three rows on, if there are more than three.
	rows := func(base, second, stride reg.GPVirtual) []Mem {
		list := make([]Mem, n)
		for i := range list {
			m := Mem{Base: base}
			if i >= 3 {
				m.Base = second
			}
			if i%3 > 0 {
				m.Index, m.Scale = stride, uint8(i%3)
			}
			list[i] = m
		}
		return list
	}
	third := func(base, stride reg.GPVirtual) reg.GPVirtual {
		r := GP64()
		LEAQ(Mem{Base: base, Index: stride, Scale: 2}, r)
		ADDQ(stride, r)
		return r
	}
	count, b, a, add := GP64(), GP64(), GP64(), GP64()
	p.step = count
	Load(Param("add"), add)
	TESTQ(add, add)
	JE(LabelRef(name + "_clear"))
	for i, m := range rows(p.c, third(p.c, p.cRow), p.cRow) {
		VMOVUPS(m, acc[i][0])
		VMOVUPS(m.Offset(half), acc[i][1])
	}
	JMP(LabelRef(name + "_start"))
	Label(name + "_clear")
	for i := range acc {
		VXORPS(acc[i][0], acc[i][0], acc[i][0])
		VXORPS(acc[i][1], acc[i][1], acc[i][1])
	}
	Label(name + "_start")
	MOVQ(p.a, a)
	a3 := third(a, p.aRow)
	Load(Param("b"), b)
	Load(Param("steps"), count)
	Label(name + "_step")
	b0, b1 := YMM(), YMM()
	VMOVUPS(Mem{Base: b}, b0)
	VMOVUPS(Mem{Base: b, Disp: half}, b1)
	for i, m := range rows(a, a3, p.aRow) {
		x := YMM()
		VBROADCASTSS(m, x)
		VFMADD231PS(b0, x, acc[i][0])
		VFMADD231PS(b1, x, acc[i][1])
	}
	ADDQ(p.aStep, a)
	if n > 3 {
		ADDQ(p.aStep, a3)
	}
	ADDQ(p.bStep, b)
	DECQ(count)
	JNZ(LabelRef(name + "_step"))
	for i, m := range rows(p.c, third(p.c, p.cRow), p.cRow) {
		VMOVUPS(acc[i][0], m)
		VMOVUPS(acc[i][1], m.Offset(half))
	}
}
