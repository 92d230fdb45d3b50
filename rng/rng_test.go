package rng_test

import (
	"math/rand/v2"
	"testing"

	"github.com/gesturekit/gesturekit/rng"
)

func TestFirstValuesArePinned(t *testing.T) {
	key := rng.New(1).With("split").With("person-07").WithInt(3)
	r := key.Rand()
	got := [4]uint64{key.Uint64(), r.Uint64(), r.Uint64(), uint64(r.IntN(1000))}
	want := [4]uint64{13087365889404987461, 14787605783779455245, 11345233088575813070, 557}
	if got != want {
		t.Errorf("stream moved: got %d, want %d; every dataset made so far would change", got, want)
	}
}

func TestPathsAreDistinct(t *testing.T) {
	root := rng.New(7)
	seen := map[uint64]string{}
	for name, k := range map[string]rng.Key{
		"zero": {}, "root": root, "other seed": rng.New(8),
		"a/b": root.With("a").With("b"), "ab": root.With("ab"), "b/a": root.With("b").With("a"),
		"1": root.With("1"), "int 1": root.WithInt(1), "int -1": root.WithInt(-1), "empty": root.With(""),
		"long": root.With(string(make([]byte, 300))),
	} {
		if other, ok := seen[k.Uint64()]; ok {
			t.Errorf("%s and %s are one stream", name, other)
		}
		seen[k.Uint64()] = name
	}
}

func TestUnitIsInRangeAndSpread(t *testing.T) {
	root, sum := rng.New(3), 0.0
	const n = 4000
	for i := range n {
		u := root.WithInt(i).Unit()
		if u < 0 || u >= 1 {
			t.Fatalf("Unit() = %v", u)
		}
		sum += u
	}
	if mean := sum / n; mean < 0.47 || mean > 0.53 {
		t.Errorf("mean of %d units = %v, want about 0.5", n, mean)
	}
}

func TestRandStartsAfresh(t *testing.T) {
	k := rng.New(5)
	a, b := k.Rand(), k.Rand()
	a.Uint64()
	if got, want := b.Uint64(), rand.New(k.Rand()).Uint64(); got != want {
		t.Errorf("a second generator of one key starts at %d, want %d", got, want)
	}
}

func BenchmarkWith(b *testing.B) {
	k := rng.New(1)
	b.ReportAllocs()
	for b.Loop() {
		k = k.With("a-sample-name-of-usual-length-0123")
	}
}
