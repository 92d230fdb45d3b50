//go:build amd64 && !purego

package augment

import (
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
