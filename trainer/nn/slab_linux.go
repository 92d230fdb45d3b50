package nn

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// slab returns n zeros, of 2 MiB or more in large pages where the kernel has any:
// with the usual ones of 4 KiB the processor's tables of pages cover but a part of
// what a training step touches.
func slab(n int) []float32 {
	const page = 2 << 20
	if 4*n < page {
		return make([]float32, n)
	}
	pages := (4*n + page - 1) / page
	memory := make([]byte, (pages+1)*page)
	skip := -uintptr(unsafe.Pointer(&memory[0])) % page
	memory = memory[skip:][:pages*page]
	_ = unix.Madvise(memory, unix.MADV_HUGEPAGE) // without them it is slower, and that is all
	return unsafe.Slice((*float32)(unsafe.Pointer(&memory[0])), n)
}
