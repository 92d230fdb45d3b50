package ingest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/neardup"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/pixel"
)

// nameless tells that neither person nor session of a capture is known: it is a
// group of its own, or in a burst.
func (c *capture) nameless() bool {
	return c.group == c.sha256[:8] || strings.HasPrefix(c.group, dataset.BurstPrefix)
}

// groupNear merges groups without a person or session in which there are
// near-duplicates: the group is that of the first capture, by path, or the known
// one of a near-duplicate that has one. Known groups stay what they are, and are
// not compared with one another. Images are renamed after their new groups.
// captures are those kept, by path.
func (w writer) groupNear(ctx context.Context, captures []*capture) error {
	o := w.o.Groups
	m := merger{first: map[string]int{}, known: map[string]bool{}, above: map[string]string{}}
	for i, c := range captures {
		if _, ok := m.first[c.group]; !ok {
			m.first[c.group] = i
		}
		if !c.nameless() {
			m.known[c.group] = true
		}
	}
	if o.Near == 0 || len(m.known) == len(m.first) {
		return nil
	}
	images, at, err := w.images(ctx, captures, m)
	if err != nil {
		return err
	}
	found, err := neardup.Search(ctx, images, float32(o.Near), w.env.Workers, func(done, total int) { w.env.Report(done, total, "comparisons") })
	if err != nil {
		return err
	}
	for _, f := range found {
		m.merge(captures[at[f.A]].group, captures[at[f.B]].group)
	}
	return w.rename(captures, func(c *capture) { c.group = m.top(c.group) })
}

// images looks at the working images that have contrast, and tells of which
// captures they are.
func (w writer) images(ctx context.Context, captures []*capture, m merger) (images []neardup.Image, at []int, err error) {
	var done atomic.Int64
	all, err := pipeline.Each(ctx, w.env.Workers, captures, func(_ context.Context, c *capture) (neardup.Image, error) {
		data, err := os.ReadFile(filepath.Join(w.env.Dir, filepath.FromSlash(c.image())))
		if err != nil {
			return neardup.Image{}, err
		}
		img, _, err := pixel.Decode(data, pixel.DefaultLimits())
		if err != nil {
			return neardup.Image{}, err
		}
		w.env.Report(int(done.Add(1)), len(captures), "images compared")
		return neardup.New(img), nil
	})
	for i := range all {
		if !all[i].Flat() {
			all[i].Group, all[i].Settled = m.first[captures[i].group], m.known[captures[i].group]
			images, at = append(images, all[i]), append(at, i)
		}
	}
	return images, at, err
}

// rename changes captures and moves the images whose names that changes.
func (w writer) rename(captures []*capture, change func(*capture)) error {
	old := make([]string, len(captures))
	for i, c := range captures {
		old[i] = c.image()
		change(c)
	}
	nameSamples(captures)
	for i, c := range captures {
		if c.image() == old[i] {
			continue
		}
		if err := os.Rename(filepath.Join(w.env.Dir, filepath.FromSlash(old[i])), filepath.Join(w.env.Dir, filepath.FromSlash(c.image()))); err != nil {
			return err
		}
	}
	return nil
}

// merger joins groups.
type merger struct {
	first map[string]int    // the first capture of each group
	known map[string]bool   // groups that are persons or sessions
	above map[string]string // what a group was merged into
}

func (m merger) top(group string) string {
	for m.above[group] != "" {
		group = m.above[group]
	}
	return group
}

// merge joins two groups, unless both are known by now.
func (m merger) merge(a, b string) {
	a, b = m.top(a), m.top(b)
	if m.known[b] && !m.known[a] || m.known[a] == m.known[b] && m.first[b] < m.first[a] {
		a, b = b, a
	}
	if a != b && !m.known[b] {
		m.above[b] = a
	}
}
