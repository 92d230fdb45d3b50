//go:build amd64 && !purego

package pixel

import (
	"slices"

	"golang.org/x/sys/cpu"
)

// pack prepares the filter for scaleVector, if there is vector code for it. It
// never changes a result.
func (f *filter) pack() {
	if !cpu.X86.HasAVX2 || f.taps%2 != 0 || f.taps > 256 || slices.Contains(f.weight, one) {
		return
	}
	f.packed = make([]uint16, len(f.weight))
	for i, w := range f.weight {
		f.packed[i] = uint16(w) ^ 1<<15
	}
}

// scaleVector is scaleRow if the filter is packed.
func (f *filter) scaleVector(dst []uint16, src []byte) bool {
	if f.packed == nil {
		return false
	}
	rowAVX2(&dst[0], &src[0], &f.first[0], &f.packed[0], f.taps/2, len(f.first))
	return true
}

// scaleColumnsVector is scaleColumns for whole groups of pixels; it returns how
// many bytes it wrote.
func scaleColumnsVector(dst []byte, fine []uint16, weight []uint32) int {
	const group = 32
	groups := len(dst) / group
	if groups == 0 || !cpu.X86.HasAVX2 {
		return 0
	}
	columnsAVX2(&dst[0], &fine[0], &weight[0], len(weight), 2*len(dst), groups)
	if left := len(dst) % group; left > 0 {
		at := len(dst) - group
		columnsAVX2(&dst[at], &fine[at], &weight[0], len(weight), 2*len(dst), 1)
	}
	return len(dst)
}
