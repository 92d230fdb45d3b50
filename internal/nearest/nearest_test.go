package nearest_test

import (
	"testing"

	"github.com/gesturekit/gesturekit/internal/nearest"
)

func TestHint(t *testing.T) {
	names := []string{"validation", "test", "seed", "f", "ok"}
	for in, want := range map[string]string{
		"validaton": ` (did you mean "validation"?)`,
		"sed":       ` (did you mean "seed"?)`,
		"tset":      ` (did you mean "test"?)`,
		"wholly":    "",
		"ty":        "",
		"ko":        ` (did you mean "ok"?)`,
		"":          "",
	} {
		if got := nearest.Hint(in, names); got != want {
			t.Errorf("Hint(%q) = %q, want %q", in, got, want)
		}
	}
}
