package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
)

// TestGradientsMatchFiniteDifferences perturbs inputs of each layer in turn. The
// layers are smooth at the points drawn, or piecewise linear away from a kink.
func TestGradientsMatchFiniteDifferences(t *testing.T) {
	for _, c := range []struct {
		name   string
		shapes [][]int // of the differentiable inputs
		build  func(b *builder, in gorgonia.Nodes) *gorgonia.Node
	}{
		{"conv 3x3", [][]int{{2, 5, 6, 17}, {3, 3, 17, 33}}, func(b *builder, in gorgonia.Nodes) *gorgonia.Node { return b.conv(in[0], in[1], 1, 1) }},
		{"conv 3x3 by tiles", [][]int{{2, 5, 9, 16}, {3, 3, 16, 32}}, func(b *builder, in gorgonia.Nodes) *gorgonia.Node { return b.conv(in[0], in[1], 1, 1) }},
		{"conv 3x3 stride 2", [][]int{{3, 7, 6, 20}, {3, 3, 20, 48}}, func(b *builder, in gorgonia.Nodes) *gorgonia.Node { return b.conv(in[0], in[1], 2, 1) }},
		{"conv 1x1 stride 2", [][]int{{2, 5, 4, 16}, {1, 1, 16, 32}}, func(b *builder, in gorgonia.Nodes) *gorgonia.Node { return b.conv(in[0], in[1], 2, 0) }},
		{"conv 5x5 stride 3", [][]int{{1, 9, 8, 3}, {5, 5, 3, 16}}, func(b *builder, in gorgonia.Nodes) *gorgonia.Node { return b.conv(in[0], in[1], 3, 2) }},
		{"dense", [][]int{{5, 1, 1, 18}, {1, 1, 18, 7}, {7}}, func(b *builder, in gorgonia.Nodes) *gorgonia.Node { return b.dense(in[0], in[1], in[2]) }},
		{"norm", [][]int{{3, 2, 3, 17}, {2, 17}}, func(b *builder, in gorgonia.Nodes) *gorgonia.Node {
			return b.norm(in[0], in[1], b.stats(in[0]), nil, false)
		}},
		{"norm, skip, relu", [][]int{{3, 2, 3, 17}, {2, 17}, {3, 2, 3, 17}}, func(b *builder, in gorgonia.Nodes) *gorgonia.Node {
			return b.norm(in[0], in[1], b.stats(in[0]), in[2], true)
		}},
		{"shared input", [][]int{{2, 3, 3, 4}, {2, 4}}, func(b *builder, in gorgonia.Nodes) *gorgonia.Node {
			return b.norm(in[0], in[1], b.stats(in[0]), in[0], true)
		}},
		{"global average", [][]int{{2, 3, 4, 5}}, func(b *builder, in gorgonia.Nodes) *gorgonia.Node { return b.globalAverage(in[0]) }},
		{"max pool 3x3", [][]int{{2, 5, 6, 17}}, func(b *builder, in gorgonia.Nodes) *gorgonia.Node { return b.maxPool(in[0], 3, 2, 1) }},
		{"halve", [][]int{{2, 5, 4, 18}}, func(b *builder, in gorgonia.Nodes) *gorgonia.Node { return b.halve(in[0]) }},
		{"average pool", [][]int{{2, 5, 4, 3}}, func(b *builder, in gorgonia.Nodes) *gorgonia.Node { return b.averagePool(in[0], 2) }},
	} {
		t.Run(c.name, func(t *testing.T) { testGradient(t, c.shapes, c.build) })
	}
}

func testGradient(t *testing.T, shapes [][]int, build func(*builder, gorgonia.Nodes) *gorgonia.Node) {
	r := rand.New(rand.NewPCG(11, 12))
	random := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = r.Float32()*2 - 1
		}
		return x
	}
	b, in := newBuilder(), gorgonia.Nodes{}
	for i, s := range shapes {
		size := 1
		for _, extent := range s {
			size *= extent
		}
		in = append(in, b.input(fmt.Sprint("input ", i), random(size), s...))
	}
	y := build(b, in)
	if b.err != nil {
		t.Fatal(b.err)
	}
	value := make([]float32, y.Shape().TotalSize())
	forward, err := newPlan(b, map[*gorgonia.Node][]float32{y: value}, 1)
	if err != nil {
		t.Fatal(err)
	}
	gy := random(len(value))
	_, grads := gradients(t, b, y, gy, in...)
	// loss also returns how many outputs are positive: in a rectified layer, a kink
	// between two points shows as a change.
	loss := func() (sum float64, positive int) {
		forward.run()
		for i, v := range value {
			sum += float64(v) * float64(gy[i])
			if v > 0 {
				positive++
			}
		}
		return sum, positive
	}
	forward.run()
	rectified := slices.Min(value) >= 0
	for k, n := range in {
		data, compared := b.bound[n], 0
		for range 30 {
			i, h := r.IntN(len(data)), float32(1.0/256)
			old := data[i]
			data[i] = old + h
			up, upCount := loss()
			data[i] = old - h
			down, downCount := loss()
			data[i] = old
			if rectified && upCount != downCount {
				continue
			}
			compared++
			want := (up - down) / float64(2*h)
			if got := float64(grads[k][i]); math.Abs(got-want) > 3e-3*max(1, math.Abs(want)) {
				t.Errorf("gradient of input %d at %d = %v, finite difference %v", k, i, got, want)
			}
		}
		if compared < 8 {
			t.Errorf("input %d: only %d points are away from a kink", k, compared)
		}
	}
}
