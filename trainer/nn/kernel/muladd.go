package kernel

// Lanes is the number of output columns of one packed block.
const Lanes = 16

// maxRows is the largest number of output rows that any micro-kernel computes
// at once.
const maxRows = 8

// Layout says which elements a MulAdd multiplies. The three loops nest as
// Outer, Rows, Run; all counts are at least 1 and strides are not negative.
// Column j of b begins at (j/Lanes)*BBlock + j%Lanes, so BBlock is Lanes for a
// plain row-major matrix and the size of a block for a packed one.
type Layout struct {
	Outer, Rows, Run   int // loop counts
	AOuter, ARow, ARun int // strides in a
	BOuter, BRow, BRun int // strides in b
	BBlock             int // from one block of Lanes columns in b to the next
	Cols               int // output columns
}

// MulAdd computes, for each row i and j below l.Cols,
//
//	c[cOff[i]+j] = init + sum over o, r, q of
//	    a[aOff[i] + o*AOuter + r*ARow + q*ARun] * b[o*BOuter + r*BRow + q*BRun + column(j)]
//
// where init is zero, or the old c[cOff[i]+j] if add is set. Each element is one
// chain of FMA in the order of the loops. cOff must not repeat an offset and
// must be as long as aOff.
func MulAdd(c []float32, cOff Offsets, a []float32, aOff Offsets, b []float32, l Layout, add bool) {
	mulAdd(best(), c, cOff, a, aOff, b, l, add)
}

func mulAdd(lv level, c []float32, cOff Offsets, a []float32, aOff Offsets, b []float32, l Layout, add bool) {
	n := len(aOff.at)
	if n == 0 || l.Cols <= 0 {
		return
	}
	checkBounds(c, cOff, a, aOff, b, l)
	t := newTile(a, b, l, add)
	rows := lv.rows()
	aLast, cLast := lastRows(aOff.at, rows), lastRows(cOff.at, rows)
	for j := 0; j < l.Cols; {
		width := lv.width(l.Cols - j)
		t.c, t.b = &c[j], &b[j/Lanes*l.BBlock]
		for i := 0; i < n; i += rows {
			switch {
			case width < Lanes || lv == portable:
				t.portable(c, a, b, l, i, min(rows, n-i), j, width, aOff.at, cOff.at)
				continue
			case i+rows <= n:
				t.aOff, t.cOff = &aOff.at[i], &cOff.at[i]
			default:
				t.aOff, t.cOff = &aLast[0], &cLast[0]
			}
			t.exec(lv, width)
		}
		j += width
	}
}

// checkBounds makes the run-time check of the furthest element of each operand.
func checkBounds(c []float32, cOff Offsets, a []float32, aOff Offsets, b []float32, l Layout) {
	if len(cOff.at) != len(aOff.at) {
		panic("kernel: two operands have different numbers of rows")
	}
	if min(l.Outer, l.Rows, l.Run) < 1 || min(l.AOuter, l.ARow, l.ARun, l.BOuter, l.BRow, l.BRun, l.BBlock) < 0 {
		panic("kernel: layout has an empty loop or a negative stride")
	}
	last := l.Cols - 1
	_ = c[cOff.last()+last]
	_ = a[aOff.last()+(l.Outer-1)*l.AOuter+(l.Rows-1)*l.ARow+(l.Run-1)*l.ARun]
	_ = b[(l.Outer-1)*l.BOuter+(l.Rows-1)*l.BRow+(l.Run-1)*l.BRun+last/Lanes*l.BBlock+last%Lanes]
}

// portable computes the given rows and at most Lanes columns without assembly.
func (t *tile) portable(c, a, b []float32, l Layout, i, rows, j, width int, aOff, cOff []int) {
	for k := i; k < i+rows; k++ {
		var acc [Lanes]float32
		out := c[cOff[k]+j:][:width]
		if t.add != 0 {
			copy(acc[:], out)
		}
		chain(acc[:width], a[aOff[k]:], b[j/Lanes*l.BBlock:], l)
		copy(out, acc[:width])
	}
}

// chain adds the products of one row of a to at most Lanes accumulators.
func chain(acc, a, b []float32, l Layout) {
	for o := range l.Outer {
		for r := range l.Rows {
			ai, bi := o*l.AOuter+r*l.ARow, o*l.BOuter+r*l.BRow
			for range l.Run {
				addRow(acc, a[ai], b[bi:][:len(acc)])
				ai, bi = ai+l.ARun, bi+l.BRun
			}
		}
	}
}
