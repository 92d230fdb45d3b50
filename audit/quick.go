package audit

import (
	"errors"
	"fmt"

	"github.com/gesturekit/gesturekit/dataset"
)

// Quick is the part of the audit that costs next to nothing beside a stage:
// what the manifest and the digests of the image files tell. digest gives the
// SHA-256 of a sample's image, or "" where it is not known; of images that this
// tool wrote, those of the same pixels have the same bytes. warn is told the
// findings of level warn; the error has those of level fail, and wraps ErrFound.
func Quick(m dataset.Manifest, o Options, digest func(*dataset.Sample) string, warn func(note string)) error {
	if o.Content == Off && o.Conflict == Off {
		return nil
	}
	found := o.content(m, func(i int) string { return digest(&m.Samples[i]) })
	at := index(m)
	var errs []error
	for _, f := range found {
		text := fmt.Sprintf("%s: %s and %s", f.what(), describe(at[f.A]), describe(at[f.B]))
		switch {
		case f.Level == Warn:
			warn(text)
		case f.Level == Fail && len(errs) == shown:
			return fmt.Errorf("%w: %w\nand more", ErrFound, errors.Join(errs...))
		case f.Level == Fail:
			errs = append(errs, errors.New(text))
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %w\nremove one capture of each pair, correct its category or group, or set audit.content or audit.conflict to warn", ErrFound, errors.Join(errs...))
}
