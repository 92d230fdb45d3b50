package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func transforms() map[string]transform {
	return map[string]transform{
		"input": winogradInput, "output": winogradOutput, "output gradient": winogradOutputGrad,
		"weights": winogradWeights, "weight gradient": winogradWeightGrad,
	}
}

func TestTransformsAgreeBitForBit(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for name, f := range transforms() {
		in, out := f.sides()
		for _, channels := range []int{1, 7, 8, 16, 24, 35} {
			to := Square{Row: out*(channels+5) + r.IntN(9), Col: channels + r.IntN(5)}
			from := Square{Row: in*(channels+5) + r.IntN(9), Col: channels + r.IntN(5)}
			src, old := noise(r, from.end(in, channels)+1), noise(r, to.end(out, channels)+1)
			ends := []*epilogue{nil}
			if name == "output" {
				bias := noise(r, channels)
				ends = append(ends, &epilogue{bias, nil}, &epilogue{bias, noise(r, len(old))})
			}
			for _, e := range ends {
				want := append([]float32(nil), old...)
				f.run(portable, want, src, to, from, channels, e)
				for lv := portable + 1; lv <= best(); lv++ {
					got := append([]float32(nil), old...)
					f.run(lv, got, src, to, from, channels, e)
					for i := range want {
						if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
							t.Fatalf("%s of %d channels, level %d: [%d] = %v, portable %v", name, channels, lv, i, got[i], want[i])
						}
					}
				}
			}
		}
	}
}

// apply transforms one channel of a dense square.
func apply(f transform, src []float32) []float32 {
	in, out := f.sides()
	dst := make([]float32, out*out)
	f.run(best(), dst, src, Square{out, 1}, Square{in, 1}, 1, nil)
	return dst
}

func dot(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func uniform(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = r.Float32()*2 - 1
	}
	return x
}

// TestWinogradIsConvolution compares output(weights(g)*input(d)) with the sum
// over 3x3 taps, and each transform of gradients with the transpose of its own.
func TestWinogradIsConvolution(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	for range 100 {
		d, g, y := uniform(r, 36), uniform(r, 9), uniform(r, 16)
		u, v := apply(winogradWeights, g), apply(winogradInput, d)
		m := make([]float32, 36)
		for i := range m {
			m[i] = u[i] * v[i]
		}
		for i, got := range apply(winogradOutput, m) {
			want := 0.0
			for tap := range 9 {
				want += float64(d[(i/4+tap/3)*6+i%4+tap%3]) * float64(g[tap])
			}
			if math.Abs(float64(got)-want) > 4e-6 {
				t.Fatalf("output %d = %v, want %v", i, got, want)
			}
		}
		for name, pair := range map[string][2]float64{
			"output":  {dot(apply(winogradOutput, m), y), dot(m, apply(winogradOutputGrad, y))},
			"weights": {dot(u, d), dot(g, apply(winogradWeightGrad, d))},
		} {
			if math.Abs(pair[0]-pair[1]) > 2e-4 {
				t.Fatalf("%s: <Ax,y> = %v, <x,A'y> = %v", name, pair[0], pair[1])
			}
		}
	}
}

// TestInputReachesOutsideTheImage compares with the transform of a patch that holds the zeros.
func TestInputReachesOutsideTheImage(t *testing.T) {
	r := rand.New(rand.NewPCG(27, 28))
	for _, shape := range [][3]int{{1, 1, 8}, {4, 4, 16}, {8, 5, 40}, {13, 9, 11}} {
		h, w, c := shape[0], shape[1], shape[2]
		image, zeros := noise(r, h*w*c), make([]float32, c)
		to := Square{Row: 6*c + 40, Col: c + 3}
		for row := -6; row <= h; row++ {
			for col := -6; col <= w; col++ {
				patch := make([]float32, Positions*c)
				for i := range Positions {
					if y, x := row+i/6, col+i%6; y >= 0 && y < h && x >= 0 && x < w {
						copy(patch[i*c:(i+1)*c], image[(y*w+x)*c:])
					}
				}
				old := noise(r, to.end(6, c)+1)
				want := append([]float32(nil), old...)
				winogradInput.run(portable, want, patch, to, Square{6 * c, c}, c, nil)
				for lv := portable; lv <= best(); lv++ {
					got := append([]float32(nil), old...)
					inputAt(lv, got, to, image, shape, row, col, zeros)
					for i := range want {
						if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
							t.Fatalf("%v at %d, %d, level %d: [%d] = %v, want %v", shape, row, col, lv, i, got[i], want[i])
						}
					}
				}
			}
		}
	}
}

