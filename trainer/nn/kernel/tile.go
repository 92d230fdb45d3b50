package kernel

// tile is the argument of the assembly micro-kernels, which know its field
// offsets. Strides and steps are in bytes; a step carries a pointer from the end
// of one loop to the start of the next turn of the loop around it.
type tile struct {
	a, b, c                *float32
	aOff, cOff             *int // of the rows, in elements, relative to a and c
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

// lastRows returns the offsets of the last, incomplete rows of a tile. Rows past
// the last one repeat it: they compute and store the same values.
func lastRows(offsets []int, rows int) (last [maxRows]int) {
	from := len(offsets) / rows * rows
	for i := range rows {
		last[i] = offsets[min(from+i, len(offsets)-1)]
	}
	return last
}
