package quality

import (
	"encoding/hex"
	"fmt"
	"image"
	"math"
	"math/bits"
	"slices"
	"sync"

	"github.com/gesturekit/gesturekit/pixel"
)

// Hash is the perceptual hash of a picture: 64 bits that stay mostly the same
// when it is recompressed, resized or exposed otherwise. A bit says whether a
// coefficient of low frequency of the 32 x 32 pixels' discrete cosine transform
// lies above the median (Zauner, Implementation and benchmarking of perceptual
// image hash functions, 2010; pHash, and phash of Python's imagehash).
type Hash uint64

// Distance is the number of bits in which two hashes differ, 0..64.
func (h Hash) Distance(o Hash) int { return bits.OnesCount64(uint64(h ^ o)) }

// String returns 16 hexadecimal digits.
func (h Hash) String() string { return fmt.Sprintf("%016x", uint64(h)) }

// ParseHash reads what String wrote.
func ParseHash(s string) (Hash, error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 8 {
		return 0, fmt.Errorf("hash %q: want 16 hexadecimal digits", s)
	}
	var h Hash
	for _, v := range b {
		h = h<<8 | Hash(v)
	}
	return h, nil
}

const (
	hashSide = 32 // of the picture that is transformed, pixels
	hashLow  = 8  // frequencies kept in each direction
)

// cosines returns those of the transform, [frequency][place], in 1/4096.
var cosines = sync.OnceValue(func() *[hashLow][hashSide]int {
	var c [hashLow][hashSide]int
	for u := range c {
		for x := range c[u] {
			c[u][x] = int(math.Round(4096 * math.Cos(math.Pi*float64(u*(2*x+1))/(2*hashSide))))
		}
	}
	return &c
})

func hash(img *image.RGBA) Hash {
	grey := luminance(pixel.Resize(img, hashSide, hashSide))
	cos := cosines()
	var rows [hashSide][hashLow]int
	for y := range rows {
		for u := range hashLow {
			sum := 0
			for x, v := range grey[y*hashSide:][:hashSide] {
				sum += int(v) * cos[u][x]
			}
			rows[y][u] = sum
		}
	}
	var low [hashLow * hashLow]int
	for v := range hashLow {
		for u := range hashLow {
			for y := range rows {
				low[v*hashLow+u] += rows[y][u] * cos[v][y]
			}
		}
	}
	sorted := low
	slices.Sort(sorted[:])
	median := (sorted[31] + sorted[32]) / 2
	var h Hash
	for _, c := range low {
		h <<= 1
		if c > median {
			h |= 1
		}
	}
	return h
}
