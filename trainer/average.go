package trainer

// average is an exponential moving average of a model: its parameters and
// running statistics. After step t, counted from 1, with d = min(decay, t/(t+9)),
//
//	a ← a + (1-d)·(w - a)
//
// The decay rises with the steps so that the weights of the beginning, which
// are random, are soon forgotten.
type average struct {
	decay float64
	model []tensor    // by reference
	data  [][]float32 // the average, in the order of model
}

// newAverage returns an average that begins as the model is. With a decay of 0
// it is nil, whose methods do nothing.
func newAverage(decay float64, model []tensor) *average {
	if decay == 0 {
		return nil
	}
	a := &average{decay: decay, model: model}
	for _, t := range model {
		a.data = append(a.data, append([]float32(nil), t.data...))
	}
	return a
}

// step takes in the model after step t.
func (a *average) step(t int) {
	if a == nil {
		return
	}
	by := float32(1 - min(a.decay, float64(t)/float64(t+9)))
	for i, t := range a.model {
		mean := a.data[i][:len(t.data)]
		for j, w := range t.data {
			mean[j] += float32(by * (w - mean[j]))
		}
	}
}

// swap exchanges the model's numbers and the average's.
func (a *average) swap() {
	if a == nil {
		return
	}
	for i, t := range a.model {
		for j, w := range t.data {
			t.data[j], a.data[i][j] = a.data[i][j], w
		}
	}
}

// tensors returns the average's numbers, by reference.
func (a *average) tensors() []tensor {
	if a == nil {
		return nil
	}
	var out []tensor
	for i, t := range a.model {
		out = append(out, tensor{"average/" + t.name, t.shape, a.data[i]})
	}
	return out
}
