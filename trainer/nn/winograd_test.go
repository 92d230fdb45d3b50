package nn

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// compute runs an op by itself.
func compute(o *op, workers int, in ...[]float32) []float32 {
	if o.shared != nil {
		share([]*workspace{o.shared})
	}
	out := make([]float32, o.out.TotalSize())
	p := newPool(workers, o.scratch)
	defer p.close()
	p.run(o, out, in)
	return out
}

func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = r.Float32()*2 - 1
	}
	return x
}

// winogradShapes have whole and partial tiles, one and several blocks of tiles
// and of channels, images smaller than a tile.
var winogradShapes = []conv{
	newConv(2, 8, 8, 16, 16, 3, 1, 1), newConv(3, 5, 7, 16, 48, 3, 1, 1), newConv(9, 4, 4, 64, 32, 3, 1, 1),
	newConv(2, 3, 3, 32, 16, 3, 1, 1), newConv(5, 32, 24, 16, 32, 3, 1, 1), newConv(1, 10, 9, 112, 80, 3, 1, 1),
}

// exact is the direct convolution in float64: output, gradients by input and weights.
func exact(v conv, x, w, dy []float32) (y, dx, dw []float64) {
	y, dx, dw = make([]float64, len(dy)), make([]float64, len(x)), make([]float64, len(w))
	for i := range v.n * v.oh * v.ow {
		n, oy, ox := i/(v.oh*v.ow), i/v.ow%v.oh, i%v.ow
		for tap := range 9 {
			iy, ix := oy+tap/3-1, ox+tap%3-1
			if iy < 0 || ix < 0 || iy >= v.h || ix >= v.w {
				continue
			}
			at := ((n*v.h+iy)*v.w + ix) * v.c
			for c := range v.c {
				for k := range v.k {
					weight := (tap*v.c+c)*v.k + k
					y[i*v.k+k] += float64(x[at+c]) * float64(w[weight])
					dx[at+c] += float64(dy[i*v.k+k]) * float64(w[weight])
					dw[weight] += float64(x[at+c]) * float64(dy[i*v.k+k])
				}
			}
		}
	}
	return y, dx, dw
}

func TestWinogradMatchesTheDirectConvolution(t *testing.T) {
	for _, v := range winogradShapes {
		t.Run(fmt.Sprintf("%dx%dx%dx%d-%d", v.n, v.h, v.w, v.c, v.k), func(t *testing.T) {
			w, ok := v.winograd()
			if !ok {
				t.Fatal("not computed by tiles")
			}
			r := rand.New(rand.NewPCG(31, 32))
			x, weight, dy := random(r, v.n*v.h*v.w*v.c), random(r, 9*v.c*v.k), random(r, v.n*v.oh*v.ow*v.k)
			y, dx, dw := exact(v, x, weight, dy)
			near(t, "y", compute(w.forward(finish{}), 2, x, compute(w.weights(), 1, weight)), y, layerTolerance)
			near(t, "dx", compute(w.back().forward(finish{}), 2, dy, compute(w.flipped(), 1, weight)), dx, layerTolerance)
			near(t, "dw", compute(w.weightGrad(2), 2, x, dy), dw, layerTolerance)
			together := w.weightGrad(2)
			if want := compute(together, 2, x, dy); !equalBits(compute(w.weightGrad(1), 1, x, dy), want) || !equalBits(compute(together.alone, 1, x, dy), want) {
				t.Error("dw depends on the blocks of tiles")
			}

			bias, skip := random(r, v.k), random(r, len(y))
			for _, e := range []finish{{bias: true, relu: true}, {bias: true, skip: true, relu: true}} {
				want := make([]float64, len(y))
				for i := range y {
					want[i] = y[i] + float64(bias[i%v.k])
					if e.skip {
						want[i] += float64(skip[i])
					}
					want[i] = max(0, want[i])
				}
				near(t, "finished by tiles", compute(w.forward(e), 2, x, compute(w.weights(), 1, weight), bias, skip), want, layerTolerance)
				near(t, "finished directly", compute(v.forward(e), 2, x, compute(v.pack(), 1, weight), bias, skip), want, layerTolerance)
			}
		})
	}
}

func TestWinogradIsForWhatItSaves(t *testing.T) {
	for _, c := range []struct {
		v    conv
		want bool
	}{
		{newConv(1, 16, 16, 16, 16, 3, 1, 1), true},
		{newConv(1, 2, 2, 64, 64, 3, 1, 1), false},
		{newConv(1, 4, 4, 256, 256, 3, 1, 1), true},
		{newConv(1, 4, 4, 512, 512, 3, 1, 1), false},
		{newConv(1, 16, 16, 8, 16, 3, 1, 1), false},
		{newConv(1, 16, 16, 16, 20, 3, 1, 1), false},
		{newConv(1, 16, 16, 16, 16, 3, 2, 1), false},
		{newConv(1, 16, 16, 16, 16, 1, 1, 0), false},
		{newConv(1, 16, 16, 16, 16, 3, 1, 0), false},
	} {
		if _, got := c.v.winograd(); got != c.want {
			t.Errorf("%+v by tiles: %v, want %v", c.v, got, c.want)
		}
	}
}

// TestConvolutionBitsArePinned notices any change, on any architecture, of a bit
// of a convolution or its gradients, direct and by tiles.
func TestConvolutionBitsArePinned(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 34))
	hash := sha256.New()
	keep := func(x []float32) []float32 {
		var b []byte
		for _, v := range x {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
		hash.Write(b)
		return x
	}
	v := newConv(2, 7, 9, 16, 32, 3, 1, 1)
	w, _ := v.winograd()
	x, weight, dy := random(r, v.n*v.h*v.w*v.c), random(r, 9*v.c*v.k), random(r, v.n*v.oh*v.ow*v.k)
	bias, skip := random(r, v.k), random(r, len(dy))
	keep(compute(w.forward(finish{bias: true, skip: true, relu: true}), 1, x, compute(w.weights(), 1, weight), bias, skip))
	keep(compute(w.back().forward(finish{}), 1, dy, compute(w.flipped(), 1, weight)))
	keep(compute(w.weightGrad(1), 1, x, dy))
	v = newConv(2, 7, 9, 16, 32, 3, 2, 1)
	dy = dy[:v.n*v.oh*v.ow*v.k]
	keep(compute(v.forward(finish{}), 1, x, compute(v.pack(), 1, weight)))
	keep(compute(v.inputGrad(), 1, dy, compute(v.flip(), 1, weight)))
	keep(compute(v.weightGrad(), 1, x, dy))
	const want = "2055e5b0eb4ea9b5936a123677c24f47f883fad881f95c40949bd9eba9e54fab"
	if got := hex.EncodeToString(hash.Sum(nil)); got != want {
		t.Errorf("digest %s, want %s: results change; raise trainer's Stage.Version", got, want)
	}
}
