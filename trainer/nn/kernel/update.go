package kernel

import "math"

// AdamW are the numbers of one step of Adam with decoupled weight decay.
type AdamW struct {
	Beta1, Beta2       float32
	OneLess1, OneLess2 float32 // 1 - Beta1 and 1 - Beta2
	Keep               float32 // what decay leaves of a weight
	Size               float32 // of the step
	Unbias             float32 // factor of the root of v
	Epsilon            float32
}

// Step updates weights w and moments m and v of the same length by gradients g:
//
//	m ← Beta1·m + OneLess1·g,  v ← Beta2·v + OneLess2·g·g
//	w ← Keep·w - Size·m / (Unbias·√v + Epsilon)
//
// Every operation is rounded.
func (a *AdamW) Step(w, m, v, g []float32) { a.step(best(), w, m, v, g) }

func (a *AdamW) step(lv level, w, m, v, g []float32) {
	m, v, g = m[:len(w)], v[:len(w)], g[:len(w)]
	for i := a.vectors(lv, w, m, v, g); i < len(w); i++ {
		m[i] = float32(a.Beta1*m[i]) + float32(a.OneLess1*g[i])
		v[i] = float32(a.Beta2*v[i]) + float32(float32(a.OneLess2*g[i])*g[i])
		root := float32(math.Sqrt(float64(v[i])))
		w[i] = float32(a.Keep*w[i]) - float32(a.Size*m[i])/(float32(a.Unbias*root)+a.Epsilon)
	}
}

// SquareSum returns the sum of the squares of x in float64: 16 interleaved chains,
// element i in chain i%16, added in halves.
func SquareSum(x []float32) float64 {
	var chains [Lanes]float64
	squareSum(best(), &chains, x)
	for n := Lanes / 2; n > 0; n /= 2 {
		for i := range n {
			chains[i] += chains[i+n]
		}
	}
	return chains[0]
}

func squareSum(lv level, chains *[Lanes]float64, x []float32) {
	for i := vectorSquareSum(lv, chains, x); i < len(x); i++ {
		chains[i%Lanes] += float64(float64(x[i]) * float64(x[i]))
	}
}

// Scale multiplies x by a.
func Scale(x []float32, a float32) { scale(best(), x, a) }

func scale(lv level, x []float32, a float32) {
	for i := vectorScale(lv, x, a); i < len(x); i++ {
		x[i] *= a
	}
}
