//go:build arm64 || ppc64le || riscv64 || s390x

package kernel

// addRow adds x times row to acc, each sum rounded once. On these processors
// the compiler turns the expression into one fused instruction, which the
// language allows and does not promise: a test compares it with FMA.
func addRow(acc []float32, x float32, row []float32) {
	acc = acc[:len(row)]
	for j, y := range row {
		acc[j] = x*y + acc[j]
	}
}

// fuse returns x*y + z rounded once.
func fuse(x, y, z float32) float32 { return x*y + z }
