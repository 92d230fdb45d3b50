package nn

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/gesturekit/gesturekit/rng"
)

// example returns random images and one-hot targets for c.
func example(c Config, batch int) (images, targets []float32) {
	r := rand.New(rand.NewPCG(1, 2))
	images, targets = make([]float32, batch*c.Size*c.Size*3), make([]float32, batch*c.Outputs)
	for i := range images {
		images[i] = r.Float32()*4 - 2
	}
	for i := range batch {
		targets[i*c.Outputs+r.IntN(c.Outputs)] = 1
	}
	return images, targets
}

func mustNew(t testing.TB, c Config) *Net {
	t.Helper()
	n, err := New(c, rng.New(1))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// trainingStep returns a training step of 32 images, which has touched its memory.
func trainingStep(b *testing.B, c Config, workers int) func() {
	images, targets := example(c, 32)
	t, err := mustNew(b, c).NewTrainer(32, CrossEntropy, workers)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { t.Close() })
	step := func() {
		if _, err := t.Step(images, targets); err != nil {
			b.Fatal(err)
		}
	}
	step()
	return step
}

// prediction returns an inference of a batch, which has touched its memory.
func prediction(b *testing.B, c Config, batch, workers int) func() {
	images, _ := example(c, batch)
	p, err := mustNew(b, c).NewPredictor(batch, workers)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { p.Close() })
	predict := func() {
		if _, err := p.Logits(images, batch); err != nil {
			b.Fatal(err)
		}
	}
	predict()
	return predict
}

func BenchmarkStep(b *testing.B) {
	for _, c := range benchmarked() {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", c.Arch, workers), func(b *testing.B) { measure(b, 32, trainingStep(b, c, workers)) })
		}
	}
}

func BenchmarkPredict(b *testing.B) {
	for _, c := range benchmarked() {
		for _, workers := range []int{1, 2} {
			for _, batch := range []int{1, 32} {
				b.Run(fmt.Sprintf("%s/batch=%d/workers=%d", c.Arch, batch, workers), func(b *testing.B) {
					measure(b, batch, prediction(b, c, batch, workers))
				})
			}
		}
	}
}

// measure reports the images a second of f, which takes batch of them.
func measure(b *testing.B, batch int, f func()) {
	b.ReportAllocs()
	for b.Loop() {
		f()
	}
	b.ReportMetric(float64(batch*b.N)/b.Elapsed().Seconds(), "img/s")
}

// BenchmarkTwoWorkers reports how many times as fast as one worker two are. They
// take turns after every batch of 32, for the speed of a shared machine changes.
func BenchmarkTwoWorkers(b *testing.B) {
	for _, c := range benchmarked() {
		b.Run(fmt.Sprintf("%s/train", c.Arch), func(b *testing.B) { compare(b, trainingStep(b, c, 1), trainingStep(b, c, 2)) })
		b.Run(fmt.Sprintf("%s/infer", c.Arch), func(b *testing.B) { compare(b, prediction(b, c, 32, 1), prediction(b, c, 32, 2)) })
	}
}

// compare reports how many times as fast as one two is.
func compare(b *testing.B, one, two func()) {
	var ofOne, ofTwo time.Duration
	for b.Loop() {
		start := time.Now()
		one()
		turn := time.Now()
		two()
		ofOne, ofTwo = ofOne+turn.Sub(start), ofTwo+time.Since(turn)
	}
	b.ReportMetric(ofOne.Seconds()/ofTwo.Seconds(), "times")
}

// benchmarked lists the networks of docs/performance.md.
func benchmarked() []Config {
	return []Config{{Tiny, 6, 64}, {SlimResNet, 6, 64}, {XResNet18, 6, 128}}
}

func BenchmarkConv(b *testing.B) {
	for _, v := range []conv{newConv(32, 32, 32, 16, 16, 3, 1, 1), newConv(32, 64, 64, 3, 16, 3, 2, 1), newConv(32, 4, 4, 128, 128, 3, 1, 1)} {
		x, w, dy := make([]float32, v.n*v.h*v.w*v.c), make([]float32, 9*v.c*v.k), make([]float32, v.n*v.oh*v.ow*v.k)
		flip, pack := v.flip(), v.pack()
		packed := make([]float32, pack.out.TotalSize())
		flipped := make([]float32, flip.out.TotalSize())
		for _, c := range []struct {
			o   *op
			out []float32
			in  [][]float32
		}{{v.forward(finish{}), dy, [][]float32{x, packed}}, {v.inputGrad(), x, [][]float32{dy, flipped}}, {v.weightGrad(), w, [][]float32{x, dy}}, {flip, flipped, [][]float32{w}}} {
			b.Run(fmt.Sprintf("%s/%dx%dx%d-%d/stride=%d", c.o.name, v.h, v.w, v.c, v.k, v.stride), func(b *testing.B) {
				p := newPool(1, c.o.scratch)
				b.ReportAllocs()
				for b.Loop() {
					p.run(c.o, c.out, c.in)
				}
				b.ReportMetric(2e-9*float64(v.macs())*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
			})
		}
	}
}
