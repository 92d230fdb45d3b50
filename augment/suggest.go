package augment

import (
	"fmt"
	"strings"
)

// suggest names the candidate nearest to what was written, or all of them if
// none is near.
func suggest(wrote string, candidates []string) string {
	best, least := "", 1<<30
	for _, c := range candidates {
		if d := distance(wrote, c); d < least {
			best, least = c, d
		}
	}
	if least <= max(2, len(best)/3) {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "known are " + strings.Join(candidates, ", ")
}

// distance is the Levenshtein distance of two strings, by bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
