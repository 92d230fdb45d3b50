package capture

import (
	"errors"
	"io/fs"
	"path"
	"strconv"
	"strings"

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

// List returns what is in the folder, by category, person and recording.
func (f *Folder) List() ([]Recording, error) {
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
