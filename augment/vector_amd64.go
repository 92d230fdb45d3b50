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
