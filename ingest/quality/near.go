package quality

import (
	"cmp"
	"image"
	"iter"
	"math"
	"slices"

	"github.com/gesturekit/gesturekit/pixel"
)

// near is the distance up to which pictures are taken for candidates of being
// nearly the same. Two hashes that differ in fewer bits than there are bands
// agree in at least one band, so only pictures that share one are compared.
const (
	near     = 6
	bands    = near + 1
	bandBits = 64 / bands
)

// most bounds the candidates of one picture.
const most = 32

// Candidates yields for each hash the earlier ones at a distance of at most 6,
// the nearest first and of those the earliest, 32 at most; the list is good until
// the next one. Where skip says so, a picture has and is none.
func Candidates(hashes []Hash, skip func(i int) bool) iter.Seq2[int, []int] {
	return func(yield func(int, []int) bool) {
		var buckets [bands][1 << bandBits][]int32
		list := make([]int, 0, most)
		for i, h := range hashes {
			list = list[:0]
			if !skip(i) {
				for b := range buckets {
					bucket := &buckets[b][int(h>>(b*bandBits))&(1<<bandBits-1)]
					for _, j := range *bucket {
						if h.Distance(hashes[j]) <= near {
							list = add(list, hashes, i, int(j))
						}
					}
					*bucket = append(*bucket, int32(i))
				}
			}
			if !yield(i, list) {
				return
			}
		}
	}
}

// add puts j among the candidates of i.
func add(list []int, hashes []Hash, i, j int) []int {
	at, there := slices.BinarySearchFunc(list, j, func(a, b int) int {
		return cmp.Or(hashes[i].Distance(hashes[a])-hashes[i].Distance(hashes[b]), a-b)
	})
	if there || at == most {
		return list
	}
	return slices.Insert(list[:min(len(list), most-1)], at, j)
}

// Thumb is the luminance of a picture in 32 x 32 pixels.
type Thumb [hashSide * hashSide]uint8

// NewThumb returns that of an opaque picture.
func NewThumb(img *image.RGBA) (t Thumb) {
	copy(t[:], luminance(pixel.Resize(img, hashSide, hashSide)))
	return t
}

// Similarity is Pearson's correlation of two pictures in thousandths, rounded
// down, -1000..1000; 0 where one of them has no contrast. Exposure has no say in
// it, and of shift, turn and crop only little is tolerated.
func (t *Thumb) Similarity(o *Thumb) int {
	var a, b, aa, bb, ab int
	for i := range t {
		x, y := int(t[i]), int(o[i])
		a += x
		b += y
		aa += x * x
		bb += y * y
		ab += x * y
	}
	n := len(t)
	va, vb := n*aa-a*a, n*bb-b*b
	if va == 0 || vb == 0 {
		return 0
	}
	if va == vb && n*ab-a*b == va {
		return 1000
	}
	r := 1000 * float64(n*ab-a*b) / float64(math.Sqrt(float64(va))*math.Sqrt(float64(vb)))
	return int(math.Floor(r))
}
