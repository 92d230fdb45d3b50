// Command asm writes the assembly of package augment; see the go:generate line
// there. It must agree with the fields of augment's type lanes.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/buildtags"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets of the fields of augment's type lanes, each of 32 bytes up to fieldPix.
const (
	fieldX       = 32 * iota // fieldX to fieldDZ: the ray, four float64 each
	fieldY                   //
	fieldZ                   //
	fieldDX                  //
	fieldDY                  //
	fieldDZ                  //
	fieldStride              // from here eight uint32 each
	fieldLimit               // largest offset of an upper left neighbour
	fieldLevel               // pixel outside, for the constant border
	fieldLastX               // last column and row
	fieldLastY               //
	fieldPeriodX             // of the mirrored picture
	fieldPeriodY             //
	fieldPix
	fieldTable = fieldPix + 8
	fieldMode  = fieldPix + 16
)

// Fixed point of augment's warp.
const (
	subBits = 11
	subOne  = 1 << subBits
	far     = 1 << 30
)

func main() {
	Constraint(buildtags.Not("purego"))
	inside()
	edge()
	tone()
	cubic()
	stencil()
	spread()
	Generate()
}

// constant returns 32 bytes of read-only memory that repeat v.
func constant(name string, v Constant, size int) Mem {
	m := GLOBL(name, NOPTR|RODATA)
	for i := 0; i < 32; i += size {
		DATA(i, v)
	}
	return m
}

// walk is the state of a function being written: eight pixels at a time.
type walk struct {
	name             string
	lanes, dst, left reg.Register
	table            reg.Register
	f                reg.VecVirtual // positions of pixels 0, 1, 4, 5 of the eight
}

func (w *walk) field(offset int) Mem { return Mem{Base: w.lanes, Disp: offset} }

func (w *walk) label(s string) string { return w.name + "_" + s }

// begin starts a function that writes groups of eight pixels from pixel first on
// and returns how many groups it has not written.
func begin(name, doc string) *walk {
	TEXT(name, NOSPLIT, "func(lanes, dst *byte, first, groups int) int")
	Pragma("noescape")
	Doc(name + " " + doc)
	w := &walk{name: name, f: YMM()}
	w.lanes = Load(Param("lanes"), GP64())
	w.dst = Load(Param("dst"), GP64())
	first := Load(Param("first"), GP64())
	w.left = Load(Param("groups"), GP64())
	w.table = GP64()
	MOVQ(w.field(fieldTable), w.table)
	x := XMM()
	VXORPD(x, x, x)
	VCVTSI2SDQ(first, x, x)
	VBROADCASTSD(x, w.f)
	VADDPD(offsets, w.f, w.f)
	return w
}

// end closes the loop over groups.
func (w *walk) end() {
	ADDQ(Imm(32), w.dst)
	DECQ(w.left)
	JNZ(LabelRef(w.label("group")))
	Label(w.label("done"))
	VZEROUPPER()
	Store(w.left, ReturnIndex(0))
	RET()
}
