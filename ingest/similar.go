package ingest

import (
	"fmt"
	"path/filepath"

	"github.com/gesturekit/gesturekit/ingest/quality"
	"github.com/gesturekit/gesturekit/pixel"
)

// judgeNear flags captures whose working image is nearly that of an earlier one.
// Perceptual hashes find the candidates, the images decide. Pictures without
// contrast are all alike and are left out.
func (f Flags) judgeNear(all []*capture, dir string) error {
	if f.Near == 0 {
		return nil
	}
	hashes := make([]quality.Hash, len(all))
	for i, c := range all {
		hashes[i] = c.measures.Hash
	}
	thumbs := thumbs{dir: dir, of: map[*capture]*quality.Thumb{}}
	flat := func(i int) bool { return all[i].measures.High-all[i].measures.Low < flat }
	for i, candidates := range quality.Candidates(hashes, flat) {
		for _, j := range candidates {
			similarity, err := thumbs.similarity(all[i], all[j])
			if err != nil {
				return err
			}
			if float64(similarity) >= 1000*f.Near && similarity > all[i].similarity {
				all[i].near, all[i].similarity = all[j], similarity
			}
		}
		if near := all[i].near; near != nil {
			all[i].flag(flagNearDuplicate, fmt.Sprintf("correlation %.3f with %s, %s", float64(all[i].similarity)/1000, near.path, relation(all[i], near)))
		}
	}
	return nil
}

// flat is the contrast below which a picture is not compared.
const flat = 8

func relation(a, b *capture) string {
	switch {
	case a.category != b.category:
		return fmt.Sprintf("of category %q", b.category)
	case a.group != b.group:
		return fmt.Sprintf("of group %q", b.group)
	}
	return "of the same category and group"
}

// thumbs are those of a few captures at a time.
type thumbs struct {
	dir string
	of  map[*capture]*quality.Thumb
}

func (t thumbs) similarity(a, b *capture) (int, error) {
	x, err := t.get(a)
	if err != nil {
		return 0, err
	}
	y, err := t.get(b)
	if err != nil {
		return 0, err
	}
	return x.Similarity(y), nil
}

func (t thumbs) get(c *capture) (*quality.Thumb, error) {
	if have := t.of[c]; have != nil {
		return have, nil
	}
	if len(t.of) >= 10_000 { // 10 MiB
		clear(t.of)
	}
	img, _, err := pixel.ReadFile(filepath.Join(t.dir, filepath.FromSlash(c.image())), pixel.DefaultLimits())
	if err != nil {
		return nil, fmt.Errorf("look at the image of %s: %w", c.path, err)
	}
	thumb := quality.NewThumb(img)
	t.of[c] = &thumb
	return &thumb, nil
}
