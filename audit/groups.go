package audit

import (
	"encoding/csv"
	"io"
)

// WriteGroups writes the captures' groups, merged where a pair was found in two
// of them, as ingest.groups.file takes it: the columns path and person. Merged
// groups have the first of their names. It returns how many were merged away.
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
	if err := c.Write([]string{"path", "person"}); err != nil {
		return 0, err
	}
	for i := range m.Samples {
		if s := &m.Samples[i]; s.Parent == "" {
			if err := c.Write([]string{s.Source, top(s.Group)}); err != nil {
				return 0, err
			}
		}
	}
	c.Flush()
	return merged, c.Error()
}
