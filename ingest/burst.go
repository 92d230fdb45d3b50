package ingest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/gesturekit/gesturekit/dataset"
)

// What becomes of captures that the pattern or the file gives no group.
const (
	quarantine = "quarantine"
	burst      = "burst"
	layout     = "layout"
)

// groupBursts gives the captures without a group one by time. Captures of one
// camera, whatever their category, in the order in which they were taken, are
// one burst as long as each is at most gap seconds behind the one before. A
// capture without a group takes that of the capture of its burst before it that
// has one, else of the first behind it, else the burst is the group. gap 0
// forms no bursts.
func groupBursts(captures []*capture, gap int) {
	if gap == 0 {
		return
	}
	type shot struct {
		*capture
		at time.Time
	}
	var shots []shot
	for _, c := range captures {
		if c.reason != "" || c.takenAt == "" {
			continue
		}
		if at, err := dataset.WallTime(c.takenAt); err == nil {
			shots = append(shots, shot{c, at})
		}
	}
	slices.SortFunc(shots, func(a, b shot) int {
		return cmp.Or(strings.Compare(a.camera, b.camera), a.at.Compare(b.at), strings.Compare(a.path, b.path))
	})
	for start := 0; start < len(shots); {
		end := start + 1
		for end < len(shots) && shots[end].camera == shots[start].camera && shots[end].at.Sub(shots[end-1].at) <= time.Duration(gap)*time.Second {
			end++
		}
		run := shots[start:end]
		group := burstName(run[0].at, run[0].camera)
		if i := slices.IndexFunc(run, func(s shot) bool { return s.group != "" }); i >= 0 {
			group = run[i].group
		}
		for _, s := range run {
			if s.group == "" {
				s.group = group
			}
			group = s.group
		}
		start = end
	}
}

// burstName names a burst after its first capture.
func burstName(first time.Time, camera string) string {
	name := dataset.BurstPrefix + first.Format("20060102-150405")
	if camera != "" {
		name += "-" + slug(camera)
	}
	return name
}
