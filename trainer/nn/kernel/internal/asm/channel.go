package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The functions here walk 16 channels, two YMM registers, over pixels that lie
// stride bytes apart.

const half = 32 // bytes of one YMM register

// walk is the state of a function being written.
type walk struct {
	name    string
	pixels  reg.Register
	arrays  []reg.Register // one pointer per pixel array
	strides []reg.Register // of each array
}

// begin starts a function of the named pointers, pixels and stride. arrays are
// the pointers to pixel arrays; vectors those to channel vectors, returned loaded.
func begin(name, doc, pointers string, arrays, vectors []string) (w walk, loaded [][2]reg.VecVirtual) {
	w = open(name, doc, "func("+pointers+" *float32, pixels, stride int)")
	stride := Load(Param("stride"), GP64())
	for _, a := range arrays {
		w.array(a, stride)
	}
	for _, v := range vectors {
		p, pair := Load(Param(v), GP64()), [2]reg.VecVirtual{YMM(), YMM()}
		for h := range pair {
			VMOVUPS(Mem{Base: p, Disp: h * half}, pair[h])
		}
		loaded = append(loaded, pair)
	}
	return w, loaded
}

// open starts a function with a parameter pixels.
func open(name, doc, signature string) walk {
	TEXT(name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(name + " " + doc)
	return walk{name: name, pixels: Load(Param("pixels"), GP64())}
}

// array adds the pixel array of a parameter.
func (w *walk) array(name string, stride reg.Register) {
	w.arrays = append(w.arrays, Load(Param(name), GP64()))
	w.strides = append(w.strides, stride)
}

func (w walk) at(array, h int) Mem { return Mem{Base: w.arrays[array], Disp: h * half} }

func (w walk) advance() {
	for i, a := range w.arrays {
		ADDQ(w.strides[i], a)
	}
}

// each writes a loop over all pixels around body, at least one.
func (w walk) each(body func(h int)) {
	Label(w.name + "_pixel")
	for h := range 2 {
		body(h)
	}
	w.advance()
	DECQ(w.pixels)
	JNZ(LabelRef(w.name + "_pixel"))
	VZEROUPPER()
	RET()
}

// fold writes a loop that adds term to chain pixel%4, and stores the sum of the
// chains to the parameter sum.
func (w walk) fold(term func(h int) Op) {
	var acc [4][2]reg.VecVirtual
	for c := range acc {
		for h := range 2 {
			acc[c][h] = YMM()
			VXORPS(acc[c][h], acc[c][h], acc[c][h])
		}
	}
	step := func(chain int) {
		for h := range 2 {
			VADDPS(term(h), acc[chain][h], acc[chain][h])
		}
		w.advance()
	}
	Label(w.name + "_four")
	CMPQ(w.pixels, Imm(4))
	JL(LabelRef(w.name + "_rest"))
	for c := range acc {
		step(c)
	}
	SUBQ(Imm(4), w.pixels)
	JMP(LabelRef(w.name + "_four"))
	Label(w.name + "_rest")
	for c := range 3 {
		SUBQ(Imm(1), w.pixels)
		JL(LabelRef(w.name + "_store"))
		step(c)
	}
	Label(w.name + "_store")
	out := Load(Param("sum"), GP64())
	for h := range 2 {
		VADDPS(acc[1][h], acc[0][h], acc[0][h])
		VADDPS(acc[3][h], acc[2][h], acc[2][h])
		VADDPS(acc[2][h], acc[0][h], acc[0][h])
		VMOVUPS(acc[0][h], Mem{Base: out, Disp: h * half})
	}
	VZEROUPPER()
	RET()
}

// sums writes the sums over pixels.
func sums() {
	w, _ := begin("sumAVX2", "adds x.", "sum, x", []string{"x"}, nil)
	w.fold(func(h int) Op { return w.at(0, h) })

	w, v := begin("sumSquaresAVX2", "adds (x-mean)^2.", "sum, x, mean", []string{"x"}, []string{"mean"})
	w.fold(func(h int) Op {
		d := YMM()
		VMOVUPS(w.at(0, h), d)
		VSUBPS(v[0][h], d, d)
		VMULPS(d, d, d)
		return d
	})

	w, v = begin("sumProductsAVX2", "adds dy*(x-mean).", "sum, dy, x, mean", []string{"dy", "x"}, []string{"mean"})
	w.fold(func(h int) Op {
		d := YMM()
		VMOVUPS(w.at(1, h), d)
		VSUBPS(v[0][h], d, d)
		VMULPS(w.at(0, h), d, d)
		return d
	})
}

// maps writes the functions from pixels to pixels.
func maps() {
	affine("affineAVX2", "sets y = x*scale+shift.", false)
	affine("affineReLUAVX2", "sets y = max(x*scale+shift, 0).", true)

	w, v := begin("affineAddAVX2", "sets y = max(x*scale+shift+skip, 0).", "y, x, skip, scale, shift", []string{"y", "x", "skip"}, []string{"scale", "shift"})
	zero := zeroed()
	w.each(func(h int) {
		t := YMM()
		VMULPS(w.at(1, h), v[0][h], t)
		VADDPS(v[1][h], t, t)
		VADDPS(w.at(2, h), t, t)
		VMAXPS(zero, t, t)
		VMOVUPS(t, w.at(0, h))
	})

	w, v = begin("combineAVX2", "sets y = dy*a + (x-mean)*b + d.", "y, dy, x, mean, a, b, d", []string{"y", "dy", "x"}, []string{"mean", "a", "b", "d"})
	w.each(func(h int) {
		t, u := YMM(), YMM()
		VMOVUPS(w.at(2, h), u)
		VSUBPS(v[0][h], u, u)
		VMULPS(v[2][h], u, u)
		VMULPS(w.at(1, h), v[1][h], t)
		VADDPS(u, t, t)
		VADDPS(v[3][h], t, t)
		VMOVUPS(t, w.at(0, h))
	})

	w, _ = begin("addAVX2", "sets dst = x+y.", "dst, x, y", []string{"dst", "x", "y"}, nil)
	w.each(func(h int) {
		t := YMM()
		VMOVUPS(w.at(1, h), t)
		VADDPS(w.at(2, h), t, t)
		VMOVUPS(t, w.at(0, h))
	})

	w, _ = begin("gateAVX2", "sets dst = dy where y > 0, else 0.", "dst, dy, y", []string{"dst", "dy", "y"}, nil)
	zero = zeroed()
	const lessOrderedQuiet = 0x11
	w.each(func(h int) {
		t := YMM()
		VCMPPS(Imm(lessOrderedQuiet), w.at(2, h), zero, t)
		VANDPS(w.at(1, h), t, t)
		VMOVUPS(t, w.at(0, h))
	})
}

func affine(name, doc string, relu bool) {
	w, v := begin(name, doc, "y, x, scale, shift", []string{"y", "x"}, []string{"scale", "shift"})
	zero := zeroed()
	w.each(func(h int) {
		t := YMM()
		VMULPS(w.at(1, h), v[0][h], t)
		VADDPS(v[1][h], t, t)
		if relu {
			VMAXPS(zero, t, t)
		}
		VMOVUPS(t, w.at(0, h))
	})
}

func zeroed() reg.VecVirtual {
	zero := YMM()
	VXORPS(zero, zero, zero)
	return zero
}

// pools writes the functions of pooling: pixels of y, or left, lie stride bytes
// apart, those of x and dx step bytes.
func pools() {
	w := open("maxPixelsAVX2", "sets y = max(y, x).", "func(y, x *float32, pixels, stride, step int)")
	stride, step := Load(Param("stride"), GP64()), Load(Param("step"), GP64())
	w.array("y", stride)
	w.array("x", step)
	w.each(func(h int) {
		t := YMM()
		VMOVUPS(w.at(1, h), t)
		VMAXPS(w.at(0, h), t, t)
		VMOVUPS(t, w.at(0, h))
	})

	w = open("routeMaxAVX2", "moves left to dx where x = y.", "func(dx, left, x, y *float32, pixels, stride, step int)")
	stride, step = Load(Param("stride"), GP64()), Load(Param("step"), GP64())
	w.array("dx", step)
	w.array("left", stride)
	w.array("x", step)
	w.array("y", stride)
	const equalOrderedQuiet = 0
	w.each(func(h int) {
		mask, g, t := YMM(), YMM(), YMM()
		VMOVUPS(w.at(2, h), mask)
		VCMPPS(Imm(equalOrderedQuiet), w.at(3, h), mask, mask)
		VMOVUPS(w.at(1, h), g)
		VANDPS(g, mask, t)
		VADDPS(w.at(0, h), t, t)
		VMOVUPS(t, w.at(0, h))
		VANDNPS(g, mask, g)
		VMOVUPS(g, w.at(1, h))
	})
}
