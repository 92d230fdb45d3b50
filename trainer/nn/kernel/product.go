package kernel

// Matrices says how the operands of Products lie: distances between elements.
// Columns come in blocks of Lanes, adjacent in a block.
type Matrices struct {
	Rows, Steps, Cols int // of c: Rows x Cols, of a: Rows x Steps; Cols is a multiple of Lanes
	ARow, AStep       int
	BStep, BBlock     int // from one block of b to the next
	CRow, CBlock      int

	Count               int // of the products
	ANext, BNext, CNext int // from the operands of one to those of the next
}

// Products sets c = a*b for every product, or adds a*b to c if add is set: each
// element is one chain of FMA over the steps in order, as in MulAdd.
func Products(c, a, b []float32, m Matrices, add bool) { products(best(), c, a, b, m, add) }

func products(lv level, c, a, b []float32, m Matrices, add bool) {
	if m.Rows <= 0 || m.Cols <= 0 || m.Count <= 0 {
		return
	}
	if m.Steps < 1 || m.Cols%Lanes != 0 || min(m.ARow, m.AStep, m.BStep, m.BBlock, m.CRow, m.CBlock, m.ANext, m.BNext, m.CNext) < 0 {
		panic("kernel: a product without steps, of a part of a block, or with a negative stride")
	}
	blocks, last := m.Cols/Lanes, m.Count-1
	_ = a[last*m.ANext+(m.Rows-1)*m.ARow+(m.Steps-1)*m.AStep]
	_ = b[last*m.BNext+(m.Steps-1)*m.BStep+(blocks-1)*m.BBlock+Lanes-1]
	_ = c[last*m.CNext+(m.Rows-1)*m.CRow+(blocks-1)*m.CBlock+Lanes-1]
	if lv != portable {
		vectorProducts(lv, c, a, b, m, add)
		return
	}
	for i := range m.Count {
		for j := range blocks {
			portableProduct(c[i*m.CNext+j*m.CBlock:], a[i*m.ANext:], b[i*m.BNext+j*m.BBlock:], m, add)
		}
	}
}

// portableProduct computes one block of columns.
func portableProduct(c, a, b []float32, m Matrices, add bool) {
	l := Layout{Outer: 1, Rows: 1, Run: m.Steps, ARun: m.AStep, BRun: m.BStep}
	for i := range m.Rows {
		var acc [Lanes]float32
		out := c[i*m.CRow:][:Lanes]
		if add {
			copy(acc[:], out)
		}
		chain(acc[:], a[i*m.ARow:], b, l)
		copy(out, acc[:])
	}
}
