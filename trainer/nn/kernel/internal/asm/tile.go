package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets of the fields of kernel's type tile.
const (
	fieldA        = 0
	fieldB        = 8
	fieldC        = 16
	fieldAOff     = 24
	fieldCOff     = 32
	fieldOuter    = 40
	fieldRows     = 48
	fieldRun      = 56
	fieldARun     = 64
	fieldARowStep = 72
	fieldAOuter   = 80
	fieldBRun     = 88
	fieldBRowStep = 96
	fieldBOuter   = 104
	fieldBBlock   = 112
	fieldAdd      = 120
)

// tile writes a micro-kernel of rows x vectors accumulators, each one vector of
// the given size in bytes. In the innermost loop every accumulator gets one
// fused multiply-add of a broadcast element of a and a vector of b.
func tile(name, doc string, rows, vectors, size int, vector func() reg.VecVirtual) {
	TEXT(name, NOSPLIT, "func(t *byte)") // a *tile, whose package cannot be loaded while its files are written
	Pragma("noescape")
	Doc(name + " " + doc)
	t := GP64()
	field := func(offset int) Mem { return Mem{Base: t, Disp: offset} }
	load := func() { Load(Param("t"), t) }
	load()
	acc := make([][]reg.VecVirtual, rows)
	for i := range acc {
		for range vectors {
			acc[i] = append(acc[i], vector())
		}
	}
	initialise(name, acc, size, field)
	row := pointers(rows, fieldA, fieldAOff, field)
	b, at, aRun, bRun := GP64(), GP64(), GP64(), GP64()
	MOVQ(field(fieldB), b)
	XORQ(at, at)
	MOVQ(field(fieldARun), aRun)
	MOVQ(field(fieldBRun), bRun)
	columns := []Mem{{Base: b}}
	if vectors == 2 {
		columns = append(columns, Mem{Base: b, Disp: size})
		if size == 64 {
			block := GP64()
			MOVQ(field(fieldBBlock), block)
			columns[1] = Mem{Base: b, Index: block, Scale: 1}
		}
	}
	outer, rowCount, temp := AllocLocal(8), AllocLocal(8), GP64()
	MOVQ(field(fieldOuter), temp)
	MOVQ(temp, outer)
	Label(name + "_outer")
	MOVQ(field(fieldRows), temp)
	MOVQ(temp, rowCount)
	Label(name + "_row")
	// From here t is the counter of the run, and is loaded again after it.
	MOVQ(field(fieldRun), t)
	Label(name + "_run")
	multiply(acc, row, columns, at, vector)
	ADDQ(aRun, at)
	ADDQ(bRun, b)
	DECQ(t)
	JNZ(LabelRef(name + "_run"))
	load()
	ADDQ(field(fieldARowStep), at)
	ADDQ(field(fieldBRowStep), b)
	DECQ(rowCount)
	JNZ(LabelRef(name + "_row"))
	ADDQ(field(fieldAOuter), at)
	ADDQ(field(fieldBOuter), b)
	DECQ(outer)
	JNZ(LabelRef(name + "_outer"))
	store(acc, size, field)
	VZEROUPPER()
	RET()
}

// pointers loads the address of each row: base + 4*offset.
func pointers(rows, base, offsets int, field func(int) Mem) []reg.GPVirtual {
	list, first := make([]reg.GPVirtual, rows), GP64()
	MOVQ(field(offsets), first)
	for i := range list {
		list[i] = GP64()
		MOVQ(Mem{Base: first, Disp: 8 * i}, list[i])
		SHLQ(Imm(2), list[i])
		ADDQ(field(base), list[i])
	}
	return list
}

// initialise clears the accumulators or loads them from c.
func initialise(name string, acc [][]reg.VecVirtual, size int, field func(int) Mem) {
	CMPQ(field(fieldAdd), Imm(0))
	JE(LabelRef(name + "_clear"))
	c := GP64()
	for i, vectors := range acc {
		address(c, i, field)
		for j, v := range vectors {
			VMOVUPS(Mem{Base: c, Disp: j * size}, v)
		}
	}
	JMP(LabelRef(name + "_start"))
	Label(name + "_clear")
	for _, vectors := range acc {
		for _, v := range vectors {
			clearVector(v)
		}
	}
	Label(name + "_start")
}

func address(c reg.GPVirtual, row int, field func(int) Mem) {
	MOVQ(field(fieldCOff), c)
	MOVQ(Mem{Base: c, Disp: 8 * row}, c)
	SHLQ(Imm(2), c)
	ADDQ(field(fieldC), c)
}

func multiply(acc [][]reg.VecVirtual, row []reg.GPVirtual, columns []Mem, at reg.GPVirtual, vector func() reg.VecVirtual) {
	b := columnsAhead(columns, vector)
	for i, vectors := range acc {
		a := vector()
		VBROADCASTSS(Mem{Base: row[i], Index: at, Scale: 1}, a)
		for j, v := range vectors {
			VFMADD231PS(b[j], a, v)
		}
	}
}

func store(acc [][]reg.VecVirtual, size int, field func(int) Mem) {
	c := GP64()
	for i, vectors := range acc {
		address(c, i, field)
		for j, v := range vectors {
			VMOVUPS(v, Mem{Base: c, Disp: j * size})
		}
	}
}
