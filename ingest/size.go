package ingest

import (
	"fmt"
	"math"
	"slices"
)

// judgeSizes flags captures whose size would tell their category: those far off
// the median of their category, and all of a size that only one category has,
// unless they are so few that it may be chance.
func (f Flags) judgeSizes(all []*capture) {
	byCategory := map[string][]*capture{}
	type size struct{ w, h int }
	bySize := map[size][]*capture{}
	for _, c := range all {
		byCategory[c.category] = append(byCategory[c.category], c)
		s := size{c.width, c.height}
		bySize[s] = append(bySize[s], c)
	}
	for _, name := range sortedKeys(byCategory) {
		of := byCategory[name]
		median := medianSide(of)
		for _, c := range of {
			if x := c.side() / median; f.Size > 0 && (x > f.Size || x*f.Size < 1) {
				c.flag(flagSize, fmt.Sprintf("%dx%d pixels: a side of %.0f, the median of its category being %.0f", c.width, c.height, c.side(), median))
			}
		}
	}
	for s, same := range bySize {
		only := same[0].category
		if slices.ContainsFunc(same, func(c *capture) bool { return c.category != only }) {
			continue
		}
		if chance(len(same), len(byCategory[only]), len(all)) < f.Chance {
			for _, c := range same {
				c.flag(flagSize, fmt.Sprintf("all %d captures of %dx%d pixels are of category %q: size alone tells it", len(same), s.w, s.h, only))
			}
		}
	}
}

// side is the capture's mean side in pixels: the square root of its area.
func (c *capture) side() float64 { return math.Sqrt(float64(c.width) * float64(c.height)) }

func medianSide(of []*capture) float64 {
	sides := make([]float64, 0, len(of))
	for _, c := range of {
		sides = append(sides, c.side())
	}
	slices.Sort(sides)
	return sides[len(sides)/2]
}

// chance is the probability that n captures drawn from all are of one category,
// the first of them being of one with so many of all: hypergeometric.
func chance(n, of, all int) float64 {
	p := 1.0
	for i := 1; i < n; i++ {
		p *= float64(of-i) / float64(all-i)
	}
	return p
}
