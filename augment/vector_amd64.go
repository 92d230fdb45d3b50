//go:build amd64 && !purego

package augment

import (
	"image"
	"unsafe"

	"golang.org/x/sys/cpu"
)

// hasVector reports whether there is vector code for this processor. It never
// changes a result.
func hasVector() bool { return cpu.X86.HasAVX2 }

// run writes groups of pixels to p and returns how many it left.
func (l *lanes) run(p *byte, first, groups int, edge bool) int {
	self := (*byte)(unsafe.Pointer(l))
	if edge {
		return edgeAVX2(self, p, first, groups)
	}
	return insideAVX2(self, p, first, groups)
}

// vector is apply for whole groups; it returns how many pixels it replaced.
func (t *table) vector(row []byte) int {
	n := len(row) / (4 * group)
	if n > 0 {
		toneAVX2((*byte)(unsafe.Pointer(t)), &row[0], n)
	}
	return n * group
}

// cubicVector writes pixels from 4 by 4 of src at the offsets, which lie inside.
func cubicVector(dst []byte, src *image.RGBA, at []int, part []uint32, t *cubicTable) {
	_ = dst[4*len(at)-1]
	cubicAVX2(&dst[0], &src.Pix[0], src.Stride, &at[0], &part[0], (*byte)(unsafe.Pointer(t)), len(at))
}

// sumVector writes a row; the first pixel's word is words[0]. What is summed
// reaches back and ahead in the same array; words extends a group beyond the row.
func sumVector(row []byte, words []uint64, taps []twoTaps) {
	groups := len(row) / (4 * group)
	if groups > 0 {
		stencilAVX2(&row[0], &words[0], (*byte)(unsafe.Pointer(&taps[0])), len(taps), groups)
	}
	if done := groups * 4 * group; done < len(row) {
		var few [4 * group]byte
		stencilAVX2(&few[0], &words[groups*group], (*byte)(unsafe.Pointer(&taps[0])), len(taps), 1)
		copy(row[done:], few[:])
	}
}

// spreadVector writes whole groups of four pixels and returns how many.
func spreadVector(words []uint64, row []byte) int {
	n := len(words) / 4
	if n > 0 {
		_ = row[16*n-1]
		spreadAVX2(&words[0], &row[0], n)
	}
	return 4 * n
}
