// Package neardup finds images of one photograph: turned, mirrored, moved,
// zoomed, cropped, or of another exposure. docs/audit.md says how, and how well.
//
// Sums are integers, or floats rounded one by one, so that the same images have
// the same matches on any machine.
package neardup

import (
	"cmp"
	"context"
	"image"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/gesturekit/gesturekit/pipeline"
)

// candidates is how many images with the most similar signatures an image is
// laid over, and largest the most images of a cluster of near-duplicates whose
// pairs are all compared.
const (
	candidates = 40
	largest    = 64
)

// Image is what an image is recognised by, and how it stands to others.
type Image struct {
	Group   int  // images of one group are not compared
	Settled bool // nor are settled ones with one another
	signature
	grey []uint8
}

// New looks at an image.
func New(img *image.RGBA) Image {
	small := shrink(img)
	g := grey(small)
	return Image{signature: newSignature(small, g), grey: g}
}

// Flat tells that an image has too little contrast to be recognised by.
func (i Image) Flat() bool { return contrast2(i.grey) < minContrast*minContrast }

// Match is two images, by index, the first one below the second, of one
// photograph.
type Match struct {
	A, B       int
	Similarity float32 // correlation of grey levels, up to 1
}

// Search returns the matches with a similarity of the threshold or more, in
// order. The number of workers plays no part in what they are. report is told
// how far the search is.
func Search(ctx context.Context, all []Image, threshold float32, workers int, report func(done, total int)) ([]Match, error) {
	at := make([]int, len(all))
	for i := range at {
		at[i] = i
	}
	packed := shelves(all)
	var done atomic.Int64
	near, err := pipeline.Each(ctx, workers, at, func(_ context.Context, i int) ([]int, error) {
		report(int(done.Add(1)), 2*len(all))
		if all[i].Settled {
			return nil, nil
		}
		return candidatesOf(all, packed, i), nil
	})
	if err != nil {
		return nil, err
	}
	seen := map[[2]int]bool{}
	rest := make([][]int, len(all)) // of each image, the later ones to compare it with
	add := func(i, j int) {
		pair := [2]int{min(i, j), max(i, j)}
		if !seen[pair] && all[i].Group != all[j].Group && !(all[i].Settled && all[j].Settled) {
			seen[pair] = true
			rest[pair[0]] = append(rest[pair[0]], pair[1])
		}
	}
	for i := range near {
		for _, j := range near[i] {
			add(i, j)
		}
	}
	found, err := compare(ctx, all, rest, threshold, workers, func() { report(int(done.Add(1)), 2*len(all)) })
	if err != nil {
		return nil, err
	}
	clear(rest)
	for _, c := range clusters(len(all), found) {
		for k, i := range c[:min(len(c), largest)] {
			for _, j := range c[:k] {
				add(i, j)
			}
		}
	}
	more, err := compare(ctx, all, rest, threshold, workers, func() {})
	if err != nil {
		return nil, err
	}
	found = append(found, more...)
	slices.SortFunc(found, func(x, y Match) int { return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B)) })
	return found, nil
}

// candidatesOf returns the images of other groups with the most similar
// signatures.
func candidatesOf(all []Image, packed []shelf, i int) []int {
	type ranked struct {
		dot   uint16
		image int
	}
	var best []ranked // the least similar first
	for h := range packed {
		for k, d := range packed[h].dots(&all[i].signature) {
			j := 4*h + k
			full := len(best) == candidates
			if full && d <= best[0].dot || j >= len(all) || all[j].Group == all[i].Group {
				continue
			}
			if full {
				best = best[:copy(best, best[1:])]
			}
			at, _ := slices.BinarySearchFunc(best, d, func(r ranked, d uint16) int { return int(r.dot) - int(d) })
			best = slices.Insert(best, at, ranked{d, j})
		}
	}
	out := make([]int, len(best))
	for k, r := range best {
		out[k] = r.image
	}
	return out
}

// compare lays each image over those listed for it.
func compare(ctx context.Context, all []Image, with [][]int, threshold float32, workers int, done func()) ([]Match, error) {
	at := make([]int, len(all))
	for i := range at {
		at[i] = i
	}
	pool := sync.Pool{New: func() any { return newAligner() }}
	found, err := pipeline.Each(ctx, workers, at, func(_ context.Context, i int) (out []Match, _ error) {
		defer done()
		if len(with[i]) == 0 {
			return nil, nil
		}
		w := pool.Get().(*aligner)
		defer pool.Put(w)
		var a, b scene
		a.set(all[i].grey)
		plates := newPlates(&a)
		for _, j := range with[i] {
			b.set(all[j].grey)
			r := w.similarity(plates, &b)
			if r >= promise && r < threshold { // an alignment may succeed the other way round
				r = max(r, w.similarity(newPlates(&b), &a))
			}
			if r >= threshold {
				out = append(out, Match{i, j, r})
			}
		}
		return out, nil
	})
	return slices.Concat(found...), err
}

// promise is the correlation from which both ways are tried.
const promise = 0.8

// clusters returns the images that matches link, three or more, in order.
func clusters(n int, matches []Match) [][]int {
	above := make([]int, n)
	for i := range above {
		above[i] = i
	}
	top := func(i int) int {
		for above[i] != i {
			above[i] = above[above[i]]
			i = above[i]
		}
		return i
	}
	for _, m := range matches {
		a, b := top(m.A), top(m.B)
		above[max(a, b)] = min(a, b)
	}
	members := make([][]int, n)
	for i := range n {
		members[top(i)] = append(members[top(i)], i)
	}
	return slices.DeleteFunc(members, func(c []int) bool { return len(c) < 3 })
}
