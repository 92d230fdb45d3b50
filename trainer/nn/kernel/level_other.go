//go:build !amd64 || purego

package kernel

func best() level { return portable }

// exec is never reached: only assembly levels call it.
func (t *tile) exec(level, int) {}

// The vector functions return how many leading channels (or elements) they did.

func vectorSum(level, []float32, []float32) int                                { return 0 }
func vectorSumSquares(level, []float32, []float32, []float32) int              { return 0 }
func vectorSumProducts(level, []float32, []float32, []float32, []float32) int  { return 0 }
func vectorAffine(level, []float32, []float32, []float32, []float32, bool) int { return 0 }
func vectorAdd(level, []float32, []float32, []float32) int                     { return 0 }
func vectorGate(level, []float32, []float32, []float32) int                    { return 0 }
func vectorAffineAdd(level, []float32, []float32, []float32, []float32, []float32) int {
	return 0
}
func vectorCombine(level, []float32, []float32, []float32, []float32, []float32, []float32, []float32) int {
	return 0
}
func vectorMaxPixels(level, []float32, []float32, int, int) int { return 0 }
func vectorRouteMax(level, []float32, []float32, []float32, []float32, int, int) int {
	return 0
}

// vectorProducts is never reached, as exec.
func vectorProducts(level, []float32, []float32, []float32, Matrices, bool) {}

func (t transform) vectors(level, []float32, []float32, Square, Square, int, *epilogue) int { return 0 }

func border(level, []float32, []float32, []float32, [2]int, [2]int, Square, Square) int { return 0 }

func (a *AdamW) vectors(level, []float32, []float32, []float32, []float32) int { return 0 }
func vectorSquareSum(level, *[Lanes]float64, []float32) int                    { return 0 }
func vectorScale(level, []float32, float32) int                                { return 0 }
