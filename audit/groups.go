package audit

import (
	"encoding/csv"
	"io"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
)

// WriteGroups writes the captures' groups, merged where a pair was found in two
// of them, as ingest.groups.file takes it: the columns path, person, category,
// taken_at and camera. Merged groups have the first of their names. It returns how
// many were merged away.
func (r Result) WriteGroups(w io.Writer) (merged int, err error) {
	m := r.folder.Manifest
	at, above := index(m), map[string]string{}
	top := func(g string) string {
		for above[g] != "" {
			g = above[g]
		}
		return g
	}
	for _, f := range r.Findings {
		if f.B == "" {
			continue
		}
		if a, b := top(at[f.A].Group), top(at[f.B].Group); a != b {
			above[max(a, b)] = min(a, b)
			merged++
		}
	}
	c := csv.NewWriter(w)
	if err := c.Write([]string{"path", "person", "category", "taken_at", "camera"}); err != nil {
		return 0, err
	}
	for i := range m.Samples {
		if s := &m.Samples[i]; s.Parent == "" {
			if err := c.Write([]string{s.Source, top(s.Group), ingested(s), s.TakenAt, s.Camera}); err != nil {
				return 0, err
			}
		}
	}
	c.Flush()
	return merged, c.Error()
}

// ingested returns the category that a sample had before labels.aliases: the folder
// of its working image, where it has one.
func ingested(s *dataset.Sample) string {
	if p, ok := strings.CutPrefix(s.Path, "ingest/images/"); ok {
		folder, _, _ := strings.Cut(p, "/")
		return folder
	}
	return s.Category
}
