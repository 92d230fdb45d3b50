package audit

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
)

// candidates is how many images with the most similar signatures an image is
// laid over, and largest the most images of a cluster of near-duplicates whose
// pairs are all compared.
const (
	candidates = 40
	largest    = 64
)

// print is what an image is recognised by.
type print struct {
	sample int // index in the manifest
	group  int
	signature
	grey []uint8
}

// match is two images, by index, of one photograph.
type match struct {
	a, b int
	r    float32
}

// near finds the images of one photograph among those of different groups: of
// each image the candidates by signature, laid over one another. Images without
// contrast are not compared, nor augmented ones with a parent, which are as
// near to others as the parent is.
func (o Options) near(ctx context.Context, m dataset.Manifest, looks []look, env pipeline.Env) ([]Finding, error) {
	matches, err := search(ctx, prints(m, looks), float32(o.Threshold), env)
	if err != nil {
		return nil, err
	}
	var out []Finding
	for _, x := range matches {
		f := o.pair(Near, &m.Samples[x.a], &m.Samples[x.b])
		f.Similarity = math.Round(float64(x.r)*1000) / 1000
		out = append(out, f)
	}
	return out, nil
}

func prints(m dataset.Manifest, looks []look) []print {
	groups := map[string]int{}
	var out []print
	for i := range m.Samples {
		s := &m.Samples[i]
		if s.Parent != "" || looks[i].grey == nil || contrast2(looks[i].grey) < minContrast*minContrast {
			continue
		}
		g, ok := groups[s.Group]
		if !ok {
			g = len(groups)
			groups[s.Group] = g
		}
		out = append(out, print{sample: i, group: g, signature: looks[i].signature, grey: looks[i].grey})
	}
	return out
}

// search returns the matches with a correlation of the threshold or more,
// in order.
func search(ctx context.Context, all []print, threshold float32, env pipeline.Env) ([]match, error) {
	at := make([]int, len(all))
	for i := range at {
		at[i] = i
	}
	packed := shelves(all)
	var done atomic.Int64
	near, err := pipeline.Each(ctx, env.Workers, at, func(_ context.Context, i int) ([]int, error) {
		env.Report(int(done.Add(1)), 2*len(all), "comparisons")
		return candidatesOf(all, packed, i), nil
	})
	if err != nil {
		return nil, err
	}
	seen := map[[2]int]bool{}
	rest := make([][]int, len(all)) // of each image, the later ones to compare it with
	add := func(i, j int) {
		pair := [2]int{min(i, j), max(i, j)}
		if !seen[pair] && all[i].group != all[j].group {
			seen[pair] = true
			rest[pair[0]] = append(rest[pair[0]], pair[1])
		}
	}
	for i := range near {
		for _, j := range near[i] {
			add(i, j)
		}
	}
	found, err := compare(ctx, all, rest, threshold, env, func() { env.Report(int(done.Add(1)), 2*len(all), "comparisons") })
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
	more, err := compare(ctx, all, rest, threshold, env, func() {})
	if err != nil {
		return nil, err
	}
	found = append(found, more...)
	for k := range found {
		found[k].a, found[k].b = all[found[k].a].sample, all[found[k].b].sample
	}
	slices.SortFunc(found, func(x, y match) int { return slices.Compare([]int{x.a, x.b}, []int{y.a, y.b}) })
	return found, nil
}

// candidatesOf returns the images of other groups with the most similar
// signatures.
func candidatesOf(all []print, packed []shelf, i int) []int {
	type ranked struct {
		dot   uint16
		image int
	}
	var best []ranked // the least similar first
	for h := range packed {
		for k, d := range packed[h].dots(&all[i].signature) {
			j := 4*h + k
			full := len(best) == candidates
			if full && d <= best[0].dot || j >= len(all) || all[j].group == all[i].group {
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
func compare(ctx context.Context, all []print, with [][]int, threshold float32, env pipeline.Env, done func()) ([]match, error) {
	at := make([]int, len(all))
	for i := range at {
		at[i] = i
	}
	pool := sync.Pool{New: func() any { return newAligner() }}
	found, err := pipeline.Each(ctx, env.Workers, at, func(_ context.Context, i int) (out []match, _ error) {
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
				out = append(out, match{i, j, r})
			}
		}
		return out, nil
	})
	return slices.Concat(found...), err
}

// promise is the correlation from which both ways are tried.
const promise = 0.8

// clusters returns the images that matches link, three or more, in order.
func clusters(n int, matches []match) [][]int {
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
		a, b := top(m.a), top(m.b)
		above[max(a, b)] = min(a, b)
	}
	members := make([][]int, n)
	for i := range n {
		members[top(i)] = append(members[top(i)], i)
	}
	return slices.DeleteFunc(members, func(c []int) bool { return len(c) < 3 })
}
