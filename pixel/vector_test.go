package pixel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestVectorRowsEqualPortable also checks that nothing is written beside a row.
// What scaleColumns writes is pinned by TestResizePinned, with and without
// vector code.
func TestVectorRowsEqualPortable(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	packed := 0
	for range 2000 {
		n, m := 1+r.IntN(300), 1+r.IntN(300)
		f := newFilter(n, m)
		f.pack()
		if f.packed == nil {
			continue
		}
		packed++
		src := make([]byte, 4*n)
		for i := range src {
			src[i] = uint8(r.Uint32()) | uint8(-(r.Uint32() & 1)) // often white
		}
		vector, portable := make([]uint16, 4*m+4), make([]uint16, 4*m+4)
		f.scaleRow(vector[:4*m], src)
		f.packed = nil
		f.scaleRow(portable[:4*m], src)
		for i := 3; i < 4*m; i += 4 {
			vector[i] = 0 // of no meaning
		}
		if !slices.Equal(vector, portable) {
			t.Fatalf("%d to %d pixels: vector code gives other values", n, m)
		}
	}
	t.Logf("%d of 2000 filters have vector code", packed)
}
