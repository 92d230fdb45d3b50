package ingest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
)

// readFiles reads the groups file, or, of a folder, every .json file in it.
func readFiles(name string, g Groups) ([]row, error) {
	names := []string{name}
	if info, err := os.Stat(name); err != nil {
		return nil, err
	} else if info.IsDir() {
		if names, err = filepath.Glob(filepath.Join(name, "*.json")); err != nil {
			return nil, err
		}
		if len(names) == 0 {
			return nil, errors.New("it is a folder without a .json file: want HaGRID's annotations, or the name of a file")
		}
	}
	var all []row
	for _, n := range names {
		f, err := os.Open(n)
		if err != nil {
			return nil, err
		}
		rows, err := readRows(n, f, g)
		f.Close()
		if err != nil && n != name {
			err = fmt.Errorf("%s: %w", filepath.Base(n), err)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	return all, nil
}

// at says where in its file a row stands.
func (r row) at() string {
	if r.byStem {
		return ""
	}
	return fmt.Sprintf(" line %d", r.line)
}

// readRows reads a groups file by the ending of its name: .jsonl, .json for
// HaGRID's annotations, and CSV for any other.
func readRows(name string, r io.Reader, g Groups) ([]row, error) {
	switch strings.ToLower(path.Ext(name)) {
	case ".jsonl", ".ndjson":
		return readLines(r, g)
	case ".json":
		return readHaGRID(r)
	}
	return readTable(r, g)
}

// readLines reads an object a line; the columns of g are its keys. It reports all
// faults, by line and key.
func readLines(r io.Reader, g Groups) ([]row, error) {
	var rows []row
	var faults []error
	in := bufio.NewReader(r)
	for line := 1; len(faults) < maxFaults; line++ {
		text, err := in.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return nil, err
		}
		if line == 1 {
			text = bytes.TrimPrefix(text, []byte("\ufeff"))
		}
		if len(bytes.TrimSpace(text)) > 0 {
			one, fault := parseLine(text, g)
			if one.line = line; fault != nil {
				faults = append(faults, fmt.Errorf("line %d: %w", line, fault))
			}
			rows = append(rows, one)
		}
		if err == io.EOF {
			break
		}
	}
	if len(rows) == 0 {
		faults = append(faults, fmt.Errorf("it is empty: want an object a line with the keys %q and %q", g.Path, g.Group))
	}
	return rows, errors.Join(faults...)
}

func parseLine(text []byte, g Groups) (row, error) {
	var object map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber() // a group may be a number
	if err := d.Decode(&object); err != nil {
		return row{}, fmt.Errorf("want a JSON object: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return row{}, errors.New("want one JSON object: something stands behind it")
	}
	var out row
	for _, f := range []struct {
		key, setting string
		to           *string
		must         bool
	}{{g.Path, "path", &out.path, true}, {g.Group, "group", &out.group, true}, {g.Category, "category", &out.category, false},
		{g.TakenAt, "taken_at", &out.takenAt, false}, {g.Camera, "camera", &out.camera, false}} {
		value, there := object[f.key]
		switch v := value.(type) {
		case string:
			*f.to = strings.TrimSpace(v)
		case json.Number:
			*f.to = v.String()
		default:
			if f.must && !there {
				return row{}, fmt.Errorf("no key %q: name the right one in ingest.groups.%s", f.key, f.setting)
			}
			if there && value != nil {
				return row{}, fmt.Errorf("key %q: want text or a number", f.key)
			}
		}
	}
	return out, out.check(fmt.Sprintf("%q", g.Path))
}

// check reports what no row may hold. path is where its path comes from.
func (r row) check(path string) error {
	switch {
	case r.path == "":
		return fmt.Errorf("%s is empty: want a capture's path", path)
	case !plain(r.path) || !plain(r.group) || !plain(r.category) || !plain(r.camera):
		return errors.New("not UTF-8, or control characters: save the file as UTF-8")
	}
	if r.takenAt != "" {
		_, err := dataset.WallTime(r.takenAt)
		return err
	}
	return nil
}

// noGesture is what HaGRID calls a hand that shows none of its gestures.
const noGesture = "no_gesture"

// readHaGRID reads annotations of the HaGRID dataset, an object of images by
// name: user_id is the group, and the category is the one gesture of labels, or
// no_gesture where there is none. An image of no or several gestures is set aside. An
// image is found by its name without the ending, wherever it lies.
func readHaGRID(r io.Reader) ([]row, error) {
	var images map[string]struct {
		Labels []string `json:"labels"`
		User   any      `json:"user_id"` // text or a number
	}
	d := json.NewDecoder(r)
	d.UseNumber()
	if err := d.Decode(&images); err != nil {
		return nil, fmt.Errorf("byte %d: want HaGRID's annotations, {\"<image>\": {\"labels\": [...], \"user_id\": \"...\"}}: %w", d.InputOffset(), err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("byte %d: something stands behind the annotations", d.InputOffset())
	}
	if len(images) == 0 {
		return nil, errors.New("it lists no image")
	}
	var rows []row
	var faults []error
	for i, name := range slices.Sorted(maps.Keys(images)) {
		if len(faults) == maxFaults {
			break
		}
		one := row{path: name, line: i + 1, byStem: true}
		switch user := images[name].User.(type) {
		case nil:
		case string:
			one.group = user
		case json.Number:
			one.group = user.String()
		default:
			faults = append(faults, fmt.Errorf("image %q: user_id: want text or a number", name))
		}
		gestures := slices.Compact(slices.Sorted(slices.Values(images[name].Labels)))
		gestures = slices.DeleteFunc(gestures, func(l string) bool { return l == noGesture || l == "" })
		switch {
		case len(images[name].Labels) == 0:
			one.doubt = fmt.Sprintf("it has no labels: want the gestures of its hands, or %s", noGesture)
		case len(gestures) > 1:
			one.doubt = fmt.Sprintf("its hands show %q: want one gesture besides %s", gestures, noGesture)
		case len(gestures) == 1:
			one.category = gestures[0]
		default:
			one.category = noGesture
		}
		if err := one.check("its name"); err != nil {
			faults = append(faults, fmt.Errorf("image %q: %w", name, err))
		}
		rows = append(rows, one)
	}
	return rows, errors.Join(faults...)
}

// byStem gives the rows that name captures without folder and ending the path of
// the one capture of that name.
func byStem(rows []row, f *folder) error {
	at := map[string][]string{}
	for _, c := range f.captures {
		name := path.Base(c.path)
		stem := strings.TrimSuffix(name, path.Ext(name))
		at[stem] = append(at[stem], c.path)
	}
	var faults []error
	for i, r := range rows {
		if paths := at[r.path]; r.byStem && len(paths) == 1 {
			rows[i].path = paths[0]
		} else if r.byStem && len(paths) > 1 && len(faults) < maxFaults {
			faults = append(faults, fmt.Errorf("image %q may be any of %s: keep one", r.path, quoted(paths)))
		}
	}
	return errors.Join(faults...)
}
