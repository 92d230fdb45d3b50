package kernel

// The functions of this file walk a [pixels][channels] array once. sum-like
// results are per channel: four interleaved chains over the pixels (pixel p goes
// to chain p%4), added as (0+1)+(2+3). Products are rounded before they are
// added: nothing here is fused.

// Sum sets sum[c] to the sum over pixels of x[p][c], with len(sum) channels.
func Sum(sum, x []float32) { channelSum(best(), sum, x) }

// SumSquares sets sum[c] to the sum over pixels of (x[p][c]-mean[c])^2.
func SumSquares(sum, x, mean []float32) { channelSumSquares(best(), sum, x, mean) }

// SumProducts sets sum[c] to the sum over pixels of g[p][c]*(x[p][c]-mean[c]).
func SumProducts(sum, g, x, mean []float32) { channelSumProducts(best(), sum, g, x, mean) }

// Affine sets y[p][c] = x[p][c]*scale[c] + shift[c], or the positive part of
// that if relu is set.
func Affine(y, x, scale, shift []float32, relu bool) { channelAffine(best(), y, x, scale, shift, relu) }

// AffineAdd sets y[p][c] to the positive part of x[p][c]*scale[c] + shift[c] + skip[p][c].
func AffineAdd(y, x, skip, scale, shift []float32) {
	channelAffineAdd(best(), y, x, skip, scale, shift)
}

// Combine sets y[p][c] = g[p][c]*a[c] + (x[p][c]-mean[c])*b[c] + d[c], the
// input gradient of a batch normalisation.
func Combine(y, g, x, mean, a, b, d []float32) { channelCombine(best(), y, g, x, mean, a, b, d) }

// Add sets dst[i] = x[i] + y[i].
func Add(dst, x, y []float32) { add(best(), dst, x, y) }

// Gate sets dst[i] to g[i] where y[i] > 0 and to zero elsewhere, the gradient of
// a rectifier with output y.
func Gate(dst, g, y []float32) { gate(best(), dst, g, y) }

// MaxPixels sets y[p][c] to x[p*step+c] where that is larger. y is
// [pixels][channels].
func MaxPixels(y, x []float32, channels, step int) { maxPixels(best(), y, x, channels, step) }

// RouteMax adds left[p][c] to dx[p*step+c] and clears it, where x[p*step+c] =
// y[p][c]. Called for each x of a maximum y in turn, it gives the gradient left to
// the first that equals it. left and y are [pixels][channels]; dx has no -0.
func RouteMax(dx, left, x, y []float32, channels, step int) {
	routeMax(best(), dx, left, x, y, channels, step)
}
