package capture

import (
	"errors"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/gesturekit/gesturekit/dataset"
)

// Recording is what is kept of one recording, or, with an empty Recording, how many
// files others have put there.
type Recording struct {
	Category  string `json:"category"`
	Person    string `json:"person"` // empty for files right in the category's folder
	Recording string `json:"recording"`
	Frames    []int  `json:"frames"` // their numbers, ascending
	Others    int    `json:"others"` // files that were not recorded here
}

// walk is a walk through the folder that begins after all who wait for it asked.
type walk struct {
	sync.Once
	found []Recording
	err   error
}

// List returns what is in the folder, by category, person and recording. The result
// may be another caller's, too: do not change it. One walk goes on at a time, and
// those who ask meanwhile share the next.
func (f *Folder) List() ([]Recording, error) {
	f.mu.Lock()
	if f.walk == nil {
		f.walk = &walk{}
	}
	mine := f.walk
	f.mu.Unlock()
	mine.Do(func() {
		f.listing.Lock()
		defer f.listing.Unlock()
		f.mu.Lock()
		f.walk = nil
		f.mu.Unlock()
		mine.found, mine.err = f.list()
	})
	return mine.found, mine.err
}

func (f *Folder) list() ([]Recording, error) {
	root, err := f.opened()
	if err != nil || root == nil {
		return nil, err
	}
	var out []Recording
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // deleted meanwhile
			return nil
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
		case !d.IsDir():
			out = add(out, strings.Split(name, "/"))
		}
		return nil
	})
	return out, err
}

// add counts a file in the last recording of out, or in a new one.
func add(out []Recording, parts []string) []Recording {
	if len(parts) < 2 {
		return out // ingest sets files outside the categories aside
	}
	r := Recording{Category: parts[0]}
	if len(parts) > 2 {
		r.Person = dataset.FolderNamed(parts[1])
	}
	number := 0
	if len(parts) == 4 {
		number, _ = strconv.Atoi(strings.TrimSuffix(parts[3], ".jpg"))
		frame := Frame{r.Category, r.Person, parts[2], number}
		if name, err := frame.path(); err != nil || name != path.Join(parts...) {
			number = 0
		} else {
			r.Recording = parts[2]
		}
	}
	last := len(out) - 1
	if last < 0 || out[last].Category != r.Category || out[last].Person != r.Person || out[last].Recording != r.Recording {
		r.Frames = []int{}
		out = append(out, r)
		last++
	}
	if number > 0 {
		out[last].Frames = append(out[last].Frames, number)
	} else {
		out[last].Others++
	}
	return out
}
