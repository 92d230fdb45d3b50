package audit

import (
	"cmp"
	"slices"

	"github.com/gesturekit/gesturekit/dataset"
)

// same reports the samples of one key in pairs, each with the first of its key that
// is used, or the first while none is. Samples without a key, and those that the
// manifest says are related, make none. Where a key stands in two roles or
// categories, a pair of it does.
func (o Options) same(c Check, m dataset.Manifest, key func(int) string) []Finding {
	first := map[string]int{}
	var out []Finding
	for i := range m.Samples {
		k := key(i)
		if k == "" {
			continue
		}
		j, ok := first[k]
		if !ok {
			first[k] = i
			continue
		}
		if a, b := &m.Samples[j], &m.Samples[i]; !related(a, b) {
			out = append(out, o.pair(c, a, b))
		}
		if !used(&m.Samples[j]) && used(&m.Samples[i]) {
			first[k] = i
		}
	}
	return out
}

// content finds the samples of the same bytes: captures by the manifest, images
// by digest, which may be nil for no images.
func (o Options) content(m dataset.Manifest, digest func(int) string) []Finding {
	found := o.same(Content, m, func(i int) string {
		if m.Samples[i].Parent != "" {
			return ""
		}
		return m.Samples[i].SHA256
	})
	if digest != nil {
		found = append(found, o.same(Content, m, digest)...)
	}
	return distinct(found)
}

// distinct sorts findings by severity and sample and keeps the first one of
// each pair, by the order of Checks.
func distinct(found []Finding) []Finding {
	type ids struct{ a, b string }
	rank := map[Check]int{}
	for i, c := range Checks() {
		rank[c] = i
	}
	slices.SortStableFunc(found, func(x, y Finding) int { return rank[x.Check] - rank[y.Check] })
	seen := map[ids]bool{}
	found = slices.DeleteFunc(found, func(f Finding) bool {
		twice := f.B != "" && seen[ids{f.A, f.B}]
		seen[ids{f.A, f.B}] = true
		return twice
	})
	slices.SortStableFunc(found, func(x, y Finding) int {
		return cmp.Or(severity(y.Level)-severity(x.Level), rank[x.Check]-rank[y.Check],
			cmp.Compare(y.Similarity, x.Similarity), cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B))
	})
	return found
}

func severity(l Level) int { return slices.Index([]Level{Off, Warn, Fail}, l) }
