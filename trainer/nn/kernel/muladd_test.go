package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// problem is a random MulAdd with its operands.
type problem struct {
	l       Layout
	a, b, c []float32
	ai, ci  []int
	add     bool
}

func randomProblem(r *rand.Rand, rows, cols, outer, rowCount, run int, packed bool) problem {
	l := Layout{Outer: outer, Rows: rowCount, Run: run, Cols: cols, BBlock: Lanes}
	l.ARun, l.ARow, l.AOuter = 1+r.IntN(3), r.IntN(20), r.IntN(30)
	l.BRun = cols + r.IntN(3)
	if packed {
		l.BRun = Lanes
	}
	l.BRow = run * l.BRun
	l.BOuter = rowCount * l.BRow
	size := outer * l.BOuter
	if packed {
		l.BBlock = size
		size *= (cols + Lanes - 1) / Lanes
	}
	p := problem{l: l, add: r.IntN(2) == 0, b: noise(r, size)}
	for i := range rows {
		p.ai = append(p.ai, r.IntN(40))
		p.ci = append(p.ci, (rows-1-i)*(cols+1))
	}
	p.a = noise(r, 40+outer*l.AOuter+rowCount*l.ARow+run*l.ARun)
	p.c = noise(r, rows*(cols+1))
	return p
}

func noise(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = (r.Float32() - 0.5) * float32(math.Ldexp(1, r.IntN(12)))
	}
	return x
}

// reference is MulAdd from its documentation, one element at a time.
func (p problem) reference() []float32 {
	c, l := append([]float32(nil), p.c...), p.l
	for i := range p.ai {
		for j := range l.Cols {
			sum := float32(0)
			if p.add {
				sum = c[p.ci[i]+j]
			}
			for o := range l.Outer {
				for row := range l.Rows {
					for q := range l.Run {
						a := p.a[p.ai[i]+o*l.AOuter+row*l.ARow+q*l.ARun]
						b := p.b[o*l.BOuter+row*l.BRow+q*l.BRun+j/Lanes*l.BBlock+j%Lanes]
						sum = FMA(a, b, sum)
					}
				}
			}
			c[p.ci[i]+j] = sum
		}
	}
	return c
}

func (p problem) check(t *testing.T) {
	t.Helper()
	want := p.reference()
	for lv := portable; lv <= best(); lv++ {
		c := append([]float32(nil), p.c...)
		mulAdd(lv, c, NewOffsets(p.ci), p.a, NewOffsets(p.ai), p.b, p.l, p.add)
		for i := range c {
			if math.Float32bits(c[i]) != math.Float32bits(want[i]) {
				t.Fatalf("level %d, %d rows, layout %+v, add %v: c[%d] = %b, want %b", lv, len(p.ai), p.l, p.add, i, c[i], want[i])
			}
		}
	}
}

func TestMulAddEqualsItsDefinitionBitForBit(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, cols := range []int{1, 6, 15, 16, 17, 31, 32, 33, 48, 64, 70} {
		for rows := 1; rows <= 19; rows++ {
			randomProblem(r, rows, cols, 1+r.IntN(3), 1+r.IntN(4), 1+r.IntN(9), r.IntN(2) == 0).check(t)
		}
	}
}

func TestMulAddRefusesLayoutsOutsideItsSlices(t *testing.T) {
	fresh := func() problem { return randomProblem(rand.New(rand.NewPCG(5, 6)), 7, 40, 2, 3, 4, false) }
	for name, spoil := range map[string]func(p *problem){
		"short a":         func(p *problem) { p.a = p.a[:10] },
		"short b":         func(p *problem) { p.b = p.b[:len(p.b)-5] },
		"short c":         func(p *problem) { p.c = p.c[:len(p.c)-2] },
		"short offsets":   func(p *problem) { p.ci = p.ci[:3] },
		"negative offset": func(p *problem) { p.ai[2] = -1 },
		"negative stride": func(p *problem) { p.l.BRow = -1 },
		"empty loop":      func(p *problem) { p.l.Run = 0 },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: MulAdd returned", name)
				}
			}()
			p := fresh()
			spoil(&p)
			p.c, p.ci = append([]float32(nil), p.c...)[:len(p.c):len(p.c)], p.ci[:len(p.ci):len(p.ci)]
			MulAdd(p.c, NewOffsets(p.ci), p.a, NewOffsets(p.ai), p.b, p.l, p.add)
		}()
	}
}

func FuzzMulAdd(f *testing.F) {
	f.Add(uint64(1), uint8(9), uint8(33), uint8(2), uint8(3), uint8(48), true)
	f.Fuzz(func(t *testing.T, seed uint64, rows, cols, outer, rowCount, run uint8, packed bool) {
		r := rand.New(rand.NewPCG(seed, 7))
		randomProblem(r, 1+int(rows%20), 1+int(cols%80), 1+int(outer%4), 1+int(rowCount%4), 1+int(run%40), packed).check(t)
	})
}

func TestMulAddAllocatesNothing(t *testing.T) {
	p := randomProblem(rand.New(rand.NewPCG(8, 9)), 20, 40, 2, 3, 4, true)
	in, out := NewOffsets(p.ai), NewOffsets(p.ci)
	if n := testing.AllocsPerRun(10, func() { MulAdd(p.c, out, p.a, in, p.b, p.l, p.add) }); n != 0 {
		t.Errorf("%v allocations a call", n)
	}
}
