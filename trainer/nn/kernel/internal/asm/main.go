// Command asm writes the assembly of package kernel; see the go:generate line
// there. It must agree with the fields of kernel's type tile.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/buildtags"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	Constraint(buildtags.Not("purego"))
	tile("tile6x16AVX2", "computes 6 rows by 16 columns.", 6, 2, 32, func() reg.VecVirtual { return YMM() })
	tile("tile8x16AVX512", "computes 8 rows by 16 columns.", 8, 1, 64, func() reg.VecVirtual { return ZMM() })
	tile("tile8x32AVX512", "computes 8 rows by 32 columns.", 8, 2, 64, func() reg.VecVirtual { return ZMM() })
	sums()
	maps()
	product()
	winograd()
	updates()
	Generate()
}
