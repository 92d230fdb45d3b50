package nn

import "math"

// exp returns e^x within 1 ulp of the true value, with the same bits on every
// machine. It reduces x to k*ln2 + r, |r| <= ln2/2, and sums the Taylor series
// of e^r, whose first term left out is below 2^-58.
func exp(x float64) float64 {
	const (
		log2e = 1.44269504088896338700e+00
		ln2Hi = 6.93147180369123816490e-01
		ln2Lo = 1.90821492927058770002e-10
	)
	switch {
	case x != x || x > 709.78:
		return x * math.Inf(1)
	case x < -745.2:
		return 0
	}
	k := math.Floor(float64(x*log2e) + 0.5)
	hi, lo := x-float64(k*ln2Hi), float64(k*ln2Lo)
	r := hi - lo
	tail := (hi - r) - lo
	sum := 1 / 87178291200.0 // 1/14!
	for _, c := range [...]float64{1. / 6227020800, 1. / 479001600, 1. / 39916800, 1. / 3628800, 1. / 362880,
		1. / 40320, 1. / 5040, 1. / 720, 1. / 120, 1. / 24, 1. / 6, 1. / 2} {
		sum = float64(sum*r) + c
	}
	sum = float64(float64(sum*r)*r) + tail
	return math.Ldexp(1+(r+sum), int(k))
}

// log returns the natural logarithm of x within 1 ulp for normal x > 0, with the
// same bits on every machine. The algorithm and constants are those of FreeBSD's
// e_log.c.
func log(x float64) float64 {
	const (
		ln2Hi = 6.93147180369123816490e-01
		ln2Lo = 1.90821492927058770002e-10
	)
	f, exponent := math.Frexp(x)
	if f < math.Sqrt2/2 {
		f *= 2
		exponent--
	}
	f--
	k := float64(exponent)
	s := f / (2 + f)
	s2 := float64(s * s)
	s4 := float64(s2 * s2)
	odd := s2 * horner(s4, 1.479819860511658591e-01, 1.818357216161805012e-01, 2.857142874366239149e-01, 6.666666666666735130e-01)
	even := s4 * horner(s4, 1.531383769920937332e-01, 2.222219843214978396e-01, 3.999999999940941908e-01)
	half := float64(0.5 * float64(f*f))
	return float64(k*ln2Hi) - ((half - (float64(s*(half+(float64(odd)+float64(even)))) + float64(k*ln2Lo))) - f)
}

// horner evaluates a polynomial, highest coefficient first.
func horner(x float64, coefficients ...float64) float64 {
	sum := 0.0
	for _, c := range coefficients {
		sum = float64(sum*x) + c
	}
	return sum
}

// log1p returns log(1+x) for 0 <= x <= 1 within a few ulp, by Kahan's correction
// of the rounding of 1+x.
func log1p(x float64) float64 {
	u := 1 + x
	if u == 1 {
		return x
	}
	return float64(log(u)*x) / (u - 1)
}

// sigmoid returns 1/(1+e^-x) without overflow.
func sigmoid(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + exp(-x))
	}
	e := exp(x)
	return e / (1 + e)
}

// Sigmoid returns 1/(1+e^-x), computed in float64 and rounded to float32, with
// the same bits on every machine.
func Sigmoid(x float32) float32 { return float32(sigmoid(float64(x))) }

// Softmax sets dst[i] to e^logits[i] / sum of e^logits[j], computed in float64
// relative to the largest logit and rounded to float32, with the same bits on
// every machine. dst must be at least as long as logits and may be logits.
func Softmax(dst, logits []float32) {
	if len(logits) == 0 {
		return
	}
	top, sum := logSumExp(logits)
	for i, x := range logits {
		dst[i] = float32(exp(float64(x)-top) / sum)
	}
}

// logSumExp returns the largest logit and the sum of e^(logit-largest), so that
// log(sum e^logit) = top + log(sum).
func logSumExp(logits []float32) (top, sum float64) {
	top = float64(logits[0])
	for _, x := range logits {
		top = max(top, float64(x))
	}
	for _, x := range logits {
		sum += exp(float64(x) - top)
	}
	return top, sum
}

// LogSumExp returns log(sum of e^logit) of at least one logit.
func LogSumExp(logits []float32) float64 {
	top, sum := logSumExp(logits)
	return top + log(sum)
}

// Softplus returns log(1+e^x) without overflow.
func Softplus(x float32) float64 {
	v := float64(x)
	return max(v, 0) + log1p(exp(-max(v, -v)))
}

// Log returns the natural logarithm of a normal x above 0 within 1 ulp, with the
// same bits on every machine.
func Log(x float64) float64 { return log(x) }
