package ingest

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
)

// openTable reads the groups file and finds the captures that its lines mean. A
// line that means none becomes a capture of its own in f, already rejected, so
// that it stands in the quarantine.
func openTable(f *folder, g Groups) (byTable, error) {
	invalid := func(err error) (byTable, error) {
		return byTable{}, fmt.Errorf("%w: groups file %s: %w", dataset.ErrInvalid, g.File, err)
	}
	name, err := resolve(g.File)
	if errors.Is(err, fs.ErrNotExist) {
		return invalid(errors.New("it does not exist: set ingest.groups.file to the CSV file with the captures' groups"))
	} else if err != nil {
		return byTable{}, fmt.Errorf("groups file: %w", err)
	}
	rows, err := readFiles(name, g)
	if err == nil && len(rows) == 0 {
		err = errors.New("it lists no capture")
	}
	if err == nil {
		err = byStem(rows, f)
	}
	if err != nil {
		return invalid(err)
	}
	t, missing, err := match(rows, f, filepath.Dir(name))
	if err != nil {
		return invalid(err)
	}
	t.file = filepath.Base(g.File)
	for _, r := range missing {
		c := &capture{path: r.path}
		if r.outside {
			c.reject(Outside, fmt.Sprintf("%s%s lists it, but it lies outside the captures folder: put the file there", t.file, r.at()))
		} else {
			c.reject(Missing, fmt.Sprintf("%s%s lists it, but the captures folder does not hold it", t.file, r.at()))
		}
		f.captures = append(f.captures, c)
	}
	slices.SortStableFunc(f.captures, func(a, b *capture) int { return strings.Compare(a.path, b.path) })
	return t, nil
}

// match finds the capture of each row: by a path relative to dir, the file's
// own folder, or else relative to the captures folder. It returns the rows that
// have none, each path once, and fails when two rows say different things about
// one capture, or when no row has a capture.
func match(rows []row, f *folder, dir string) (t byTable, missing []row, err error) {
	found := make(map[string]bool, len(f.captures))
	for _, c := range f.captures {
		found[c.path], found[c.placed()] = true, true
	}
	t.rows = make(map[string]row, len(rows))
	lost := map[string]bool{}
	var faults []error
	for _, r := range rows {
		at, ok, outside := locate(r.path, f.root, dir, found)
		if !ok {
			if !lost[at] {
				r.path, r.outside, lost[at] = at, outside, true
				missing = append(missing, r)
			}
			continue
		}
		old, twice := t.rows[at]
		if twice && (old.group != r.group || old.category != r.category) && len(faults) < maxFaults {
			faults = append(faults, fmt.Errorf("line %d says group %q, category %q of %s, but line %d says group %q, category %q: keep one",
				r.line, r.group, r.category, at, old.line, old.group, old.category))
		}
		if twice && (old.takenAt != r.takenAt || old.camera != r.camera) && len(faults) < maxFaults {
			faults = append(faults, fmt.Errorf("line %d says that %s was taken %q with %q, but line %d says %q with %q: keep one",
				r.line, at, r.takenAt, r.camera, old.line, old.takenAt, old.camera))
		}
		t.rows[at] = r
	}
	if len(t.rows) == 0 && len(rows) > 0 {
		faults = append(faults, fmt.Errorf("none of its %d paths, such as %q, is a capture: want them relative to the file's own folder or to the captures folder", len(rows), rows[0].path))
	}
	return t, missing, errors.Join(faults...)
}

// locate returns a row's path in the captures folder and whether it is there, or
// could not be, as whatever it is relative to it leads out.
func locate(p, root, dir string, found map[string]bool) (at string, ok, outside bool) {
	outside = true
	for _, p := range []string{p, strings.ReplaceAll(p, `\`, "/")} {
		for _, base := range []string{dir, root} {
			name := filepath.FromSlash(p)
			if !filepath.IsAbs(name) {
				name = filepath.Join(base, name)
			}
			rel, err := filepath.Rel(root, name)
			if rel = filepath.ToSlash(rel); err == nil && found[rel] {
				return rel, true, false
			} else if err == nil && filepath.IsLocal(filepath.FromSlash(rel)) {
				outside = false
			}
		}
	}
	return path.Clean(p), false, outside
}
