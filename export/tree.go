package export

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
)

// Fault is something wrong with a file or folder of a dataset.
type Fault struct {
	File    string // slash-separated path in the dataset
	Problem string
}

func (f Fault) String() string { return f.File + ": " + f.Problem }

// tree is what lies below a folder: slash-separated paths, sorted.
type tree struct {
	files, folders []string
	odd            []string // neither file nor folder: links, sockets
}

func list(dir string) (t tree, err error) {
	err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		rel = filepath.ToSlash(rel)
		switch {
		case d.IsDir():
			t.folders = append(t.folders, rel)
		case d.Type().IsRegular():
			t.files = append(t.files, rel)
		default:
			t.odd = append(t.odd, rel)
		}
		return err
	})
	slices.Sort(t.files) // WalkDir goes by folder: "a-b" comes before "a/b" in order of paths
	slices.Sort(t.folders)
	return t, err
}

// shards tells whether the folder is one for WebDataset.
func (t tree) shards() bool {
	return !slices.Contains(t.files, dataset.FileName) && slices.ContainsFunc(t.files, func(name string) bool { return path.Ext(name) == ".tar" })
}

// checked is a folder compared with its checksums.
type checked struct {
	tree   tree
	sums   sums // as the files are
	bytes  int64
	faults []Fault
}

// check compares every file below dir with what ChecksumsFile says of it.
func check(ctx context.Context, env pipeline.Env, dir string) (c checked, err error) {
	if c.tree, err = list(dir); err != nil {
		return c, err
	}
	want, fault, err := listed(dir)
	if err != nil {
		return c, err
	}
	if fault != nil {
		c.faults = append(c.faults, *fault)
	}
	var unread []Fault
	if c.sums, unread, c.bytes, err = sum(ctx, env, dir, c.tree.files); err != nil {
		return c, err
	}
	for _, f := range unread {
		delete(want, f.File)
	}
	c.faults = append(c.faults, unread...)
	for _, name := range c.tree.odd {
		c.faults = append(c.faults, Fault{name, "it is a link or no regular file: want the file itself"})
	}
	if fault == nil {
		c.faults = append(c.faults, c.sums.differences(want)...)
	}
	return c, nil
}

// listed reads the checksums of a folder. A broken file of them is a fault.
func listed(dir string) (sums, *Fault, error) {
	f, err := os.Open(filepath.Join(dir, ChecksumsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Fault{ChecksumsFile, "missing"}, nil
	} else if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	s, err := readSums(f)
	if err != nil {
		return nil, &Fault{ChecksumsFile, err.Error()}, nil
	}
	return s, nil, nil
}

// differences tells the files that are missing, moved, new or other than want
// says.
func (s sums) differences(want sums) (faults []Fault) {
	extra := map[string][]string{} // by digest
	for _, name := range s.paths() {
		if _, ok := want[name]; !ok && name != ChecksumsFile {
			extra[s[name]] = append(extra[s[name]], name)
		}
	}
	holder := make(map[string]string, len(want))
	for name, digest := range want {
		holder[digest] = name
	}
	moved := map[string]bool{}
	for _, name := range want.paths() {
		switch is, ok := s[name]; {
		case !ok && len(extra[want[name]]) > 0:
			to := extra[want[name]][0]
			extra[want[name]], moved[to] = extra[want[name]][1:], true
			faults = append(faults, Fault{name, "moved or renamed: its content lies at " + to})
		case !ok:
			faults = append(faults, Fault{name, "missing"})
		case is != want[name] && holder[is] != "":
			faults = append(faults, Fault{name, "changed: it has the content of " + holder[is]})
		case is != want[name]:
			faults = append(faults, Fault{name, fmt.Sprintf("changed: its SHA-256 is %s, %s says %s", is, ChecksumsFile, want[name])})
		}
	}
	for _, name := range s.paths() {
		if _, ok := want[name]; !ok && name != ChecksumsFile && !moved[name] {
			faults = append(faults, Fault{name, "extra: " + ChecksumsFile + " does not list it"})
		}
	}
	return faults
}
