package ingest

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/ingest/video"
	"github.com/gesturekit/gesturekit/pixel"
)

// QuarantineFile is the name of the list of captures that were set aside: a
// line "file,reason,detail" each, sorted by file.
const QuarantineFile = "quarantine.csv"

// Reason is why a capture was set aside.
type Reason string

// The reasons of the quarantine.
const (
	NotAnImage  Reason = "not-an-image" // by its content
	Unsupported Reason = "unsupported"  // an image or video of a format that is not read
	Unreadable  Reason = "unreadable"   // broken image, or the file cannot be read
	Truncated   Reason = "truncated"    // the image data ends too early
	TooLarge    Reason = "too-large"    // more bytes or pixels than ingest.max_bytes, ingest.max_pixels
	TooSmall    Reason = "too-small"    // a side shorter than ingest.min_side
	Duplicate   Reason = "duplicate"    // same bytes as an earlier capture of its category
	Conflict    Reason = "conflict"     // same bytes as a capture of another category; all of them are set aside
	NoCategory  Reason = "no-category"  // nothing says what it shows
	NoGroup     Reason = "no-group"     // the pattern or groups file says nothing about it
	Missing     Reason = "missing"      // the groups file lists it, but it is not there
	Outside     Reason = "outside"      // a link, or a line of the groups file, that leads out of the captures folder
	BadName     Reason = "bad-name"     // its path cannot stand in a manifest
)

// reasonOf translates an error of pixel or video.
func reasonOf(err error) Reason {
	for _, r := range []struct {
		err    error
		reason Reason
	}{
		{pixel.ErrNotImage, NotAnImage}, {pixel.ErrUnsupported, Unsupported},
		{pixel.ErrTooLarge, TooLarge}, {pixel.ErrTruncated, Truncated}, {video.ErrTooLarge, TooLarge},
	} {
		if errors.Is(err, r.err) {
			return r.reason
		}
	}
	return Unreadable
}

func kept(captures []*capture) []*capture {
	return slices.DeleteFunc(slices.Clone(captures), func(c *capture) bool { return c.reason != "" })
}

func rejected(captures []*capture) []*capture {
	return slices.DeleteFunc(slices.Clone(captures), func(c *capture) bool { return c.reason == "" })
}

// writeQuarantine writes the rejected captures.
func writeQuarantine(w io.Writer, captures []*capture) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"file", "reason", "detail"}); err != nil {
		return err
	}
	for _, c := range rejected(captures) {
		if err := out.Write([]string{c.name(), string(c.reason), c.detail}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// tally counts reasons: "3 truncated, 1 duplicate", the most frequent first.
func tally(captures []*capture) string {
	count := map[Reason]int{}
	var reasons []Reason
	for _, c := range rejected(captures) {
		if count[c.reason]++; count[c.reason] == 1 {
			reasons = append(reasons, c.reason)
		}
	}
	slices.SortFunc(reasons, func(a, b Reason) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return strings.Compare(string(a), string(b))
	})
	var parts []string
	for _, r := range reasons {
		parts = append(parts, fmt.Sprintf("%d %s", count[r], r))
	}
	return strings.Join(parts, ", ")
}
