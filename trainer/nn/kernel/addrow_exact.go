//go:build !(arm64 || ppc64le || riscv64 || s390x)

package kernel

// addRow adds x times row to acc, each sum rounded once. The body is FMA, which
// is too large for the compiler to inline.
func addRow(acc []float32, x float32, row []float32) {
	acc = acc[:len(row)]
	wide := float64(x)
	for j, y := range row {
		sum := wide*float64(y) + float64(acc[j])
		if !settled(sum) {
			sum = float64(roundOnce(x, y, acc[j]))
		}
		acc[j] = float32(sum)
	}
}

// fuse returns x*y + z rounded once.
func fuse(x, y, z float32) float32 { return FMA(x, y, z) }
