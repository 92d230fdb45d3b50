// Package rng derives named, independent random streams from one seed.
//
// A Key is an immutable name for a stream: it grows by With, as a path grows by
// its elements, and two different paths give unrelated streams. Because a
// stream is found by name and never shared, the number of workers, the order of
// work, a resumed run or an added step cannot change what any other step draws.
//
// Keys are SHA-256 chains and streams are PCG-DXSM generators (math/rand/v2),
// so the same path gives the same numbers on every machine. The first values
// are pinned by a test.
package rng

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Key names a random stream. The zero Key is valid and equals no New(seed).
type Key struct{ sum [sha256.Size]byte }

// New returns the root key of a seed.
func New(seed uint64) Key {
	var b [8 + len(domain)]byte
	copy(b[:], domain)
	binary.LittleEndian.PutUint64(b[len(domain):], seed)
	return Key{sha256.Sum256(b[:])}
}

const domain = "gesturekit/rng/1"

// With returns the key one step below k. Names of any content and length are
// distinct: k.With("a").With("b") differs from k.With("ab").
func (k Key) With(name string) Key {
	var stack [128]byte
	b := append(stack[:0], k.sum[:]...)
	b = append(b, 's')
	b = append(b, name...)
	return Key{sha256.Sum256(b)}
}

// WithInt is With for a number: an epoch, a copy, a position.
func (k Key) WithInt(i int) Key {
	var b [sha256.Size + 1 + 8]byte
	copy(b[:], k.sum[:])
	b[sha256.Size] = 'i'
	binary.LittleEndian.PutUint64(b[sha256.Size+1:], uint64(i))
	return Key{sha256.Sum256(b[:])}
}

// Uint64 returns the key's own 64-bit value, for ranking and for choosing
// without a stream. Equal keys give equal values.
func (k Key) Uint64() uint64 { return binary.LittleEndian.Uint64(k.sum[16:]) }

// Unit returns the key's own value in [0, 1), a multiple of 2^-53.
func (k Key) Unit() float64 { return float64(k.Uint64()>>11) / (1 << 53) }

// Rand returns a new generator at the start of the key's stream. Draw only
// integers and uniform floats from it: NormFloat64 and ExpFloat64 call
// math.Exp and math.Log, whose last bits differ between architectures.
func (k Key) Rand() *rand.Rand {
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(k.sum[:]), binary.LittleEndian.Uint64(k.sum[8:])))
}
