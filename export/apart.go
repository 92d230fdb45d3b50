package export

import (
	"fmt"
	"path/filepath"

	"github.com/gesturekit/gesturekit/dataset"
)

// Apart fails when a place to write to lies inside a folder that must stay as it
// is, such as the captures or the run. Folders named "" are passed over.
func Apart(to string, folders ...string) error {
	to, err := filepath.Abs(to)
	if err != nil {
		return err
	}
	for real, rest := to, ""; ; real, rest = filepath.Dir(real), filepath.Join(filepath.Base(real), rest) {
		if there, err := filepath.EvalSymlinks(real); err == nil {
			to = filepath.Join(there, rest)
			break
		}
	}
	for _, f := range folders {
		if f == "" {
			continue
		}
		dir, err := filepath.Abs(f)
		if err != nil {
			return err
		}
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			dir = real
		}
		if rel, err := filepath.Rel(dir, to); err == nil && filepath.IsLocal(rel) {
			return fmt.Errorf("%w: %s lies inside %s: choose another place", dataset.ErrInvalid, to, dir)
		}
	}
	return nil
}
