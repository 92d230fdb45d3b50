package nn

import (
	"math/rand/v2"
	"testing"

	"github.com/gesturekit/gesturekit/rng"
	"gorgonia.org/gorgonia"
)

// TestFoldedEqualsUnfolded compares every kind of convolution with its
// normalisation folded in with the convolution, the normalisation by running
// statistics, the sum and the rectifier one after the other.
func TestFoldedEqualsUnfolded(t *testing.T) {
	for _, c := range []struct {
		name                string
		k, size, stride     int
		skip, relu, byTiles bool
	}{
		{"tiles", 32, 3, 1, false, true, true},
		{"tiles and skip", 16, 3, 1, true, true, true},
		{"direct", 20, 3, 1, false, true, false},
		{"direct, no rectifier", 16, 1, 2, false, false, false},
		{"direct and skip", 24, 1, 1, true, true, false},
		{"stride", 32, 3, 2, false, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			const batch, side, channels = 2, 9, 16
			r := rand.New(rand.NewPCG(41, 42))
			images, other := random(r, batch*side*side*channels), random(r, batch*side*side*c.k)
			layer := func(l *layers, x *gorgonia.Node, _ int) *gorgonia.Node {
				var skip *gorgonia.Node
				if c.skip {
					n, h, w, _ := l.dims(x)
					skip = l.input("skip", other[:n*h*w*c.k], n, h, w, c.k)
				}
				return l.conv("c", "n", x, c.k, c.size, c.stride, skip, 1, c.relu)
			}
			net, err := newNet(Config{Size: side}, layer, channels, rng.New(1))
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range append(net.Params(), net.Buffers()...) {
				for i := range p.Data {
					p.Data[i] = r.Float32() + 0.5*float32(i%2)
				}
			}
			value := func(p *plan, out []float32) []float32 {
				p.run()
				p.pool.close()
				return out
			}
			lower := func(b *builder, n *gorgonia.Node) (*plan, []float32) {
				if b.err != nil {
					t.Fatal(b.err)
				}
				out := make([]float32, n.Shape().TotalSize())
				p, err := newPlan(b, map[*gorgonia.Node][]float32{n: out}, 2)
				if err != nil {
					t.Fatal(err)
				}
				return p, out
			}

			l := net.evaluation()
			folded := layer(l, l.input("images", images, batch, side, side, channels), 0)
			p, out := lower(l.builder, folded)
			prepare, err := newPlan(l.prepare.builder, l.prepare.results, 2)
			if err != nil {
				t.Fatal(err)
			}
			prepare.run()
			prepare.pool.close()
			got := value(p, out)

			u := &layers{builder: newBuilder(), net: net, training: true}
			x := u.input("images", images, batch, side, side, channels)
			affine, running := u.normArrays("n", c.k, 1)
			var skip *gorgonia.Node
			if c.skip {
				skip = u.input("skip", other, folded.Shape()...)
			}
			y := u.builder.conv(x, u.convWeight("c", channels, c.k, c.size), c.stride, c.size/2)
			want := value(lower(u.builder, u.norm(y, affine, running, skip, c.relu)))
			exact := make([]float64, len(want))
			for i, w := range want {
				exact[i] = float64(w)
			}
			near(t, "folded", got, exact, 4e-6)
			if _, byTiles := newConv(batch, side, side, channels, c.k, c.size, c.stride, c.size/2).winograd(); byTiles != c.byTiles {
				t.Errorf("by tiles: %v, want %v", byTiles, c.byTiles)
			}
		})
	}
}

func TestRefreshTakesInTheWeights(t *testing.T) {
	c := Config{Arch: Tiny, Outputs: 3, Size: 32}
	net := mustNew(t, c)
	images, _ := example(c, 1)
	p, err := net.NewPredictor(1, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	logits := func() []float32 {
		x, err := p.Logits(images, 1)
		if err != nil {
			t.Fatal(err)
		}
		return append([]float32(nil), x...)
	}
	before := logits()
	for _, p := range append(net.Params(), net.Buffers()...) {
		for i := range p.Data {
			p.Data[i] *= 1.25
		}
	}
	if !equalBits(before, logits()) {
		t.Error("a predictor changes before it is refreshed")
	}
	if err := p.Refresh(); err != nil {
		t.Fatal(err)
	}
	after := logits()
	if equalBits(before, after) || !equalBits(after, predictAll(t, net, images, 1)) {
		t.Errorf("refreshed logits are %v, of old weights %v, of a new predictor %v", after, before, predictAll(t, net, images, 1))
	}
}
