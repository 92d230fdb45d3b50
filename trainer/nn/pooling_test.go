package nn

import (
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"
)

// TestMaximumOfWindows compares maxima and their gradients with those found one
// window after the other. Small whole numbers make maxima that are equal, and
// sums of gradients exact.
func TestMaximumOfWindows(t *testing.T) {
	const n, c = 2, 19
	for _, g := range []struct{ h, w, size, stride, pad int }{
		{6, 8, 3, 2, 1}, {5, 7, 3, 2, 1}, {1, 1, 3, 2, 1}, {1, 1, 3, 3, 1}, {1, 1, 5, 1, 2}, {3, 2, 2, 1, 0}, {7, 5, 3, 3, 1}, {4, 9, 5, 2, 2},
		{6, 4, 2, 2, 0}, {5, 3, 2, 2, 0}, {1, 3, 2, 2, 0}, {1, 1, 2, 2, 0},
	} {
		r := rand.New(rand.NewPCG(5, uint64(g.h*100+g.w)))
		whole := func(size int) []float32 {
			x := make([]float32, size)
			for i := range x {
				x[i] = float32(r.IntN(7) - 3)
			}
			return x
		}
		b := newBuilder()
		x := whole(n * g.h * g.w * c)
		in := b.input("x", x, n, g.h, g.w, c)
		var y *gorgonia.Node
		if g.size == 2 && g.stride == 2 {
			y = b.halve(in)
		} else {
			y = b.maxPool(in, g.size, g.stride, g.pad)
		}
		if b.err != nil {
			t.Fatal(b.err)
		}
		oh, ow := y.Shape()[1], y.Shape()[2]
		dy := whole(n * oh * ow * c)
		value, grads := gradients(t, b, y, dy, in)
		want, dx := make([]float32, len(value)), make([]float32, len(x))
		for i := range want {
			image, oy, ox, channel := i/(oh*ow*c), i/(ow*c)%oh, i/c%ow, i%c
			best := -1
			for k := range g.size * g.size {
				row, col := oy*g.stride-g.pad+k/g.size, ox*g.stride-g.pad+k%g.size
				at := ((image*g.h+row)*g.w+col)*c + channel
				if row >= 0 && row < g.h && col >= 0 && col < g.w && (best < 0 || x[at] > x[best]) {
					best = at
				}
			}
			want[i] = x[best]
			dx[best] += dy[i]
		}
		if !equalBits(value, want) || !equalBits(grads[0], dx) {
			t.Errorf("%+v: maxima or gradient differ from those of the windows", g)
		}
	}
}
