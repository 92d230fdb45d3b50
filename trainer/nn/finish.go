package nn

import (
	"github.com/gesturekit/gesturekit/trainer/nn/kernel"
)

// finish is what follows a convolution in evaluation, before its output leaves
// the cache: a bias, an image tensor to add, a rectifier.
type finish struct{ bias, skip, relu bool }

// apply finishes pixels of y in place, from pixel on. more are the bias and skip.
func (e finish) apply(y []float32, from int, ones []float32, more [][]float32) {
	switch {
	case e.skip:
		kernel.AffineAdd(y, y, more[1][from*len(ones):][:len(y)], ones, more[0])
	case e.bias:
		kernel.Affine(y, y, ones, more[0], e.relu)
	}
}
