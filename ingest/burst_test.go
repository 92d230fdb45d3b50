package ingest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestBursts(t *testing.T) {
	shot := func(path, seconds, camera, group string) *capture {
		c := &capture{path: path, camera: camera, group: group}
		if seconds != "" {
			c.takenAt = "2024-05-01T10:00:" + seconds
		}
		return c
	}
	for name, c := range map[string]struct {
		captures []*capture
		want     []string
	}{
		"gap": {
			[]*capture{shot("fist/1", "00", "", ""), shot("palm/1", "02", "", ""), shot("fist/2", "04", "", ""), shot("fist/3", "07", "", "")},
			[]string{"burst-20240501-100000", "burst-20240501-100000", "burst-20240501-100000", "burst-20240501-100007"},
		},
		"cameras": {
			[]*capture{shot("1", "00", "Canon EOS", ""), shot("2", "00", "iPhone 7", ""), shot("3", "01", "Canon EOS", "")},
			[]string{"burst-20240501-100000-canon_eos", "burst-20240501-100000-iphone_7", "burst-20240501-100000-canon_eos"},
		},
		"order of files plays no part": {
			[]*capture{shot("1", "04", "", ""), shot("2", "00", "", ""), shot("3", "02", "", "")},
			[]string{"burst-20240501-100000", "burst-20240501-100000", "burst-20240501-100000"},
		},
		"zones play no part": {
			[]*capture{shot("1", "00+01:00", "", ""), shot("2", "01", "", ""), shot("3", "02Z", "", "")},
			[]string{"burst-20240501-100000", "burst-20240501-100000", "burst-20240501-100000"},
		},
		"a mix": {
			[]*capture{shot("1", "00", "", ""), shot("2", "01", "", "ann"), shot("3", "02", "", ""), shot("4", "03", "", "bob"), shot("5", "05", "", ""), shot("6", "30", "", "")},
			[]string{"ann", "ann", "ann", "bob", "bob", "burst-20240501-100030"},
		},
		"no time": {
			[]*capture{shot("1", "", "Canon", ""), shot("2", "", "Canon", ""), shot("3", "00", "Canon", "")},
			[]string{"", "", "burst-20240501-100000-canon"},
		},
	} {
		groupBursts(c.captures, 2)
		var got []string
		for _, c := range c.captures {
			got = append(got, c.group)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	one := shot("1", "00", "", "")
	if groupBursts([]*capture{one}, 0); one.group != "" {
		t.Errorf("without a gap: %q", one.group)
	}
}

// Two captures of one camera that are near in time are in one group, unless
// both had one before; a group that was there never changes.
func TestBurstsPartNoNeighbours(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		gap := 1 + r.IntN(30)
		var captures []*capture
		given, at := map[string]string{}, map[string]time.Time{}
		for i := range 40 {
			path := fmt.Sprint(i)
			at[path] = time.Unix(int64(r.IntN(600)), 0).UTC()
			c := &capture{path: path, camera: []string{"", "a", "b"}[r.IntN(3)], takenAt: at[path].Format("2006-01-02T15:04:05")}
			if r.IntN(4) == 0 {
				c.group = fmt.Sprint("p", r.IntN(5))
			}
			given[path] = c.group
			captures = append(captures, c)
		}
		groupBursts(captures, gap)
		for _, a := range captures {
			if a.group == "" || given[a.path] != "" && a.group != given[a.path] {
				t.Fatalf("seed %d: %s has group %q, and had %q", seed, a.path, a.group, given[a.path])
			}
			for _, b := range captures {
				between := false // a capture with a group of its own between them may part them
				for _, c := range captures {
					lo, hi := at[a.path], at[b.path]
					between = between || given[c.path] != "" && !at[c.path].Before(lo) && !at[c.path].After(hi)
				}
				d := at[b.path].Sub(at[a.path])
				if a.camera == b.camera && d >= 0 && d <= time.Duration(gap)*time.Second && !between && a.group != b.group {
					t.Fatalf("seed %d: %s and %s, %v apart, are in %q and %q", seed, a.path, b.path, d, a.group, b.group)
				}
			}
		}
	}
}
