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
	tile("tile6x16AVX2", "computes 6 rows by 16 columns.", 6, 2, 32, ymm)
	tile("tile8x16AVX512", "computes 8 rows by 16 columns.", 8, 1, 64, zmm)
	tile("tile8x32AVX512", "computes 8 rows by 32 columns.", 8, 2, 64, zmm)
	sums()
	maps()
	pools()
	for _, p := range []product{
		{name: "product16AVX2", most: 6, vectors: 2, vector: ymm},
		{name: "product16AVX512", most: 14, vectors: 1, vector: zmm},
		{name: "product32AVX512", most: 14, vectors: 2, vector: zmm},
	} {
		p.write()
	}
	winograd()
	updates()
	Generate()
}

func ymm() reg.VecVirtual { return YMM() }
func zmm() reg.VecVirtual { return ZMM() }
