// Package nearest finds what a mistyped name was meant to be.
package nearest

import (
	"strings"

	"github.com/xrash/smetrics"
)

// Name returns the candidate with the fewest edits to name, the first of
// equals, or "" when none comes within half of name's length and one more and
// has a letter of it.
func Name(name string, candidates []string) string {
	best, edits := "", len(name)/2+2
	for _, c := range candidates {
		if d := smetrics.WagnerFischer(name, c, 1, 1, 1); d < edits && strings.ContainsAny(c, name) {
			best, edits = c, d
		}
	}
	return best
}

// Hint returns ` (did you mean "..."?)`, or "" when nothing comes near.
func Hint(name string, candidates []string) string {
	if n := Name(name, candidates); n != "" {
		return ` (did you mean "` + n + `"?)`
	}
	return ""
}