// TestInputRefusesWhatLiesOutside gives slices that are too short, with room behind
// them, and shapes and strides that lead outside.
func TestInputRefusesWhatLiesOutside(t *testing.T) {
	good := Square{48, 8}
	for name, spoil := range map[string]func(dst, image, zeros *[]float32, to *Square, shape *[3]int){
		"short output":     func(dst, _, _ *[]float32, _ *Square, _ *[3]int) { *dst = (*dst)[:36*8-1] },
		"short image":      func(_, image, _ *[]float32, _ *Square, _ *[3]int) { *image = (*image)[:36*8-1] },
		"short zeros":      func(_, _, zeros *[]float32, _ *Square, _ *[3]int) { *zeros = (*zeros)[:7] },
		"negative stride":  func(_, _, _ *[]float32, to *Square, _ *[3]int) { *to = Square{-40, 48} },
		"no channels":      func(_, _, _ *[]float32, _ *Square, shape *[3]int) { shape[2] = 0 },
		"too large to add": func(_, _, _ *[]float32, _ *Square, shape *[3]int) { *shape = [3]int{4, math.MaxInt / 12, 8} },
	} {
		for _, at := range []int{0, 1} {
			if at == 0 && name == "short zeros" {
				continue // all pixels are inside, so no zeros are needed
			}
			for lv := portable; lv <= best(); lv++ {
				func() {
					defer func() {
						if recover() == nil {
							t.Errorf("%s: at %d, level %d returned", name, at, lv)
						}
					}()
					dst, image, zeros, to, shape := make([]float32, 1000)[:36*8], make([]float32, 1000)[:36*8], make([]float32, 100)[:8], good, [3]int{6, 6, 8}
					spoil(&dst, &image, &zeros, &to, &shape)
					inputAt(lv, dst, to, image, shape, at, at, zeros)
				}()
			}
		}
	}
}

func TestTransformsRefuseNegativeChannels(t *testing.T) {
	for name, f := range transforms() {
		for lv := portable; lv <= best(); lv++ {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s, level %d returned", name, lv)
					}
				}()
				f.run(lv, make([]float32, 4000), make([]float32, 4000), Square{100, 20}, Square{100, 20}, -16, nil)
			}()
		}
	}
}

func TestTransformsRefuseShortSlices(t *testing.T) {
	for name, f := range transforms() {
		in, out := f.sides()
		for _, short := range [][2]int{{1, 0}, {0, 1}} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s with slices short by %v returned", name, short)
					}
				}()
				dst, src := make([]float32, out*out*8-short[0]), make([]float32, in*in*8-short[1])
				f.run(best(), dst[:len(dst):len(dst)], src[:len(src):len(src)], Square{out * 8, 8}, Square{in * 8, 8}, 8, nil)
			}()
		}
	}
}

