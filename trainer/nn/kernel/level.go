package kernel

// level is a set of micro-kernels, in order of preference.
type level int

const (
	portable level = iota // portable Go
	avx2                  // AVX2 and FMA: 6 rows by 16 columns
	avx512                // AVX-512F: 8 rows by 32 or 16 columns
)

// Name returns the name of the kernels in use: "portable", "avx2" or "avx512".
// It never changes a result.
func Name() string { return [...]string{"portable", "avx2", "avx512"}[best()] }

// rows is the number of output rows of one tile.
func (lv level) rows() int {
	if lv == avx2 {
		return 6
	}
	return maxRows
}

// width is the number of columns of the next tile when cols are left.
func (lv level) width(cols int) int {
	if cols >= 2*Lanes && lv == avx512 {
		return 2 * Lanes
	}
	return min(cols, Lanes)
}
