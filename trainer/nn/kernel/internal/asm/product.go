package main

import (
	"strconv"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// product writes a matrix product of a number of vectors of columns: c = a*b, or
// c += a*b, over chunks of up to most rows each. Strides are in bytes; bNext and
// cNext lead from one vector of b or c to the next.
type product struct {
	name    string
	most    int // rows of a chunk
	vectors int
	vector  func() reg.VecVirtual

	aRow, aStep, bStep, bNext reg.GPVirtual
	aFrom, cFrom, chunks      reg.GPVirtual
}

func (p *product) write() {
	TEXT(p.name, NOSPLIT, "func(c, a, b *float32, rows, chunks, steps, aRow, aStep, bStep, bNext, cRow, cNext, add int)")
	Pragma("noescape")
	Doc(p.name + " computes chunks of rows (1 to " + strconv.Itoa(p.most) + ") of a matrix product.")
	p.aFrom, p.cFrom, p.chunks = p.load("a"), p.load("c"), p.load("chunks")
	p.aRow, p.aStep, p.bStep = p.load("aRow"), p.load("aStep"), p.load("bStep")
	if p.vectors > 1 {
		p.bNext = p.load("bNext")
	}
	rows := p.load("rows")
	for n := p.most; n > 0; n-- {
		next := p.name + "_not" + strconv.Itoa(n)
		if n > 1 {
			CMPQ(rows, Imm(uint64(n)))
			JNE(LabelRef(next))
		}
		p.chunk(n)
		VZEROUPPER()
		RET()
		if n > 1 {
			Label(next)
		}
	}
}

func (p *product) load(name string) reg.GPVirtual {
	r := GP64()
	Load(Param(name), r)
	return r
}

// rows returns the addresses of n rows from base on and the pointers in them:
// base, and one more for every three rows.
func rows(n int, base, stride reg.GPVirtual) (list []Mem, pointers []reg.GPVirtual) {
	for i := range n {
		if i%3 == 0 {
			next := GP64()
			if i == 0 {
				MOVQ(base, next)
			} else {
				last := pointers[len(pointers)-1]
				LEAQ(Mem{Base: last, Index: stride, Scale: 2}, next)
				ADDQ(stride, next)
			}
			pointers = append(pointers, next)
		}
		m := Mem{Base: pointers[i/3]}
		if i%3 > 0 {
			m.Index, m.Scale = stride, uint8(i%3)
		}
		list = append(list, m)
	}
	return list, pointers
}

// eachOfC calls f for every row of c, with addresses of its vectors; it leaves
// cFrom at the next row.
func (p *product) eachOfC(n int, at reg.GPVirtual, f func(row int, at []Mem)) {
	stride, next := p.load("cRow"), reg.GPVirtual(nil)
	if p.vectors > 1 {
		next = p.load("cNext")
	}
	for i := range n {
		f(i, vectorsAt(at, next, p.vectors))
		ADDQ(stride, at)
	}
}

func vectorsAt(base, next reg.GPVirtual, n int) []Mem {
	list := []Mem{{Base: base}}
	if n > 1 {
		list = append(list, Mem{Base: base, Index: next, Scale: 1})
	}
	return list
}

// chunk writes the loop over chunks of n rows.
func (p *product) chunk(n int) {
	name := p.name + "_" + strconv.Itoa(n)
	acc := make([][]reg.VecVirtual, n)
	for i := range acc {
		for range p.vectors {
			acc[i] = append(acc[i], p.vector())
		}
	}
	Label(name + "_chunk")
	add := p.load("add")
	TESTQ(add, add)
	JE(LabelRef(name + "_clear"))
	at := GP64()
	MOVQ(p.cFrom, at)
	p.eachOfC(n, at, func(i int, at []Mem) {
		for j, m := range at {
			VMOVUPS(m, acc[i][j])
		}
	})
	JMP(LabelRef(name + "_start"))
	Label(name + "_clear")
	for _, vectors := range acc {
		for _, v := range vectors {
			clearVector(v)
		}
	}
	Label(name + "_start")
	a, pointers := rows(n, p.aFrom, p.aRow)
	b, count := p.load("b"), p.load("steps")
	Label(name + "_step")
	column := columnsAhead(vectorsAt(b, p.bNext, p.vectors), p.vector)
	for i, m := range a {
		x := p.vector()
		VBROADCASTSS(m, x)
		for j, v := range acc[i] {
			VFMADD231PS(column[j], x, v)
		}
	}
	for _, r := range pointers {
		ADDQ(p.aStep, r)
	}
	ADDQ(p.bStep, b)
	DECQ(count)
	JNZ(LabelRef(name + "_step"))
	p.eachOfC(n, p.cFrom, func(i int, at []Mem) {
		for j, m := range at {
			VMOVUPS(acc[i][j], m)
		}
	})
	for range n {
		ADDQ(p.aRow, p.aFrom)
	}
	DECQ(p.chunks)
	JNZ(LabelRef(name + "_chunk"))
}

// columnsAhead loads vectors, two of which share a line of the cache or have one
// each, and asks for the lines that will be read some time after, as weights that lie
// one after the other are. The processor's own prefetching ends with a page, and a
// few pixels make no use of weights long enough to hide the wait for the next.
func columnsAhead(at []Mem, vector func() reg.VecVirtual) []reg.VecVirtual {
	const line, ahead = 64, 8192 // bytes
	list := make([]reg.VecVirtual, len(at))
	for j, m := range at {
		list[j] = vector()
		VMOVUPS(m, list[j])
		if j*int(list[j].Size())%line == 0 {
			m.Disp += ahead
			PREFETCHT0(m)
		}
	}
	return list
}

// clearVector sets v to zero.
func clearVector(v reg.VecVirtual) {
	if v.Size() == 64 {
		VPXORD(v, v, v) // VXORPS of 64 bytes would need AVX512DQ
		return
	}
	VXORPS(v, v, v)
}
