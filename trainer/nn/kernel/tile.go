package kernel

// tile is the argument of the assembly micro-kernels, which know its field
// offsets. Strides and steps are in bytes; a step carries a pointer from the end
// of one loop to the start of the next turn of the loop around it.
type tile struct {
	a, b, c                *float32
	aOff, cOff             [maxRows]int // in elements, relative to a and c
	outer, rows, run       int
	aRun, aRowStep, aOuter int
	bRun, bRowStep, bOuter int
	bBlock                 int
	add                    int // 1: start from the old c
}

func newTile(a, b []float32, l Layout, add bool) tile {
	t := tile{a: &a[0], outer: l.Outer, rows: l.Rows, run: l.Run}
	t.aRun, t.bRun, t.bBlock = 4*l.ARun, 4*l.BRun, 4*l.BBlock
	t.aRowStep, t.bRowStep = 4*(l.ARow-l.Run*l.ARun), 4*(l.BRow-l.Run*l.BRun)
	t.aOuter, t.bOuter = 4*(l.AOuter-l.Rows*l.ARow), 4*(l.BOuter-l.Rows*l.BRow)
	if add {
		t.add = 1
	}
	return t
}

// place points the tile at output rows i and up, and columns j and up. Rows
// past the last one repeat it: they compute and store the same values.
func (t *tile) place(aOff, cOff []int, i, rows, j int, c, b []float32, l Layout) {
	t.c, t.b = &c[j], &b[j/Lanes*l.BBlock]
	last := len(aOff) - 1
	for k := range rows {
		n := min(i+k, last)
		t.aOff[k], t.cOff[k] = aOff[n], cOff[n]
	}
}
