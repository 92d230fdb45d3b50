package trainer

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/gesturekit/gesturekit/rng"
	"github.com/gesturekit/gesturekit/trainer/nn"
)

// TestNumbersArePinned notices any change, on any architecture, of the bits that
// scores, weights of labels and a step of the optimiser are made of.
func TestNumbersArePinned(t *testing.T) {
	r := rng.New(3).Rand()
	random := func(n int, scale float64) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32((2*r.Float64() - 1) * scale)
		}
		return x
	}
	var all []byte
	keep := func(values ...float32) {
		for _, v := range values {
			all = binary.LittleEndian.AppendUint32(all, math.Float32bits(v))
		}
	}
	for _, l := range []Loss{CE, CENA, BCEWithNA, BCENa, EOS, Objectosphere} {
		for range 20 {
			o, err := l.outcome(random(5, 30))
			if err != nil {
				t.Fatal(err)
			}
			keep(o.Probabilities...)
			keep(o.Energy, float32(l.value(o.Logits, random(5, 1), o.Probabilities)))
		}
	}
	labels := make([]int, 2000)
	for i := range labels {
		labels[i] = r.IntN(2 + r.IntN(6))
	}
	keep(Inverse.weights(labels, 8)...)
	keep(Effective.weights(labels, 8)...)
	p := &nn.Param{Name: "w", Data: random(100, 1), Decay: true}
	a := newAdamW([]*nn.Param{p}, 0.01)
	mean := newAverage(0.99, []tensor{{"w", []int{100}, p.Data}})
	for step := 1; step <= 20; step++ {
		p.Grad = random(100, 2)
		clip(a.params, 1)
		a.step(0.003)
		mean.step(step)
	}
	keep(p.Data...)
	keep(mean.data[0]...)
	const want = "b8242863e5d2ef35e823a81672d9625ffe3fd2128185aa01c6cd8438f75c0559"
	if got := digest(all); got != want {
		t.Errorf("digest %s, want %s: results change; raise Stage.Version", got, want)
	}
}
