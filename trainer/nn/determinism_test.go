package nn

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
	"testing"

	"github.com/gesturekit/gesturekit/rng"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

var architectures = []string{Tiny, SlimResNet} // XResNet18 in some tests, for its size

// trained returns all arrays of a network, its gradients and logits after two
// steps of gradient descent on workers.
func trained(t *testing.T, c Config, batch, workers int) (arrays [][]float32) {
	t.Helper()
	net := mustNew(t, c)
	images, targets := example(c, batch)
	trainer, err := net.NewTrainer(batch, CrossEntropy, workers)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	for range 2 {
		if _, err := trainer.Step(images, targets); err != nil {
			t.Fatal(err)
		}
		for _, p := range net.Params() {
			for i, g := range p.Grad {
				p.Data[i] -= float32(g * 0.125)
			}
		}
	}
	for _, p := range net.Params() {
		arrays = append(arrays, p.Data, p.Grad)
	}
	for _, p := range net.Buffers() {
		arrays = append(arrays, p.Data)
	}
	predictor, err := net.NewPredictor(batch, workers)
	if err != nil {
		t.Fatal(err)
	}
	defer predictor.Close()
	logits, err := predictor.Logits(images, batch)
	if err != nil {
		t.Fatal(err)
	}
	return append(arrays, trainer.Logits(), logits)
}

func equalBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}

func TestWorkersChangeNoBit(t *testing.T) {
	for _, arch := range architectures {
		for _, c := range []struct{ size, batch int }{{32, 5}, {40, 9}} {
			config := Config{Arch: arch, Outputs: 5, Size: c.size}
			want := trained(t, config, c.batch, 1)
			for _, workers := range []int{2, 3, 7, 17} {
				for i, got := range trained(t, config, c.batch, workers) {
					if !equalBits(got, want[i]) {
						t.Errorf("%s at %d pixels, array %d: %d workers and 1 differ", arch, c.size, i, workers)
					}
				}
			}
		}
	}
}

// TestNetworksArePinned notices any change, on any machine, of what a network
// computes and how it learns: of the order of its layers, which its weights do not
// tell, to the last bit.
func TestNetworksArePinned(t *testing.T) {
	for arch, want := range map[string]string{
		Tiny:       "cc1c7f20211c4eb4",
		SlimResNet: "b47373a4eab6a235",
		XResNet18:  "05b041e162b6d324",
	} {
		h := sha256.New()
		for _, array := range trained(t, Config{Arch: arch, Outputs: 5, Size: 40}, 2, 2) {
			if err := binary.Write(h, binary.LittleEndian, array); err != nil {
				t.Fatal(err)
			}
		}
		if got := hex.EncodeToString(h.Sum(nil)[:8]); got != want {
			t.Errorf("%s: digest %s, want %s: raise the version of the trainer's Stage, and its CardFormat if old weights now mean something else", arch, got, want)
		}
	}
}

// TestTapeMachineComputesTheSameBits runs the training graph of a plan with
// gorgonia's own machine: the plan's buffers, and its stand-in for gorgonia's
// addition, change nothing.
func TestTapeMachineComputesTheSameBits(t *testing.T) {
	const batch = 2
	net, err := newNet(Config{Arch: "oracle", Outputs: 4, Size: 9}, oracleNet, 3, rng.New(1))
	if err != nil {
		t.Fatal(err)
	}
	images, targets := example(Config{Size: 9, Outputs: 4}, batch)
	l := &layers{builder: newBuilder(), net: net, training: true}
	logits := net.body(l, l.input("images", images, batch, 9, 9, 3), 4)
	cost := l.loss(CrossEntropy, logits, l.input("targets", targets, batch, 1, 1, 4), plainTerms(l.builder, batch), nil)
	results := map[*gorgonia.Node][]float32{cost: make([]float32, 1), logits: make([]float32, len(targets))}
	if err := l.differentiate(cost, results); err != nil {
		t.Fatal(err)
	}
	p, err := newPlan(l.builder, results, 2)
	if err != nil {
		t.Fatal(err)
	}
	p.run()
	p.pool.close()
	for n, data := range l.bound {
		if err := gorgonia.Let(n, tensor.New(tensor.WithShape(n.Shape()...), tensor.WithBacking(data))); err != nil {
			t.Fatal(err)
		}
	}
	vm := gorgonia.NewTapeMachine(l.g)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	for n, want := range results {
		if got := floats(n.Value()); !equalBits(got, want) {
			t.Errorf("node %v: TapeMachine %v, plan %v", n, got, want)
		}
	}
}

func TestStepsAllocateNothing(t *testing.T) {
	for _, arch := range append(architectures, XResNet18) {
		c := Config{Arch: arch, Outputs: 6, Size: 32}
		net := mustNew(t, c)
		images, targets := example(c, 4)
		trainer, err := net.NewTrainer(4, BinaryCrossEntropy, 2)
		if err != nil {
			t.Fatal(err)
		}
		predictor, err := net.NewPredictor(4, 2)
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(3, func() { trainer.Step(images, targets) }); n >= 1 {
			t.Errorf("%s: a training step allocates %v times", arch, n)
		}
		if n := testing.AllocsPerRun(3, func() { predictor.Logits(images, 4) }); n >= 1 {
			t.Errorf("%s: a prediction allocates %v times", arch, n)
		}
		trainer.Close()
		predictor.Close()
	}
}