func TestProductsEqualTheirDefinitionBitForBit(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 26))
	for rows := 1; rows <= 30; rows++ {
		for _, cols := range []int{16, 48} {
			steps := 1 + r.IntN(20)
			m := Matrices{Rows: rows, Steps: steps, Cols: cols, ARow: 1, AStep: rows + r.IntN(3), BStep: cols + r.IntN(3), BBlock: Lanes, CRow: cols + r.IntN(3), CBlock: Lanes}
			if r.IntN(2) == 0 {
				m.ARow, m.AStep, m.BStep, m.BBlock, m.CRow, m.CBlock = steps+r.IntN(3), 1, Lanes, steps*Lanes, Lanes, rows*Lanes
			}
			m.Count = 1 + r.IntN(3)
			m.ANext, m.BNext, m.CNext = (rows+3)*(steps+3)+r.IntN(9), (steps+3)*(cols+3)+r.IntN(9), (rows+3)*(cols+3)+r.IntN(9)
			a, b, old := noise(r, m.Count*m.ANext), noise(r, m.Count*m.BNext), noise(r, m.Count*m.CNext)
			add := r.IntN(2) == 0
			want := append([]float32(nil), old...)
			for i := range m.Count * rows * cols {
				product, i, j := i/(rows*cols), i/cols%rows, i%cols
				at := product*m.CNext + i*m.CRow + j/Lanes*m.CBlock + j%Lanes
				sum := float32(0)
				if add {
					sum = old[at]
				}
				for k := range steps {
					sum = FMA(a[product*m.ANext+i*m.ARow+k*m.AStep], b[product*m.BNext+k*m.BStep+j/Lanes*m.BBlock+j%Lanes], sum)
				}
				want[at] = sum
			}
			for lv := portable; lv <= best(); lv++ {
				got := append([]float32(nil), old...)
				products(lv, got, a, b, m, add)
				for i := range want {
					if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
						t.Fatalf("%+v, add %v, level %d: [%d] = %v, want %v", m, add, lv, i, got[i], want[i])
					}
				}
			}
		}
	}
}

func TestProductsRefuseMatricesOutsideTheirSlices(t *testing.T) {
	good := Matrices{Rows: 7, Steps: 5, Cols: 32, ARow: 5, AStep: 1, BStep: 32, BBlock: 16, CRow: 32, CBlock: 16,
		Count: 2, ANext: 35, BNext: 160, CNext: 224}
	for name, spoil := range map[string]func(a, b, c *[]float32, m *Matrices){
		"short a":         func(a, _, _ *[]float32, _ *Matrices) { *a = (*a)[:69:69] },
		"short b":         func(_, b, _ *[]float32, _ *Matrices) { *b = (*b)[:319:319] },
		"short c":         func(_, _, c *[]float32, _ *Matrices) { *c = (*c)[:447:447] },
		"negative stride": func(_, _, _ *[]float32, m *Matrices) { m.BStep = -1 },
		"part of a block": func(_, _, _ *[]float32, m *Matrices) { m.Cols = 30 },
		"no steps":        func(_, _, _ *[]float32, m *Matrices) { m.Steps = 0 },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: Products returned", name)
				}
			}()
			a, b, c, m := make([]float32, 2*35), make([]float32, 2*160), make([]float32, 2*224), good
			spoil(&a, &b, &c, &m)
			Products(c, a, b, m, false)
		}()
	}
}

func BenchmarkProduct(b *testing.B) {
	for _, c := range []struct{ rows, channels int }{{54, 16}, {24, 32}, {16, 128}, {1, 128}} {
		b.Run(fmt.Sprintf("%dx%d", c.rows, c.channels), func(b *testing.B) {
			n := c.channels
			m := Matrices{Rows: c.rows, Steps: n, Cols: n, ARow: n, AStep: 1, BStep: Lanes, BBlock: n * Lanes, CRow: n, CBlock: Lanes, Count: 1}
			x, y, z := make([]float32, c.rows*n), make([]float32, n*n), make([]float32, c.rows*n)
			for b.Loop() {
				Products(z, x, y, m, false)
			}
			b.ReportMetric(2e-9*float64(c.rows*n*n)*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
		})
	}
}

func BenchmarkTransform(b *testing.B) {
	for name, f := range transforms() {
		b.Run(name, func(b *testing.B) {
			in, out := f.sides()
			const channels, tiles = 32, 24
			to, from := Square{out * 1040, 1040}, Square{in * 1040, 1040}
			dst, src := make([]float32, out*to.Row), make([]float32, in*from.Row)
			for b.Loop() {
				f.run(best(), dst, src, to, from, channels, nil)
			}
		})
	}
}
