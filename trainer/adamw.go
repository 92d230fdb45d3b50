package trainer

import (
	"math"

	"github.com/gesturekit/gesturekit/trainer/nn"
	"github.com/gesturekit/gesturekit/trainer/nn/kernel"
)

// adamW is Adam with decoupled weight decay (Loshchilov & Hutter 2019,
// algorithm 2): a step at rate r does, with g the gradient and t counted from 1,
//
//	w ← w·(1 - r·decay)     where the parameter decays
//	m ← β1·m + (1-β1)·g,  v ← β2·v + (1-β2)·g²
//	w ← w - r/(1-β1ᵗ) · m / (√v/√(1-β2ᵗ) + ε)
//
// All state is float32 and every product is rounded before it is added to, so
// the weights have the same bits on every machine.
type adamW struct {
	beta1, beta2, decay float64
	params              []*nn.Param
	m, v                [][]float32
	count               int     // steps made
	power1, power2      float64 // β1 and β2 to the power of count
}

const epsilon = 1e-8

func newAdamW(params []*nn.Param, decay float64) *adamW {
	a := &adamW{beta1: 0.9, beta2: 0.999, decay: decay, params: params, power1: 1, power2: 1}
	for _, p := range params {
		a.m = append(a.m, make([]float32, len(p.Data)))
		a.v = append(a.v, make([]float32, len(p.Data)))
	}
	return a
}

// forward counts n steps without making them: those of an interrupted training.
func (a *adamW) forward(n int) {
	for range n {
		a.count++
		a.power1 *= a.beta1
		a.power2 *= a.beta2
	}
}

// step changes the parameters by their gradients.
func (a *adamW) step(rate float64) {
	a.forward(1)
	size := float32(rate / (1 - a.power1))
	unbias := float32(1 / math.Sqrt(1-a.power2))
	for i, p := range a.params {
		keep := float32(1)
		if p.Decay {
			keep = float32(1 - float64(rate*a.decay))
		}
		a.update(p, a.m[i], a.v[i], keep, size, unbias)
	}
}

func (a *adamW) update(p *nn.Param, m, v []float32, keep, size, unbias float32) {
	k := kernel.AdamW{
		Beta1: float32(a.beta1), Beta2: float32(a.beta2), OneLess1: float32(1 - a.beta1), OneLess2: float32(1 - a.beta2),
		Keep: keep, Size: size, Unbias: unbias, Epsilon: epsilon,
	}
	k.Step(p.Data, m, v, p.Grad)
}

// clip scales the gradients so that their norm is at most bound.
func clip(params []*nn.Param, bound float64) {
	sum := 0.0
	for _, p := range params {
		sum += kernel.SquareSum(p.Grad)
	}
	norm := math.Sqrt(sum)
	if !(norm > bound) {
		return
	}
	for _, p := range params {
		kernel.Scale(p.Grad, float32(bound/norm))
	}
}
