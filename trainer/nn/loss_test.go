package nn

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"
)

// plainTerms adds the terms of n images that count alike.
func plainTerms(b *builder, n int) *gorgonia.Node {
	terms := make([]float32, n*termSize)
	for i := range n {
		terms[i*termSize] = 1
	}
	return b.input("terms", terms, n, 1, 1, termSize)
}

func TestObjectosphereMatchesTheOracle(t *testing.T) {
	var file struct {
		Cases []struct {
			Name, Loss             string
			Xi                     float32
			Lambda                 float32 `json:"lambda_"`
			Logits, Features, Grad nested
			GradFeatures           nested `json:"grad_features"`
			Target                 []int
			Value                  float64
		}
	}
	readGolden(t, "losses.json", &file)
	tested := 0
	for _, c := range file.Cases {
		if c.Loss != "objectosphere" {
			continue
		}
		tested++
		n, k, m := c.Logits.shape[0], c.Logits.shape[1], c.Features.shape[1]
		terms := make([]float32, 0, n*termSize)
		for _, target := range c.Target {
			margin := c.Xi
			if target < 0 {
				margin = 0
			}
			terms = append(terms, 1, c.Lambda, margin)
		}
		b := newBuilder()
		logits, features := b.input("logits", c.Logits.data, n, 1, 1, k), b.input("features", c.Features.data, n, 1, 1, m)
		targets := b.input("targets", targetRows(c.Loss, c.Target, k), n, 1, 1, k)
		cost := b.loss(Objectosphere, logits, targets, b.input("terms", terms, n, 1, 1, termSize), features)
		value, grads := gradients(t, b, cost, []float32{1}, logits, features)
		if d := math.Abs(float64(value[0]) - c.Value); d > 2e-6*math.Abs(c.Value) {
			t.Errorf("%s: loss = %v, want %v", c.Name, value[0], c.Value)
		}
		for g, want := range [][]float64{c.Grad.exact, c.GradFeatures.exact} {
			for i, want := range want {
				if d := math.Abs(float64(grads[g][i]) - want); d > 1e-7 {
					t.Errorf("%s: gradient %d at %d = %v, want %v", c.Name, g, i, grads[g][i], want)
				}
			}
		}
	}
	if tested != 3 {
		t.Errorf("%d cases tested, want 3", tested)
	}
}

// TestWeightedLossGradients compares the gradients of every loss, with a term of
// its own for each image, with finite differences.
func TestWeightedLossGradients(t *testing.T) {
	const n, k, m = 4, 3, 5
	for _, loss := range []Loss{CrossEntropy, BinaryCrossEntropy, Objectosphere} {
		r := rand.New(rand.NewPCG(3, 4))
		random := func(n int) []float32 {
			x := make([]float32, n)
			for i := range x {
				x[i] = r.Float32()*2 - 1
			}
			return x
		}
		b := newBuilder()
		data := [][]float32{random(n * k), random(n * m)}
		logits, features := b.input("logits", data[0], n, 1, 1, k), b.input("features", data[1], n, 1, 1, m)
		targets := make([]float32, n*k)
		for i := range targets {
			targets[i] = r.Float32()
		}
		terms := b.input("terms", []float32{1, 0.5, 3, 2, 0.25, 0, 0.5, 1, 0.125, 0, 1, 1}, n, 1, 1, termSize)
		cost := b.loss(loss, logits, b.input("targets", targets, n, 1, 1, k), terms, features)
		wrt := gorgonia.Nodes{logits}
		if loss == Objectosphere {
			wrt = append(wrt, features)
		}
		value := make([]float32, 1)
		forward, err := newPlan(b, map[*gorgonia.Node][]float32{cost: value}, 1)
		if err != nil {
			t.Fatal(err)
		}
		at := func() float64 { forward.run(); return float64(value[0]) }
		_, grads := gradients(t, b, cost, []float32{1}, wrt...)
		for g := range wrt {
			for i, old := range data[g] {
				const h = 1.0 / 64
				data[g][i] = old + h
				up := at()
				data[g][i] = old - h
				down := at()
				data[g][i] = old
				if want, got := (up-down)/(2*h), float64(grads[g][i]); math.Abs(got-want) > 2e-4 {
					t.Errorf("%s: gradient %d at %d = %v, finite difference %v", loss, g, i, got, want)
				}
			}
		}
	}
}

func TestRingAtTheOriginAndBeyond(t *testing.T) {
	for _, c := range []struct {
		margin       float64
		features     []float32
		value, slope float64
	}{{3, []float32{0, 0}, 9, 0}, {3, []float32{3, 4}, 0, 0}, {0, []float32{3, 4}, 25, 2}, {10, []float32{3, 4}, 25, -2}} {
		if v, s := ring(c.margin, c.features); v != c.value || s != c.slope {
			t.Errorf("margin %v, features %v: %v, %v, want %v, %v", c.margin, c.features, v, s, c.value, c.slope)
		}
	}
}

func TestSetTerms(t *testing.T) {
	net := mustNew(t, Config{Arch: Tiny, Outputs: 2, Size: 32})
	trainer, err := net.NewTrainer(2, Objectosphere, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	if err := trainer.SetTerms(make([]Term, 3)); err == nil {
		t.Error("3 terms for 2 images give no error")
	}
	images, targets := make([]float32, 2*32*32*3), []float32{1, 0, 0.5, 0.5}
	for i := range images {
		images[i] = float32(i%17) / 8
	}
	norms := func(push float32) float32 {
		if err := trainer.SetTerms([]Term{{1, push, 100}, {1, push, 0}}); err != nil {
			t.Fatal(err)
		}
		loss, err := trainer.Step(images, targets)
		if err != nil {
			t.Fatal(err)
		}
		return loss
	}
	if plain, pushed := norms(0), norms(1); !(pushed > plain) {
		t.Errorf("loss %v with a push, %v without", pushed, plain)
	}
	if err := trainer.SetTerms(make([]Term, 2)); err != nil {
		t.Fatal(err)
	}
	if loss, err := trainer.Step(images, targets); err != nil || loss != 0 {
		t.Errorf("loss %v of images without weight, %v", loss, err)
	}
	for _, p := range net.Params() {
		for _, g := range p.Grad {
			if g != 0 {
				t.Fatalf("%s has a gradient from images without weight", p.Name)
			}
		}
	}
}

// TestLossBitsArePinned notices any change, on any architecture, of a loss and
// its gradients.
func TestLossBitsArePinned(t *testing.T) {
	const n, k, m = 8, 5, 16
	r := rand.New(rand.NewPCG(5, 6))
	sum := sha256.New()
	for _, loss := range []Loss{CrossEntropy, BinaryCrossEntropy, Objectosphere} {
		b := newBuilder()
		input := func(name string, width int, scale float32) *gorgonia.Node {
			x := make([]float32, n*width)
			for i := range x {
				x[i] = r.Float32() * scale
			}
			return b.input(name, x, n, 1, 1, width)
		}
		logits, targets := input("logits", k, 9), input("targets", k, 1)
		terms, features := input("terms", termSize, 3), input("features", m, 1)
		wrt := gorgonia.Nodes{logits}
		if loss == Objectosphere {
			wrt = append(wrt, features)
		}
		value, grads := gradients(t, b, b.loss(loss, logits, targets, terms, features), []float32{1}, wrt...)
		for _, x := range append(grads, value) {
			binary.Write(sum, binary.LittleEndian, x)
		}
	}
	const want = "c847d14ed77c1d06b86dbbabc14311b6f4df82f25cd8f021e683a51224a7fa81"
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}
