package trainer

// Balance says how the weight of an image depends on how many training images n
// its label has. All unknown images have the label na.
type Balance string

// The balances. Weights are scaled so that their mean over the training images
// is 1.
const (
	NoBalance Balance = "none"    // all images count alike
	Inverse   Balance = "inverse" // 1/n: all labels count alike
	// Effective is (1-b)/(1-bⁿ) with b = 0.999: the inverse of the effective
	// number of samples (Cui et al. 2019), between the other two.
	Effective Balance = "effective"
)

func (b Balance) valid() bool { return b == NoBalance || b == Inverse || b == Effective }

const effectiveBase = 0.999

// weights returns the weight of an image by its label, given the labels of all
// training images, each in 0..count-1. A label without an image has weight 0.
func (b Balance) weights(labels []int, count int) []float32 {
	n := make([]int, count)
	for _, l := range labels {
		n[l]++
	}
	raw, sum := make([]float64, count), 0.0
	for l, n := range n {
		if n == 0 {
			continue
		}
		raw[l] = 1
		switch b {
		case Inverse:
			raw[l] = 1 / float64(n)
		case Effective:
			raw[l] = (1 - effectiveBase) / (1 - power(effectiveBase, n))
		}
		sum += float64(raw[l] * float64(n))
	}
	out := make([]float32, count)
	for l := range out {
		out[l] = float32(float64(raw[l]*float64(len(labels))) / sum)
	}
	return out
}

// power returns xⁿ for n >= 0, the same bits on every machine.
func power(x float64, n int) float64 {
	out := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			out = float64(out * x)
		}
		x = float64(x * x)
	}
	return out
}
