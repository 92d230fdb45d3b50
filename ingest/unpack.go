package ingest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/ingest/archive"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/pipeline"
)

// Archives bound what is taken out of zip and tar archives.
type Archives struct {
	Strip    int   `yaml:"strip" doc:"how many folders to leave off at the front of the paths in archives, as in tar's --strip-components"`
	MaxFiles int   `yaml:"max_files" doc:"archives of more files are quarantined, 1 or more"`
	MaxBytes int64 `yaml:"max_bytes" doc:"archives of more bytes, unpacked, are quarantined, 1 or more"`
}

// unpackedDir is the folder, below the stage's, in which the files of archives
// lie, under numbers.
const unpackedDir = "unpacked"

// unpack puts the files of each archive in its place among the captures.
func (s Stage) unpack(ctx context.Context, env pipeline.Env, f *folder) error {
	var archives []*capture
	for _, c := range f.captures {
		if c.regular && c.reason == "" && archive.Named(c.path) {
			archives = append(archives, c)
		}
	}
	if len(archives) == 0 {
		return nil
	}
	inside, err := pipeline.Each(ctx, env.Workers, archives, func(ctx context.Context, c *capture) ([]*capture, error) {
		list, err := s.open(ctx, env, f.root, c)
		if err != nil {
			return nil, fmt.Errorf("unpack %s: %w", c.path, err)
		}
		return list, nil
	})
	if err != nil {
		return err
	}
	for i, c := range archives {
		if c.reason != "" || len(inside[i]) == 0 {
			continue // stays as it is
		}
		f.captures = slices.DeleteFunc(f.captures, func(other *capture) bool { return other == c })
	}
	for _, list := range inside {
		f.captures = append(f.captures, list...)
	}
	slices.SortStableFunc(f.captures, func(a, b *capture) int { return strings.Compare(a.path, b.path) })
	return nil
}

// found is an entry of an archive as it is kept for a run that goes on.
type found struct {
	Name, File     string
	Size           int64
	Reason, Detail string
}

// contents is what an archive holds, and what is wrong with it as a whole.
type contents struct {
	Files          []found
	Reason, Detail string
}

// open returns the captures in an archive. One that is none by its content is
// left alone; one with a fault is rejected.
func (s Stage) open(ctx context.Context, env pipeline.Env, root string, c *capture) ([]*capture, error) {
	sum := sha256.Sum256([]byte(c.path))
	rel := path.Join(unpackedDir, hex.EncodeToString(sum[:8]))
	dir := filepath.Join(env.Dir, filepath.FromSlash(rel))
	all, err := s.contents(ctx, filepath.Join(root, filepath.FromSlash(c.path)), dir)
	if err != nil {
		return nil, err
	}
	if all.Reason != "" {
		c.reject(Reason(all.Reason), all.Detail)
	}
	var out []*capture
	for _, e := range all.Files {
		in := &capture{path: c.path + "/" + e.Name, size: e.Size, regular: true, file: filepath.Join(dir, e.File)}
		in.place = path.Join(path.Dir(c.path), stripped(e.Name, s.Options.Archives.Strip))
		if e.Reason != "" {
			in.reject(Reason(e.Reason), e.Detail)
		}
		out = append(out, in)
	}
	return out, nil
}

// stripped leaves folders off the front of a path, but never its last part.
func stripped(name string, n int) string {
	parts := strings.Split(name, "/")
	return strings.Join(parts[min(n, len(parts)-1):], "/")
}

// contentsFile marks a folder whose archive is unpacked as a whole.
const contentsFile = "contents.json"

// contents unpacks an archive into dir, unless an interrupted run did.
func (s Stage) contents(ctx context.Context, name, dir string) (all contents, err error) {
	list := filepath.Join(dir, contentsFile)
	if data, err := os.ReadFile(list); err == nil && json.Unmarshal(data, &all) == nil {
		return all, nil
	}
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return all, err
	}
	o := s.Options
	entries, err := archive.Unpack(ctx, name, dir, archive.Limits{Files: o.Archives.MaxFiles, Bytes: o.Archives.MaxBytes, FileBytes: max(o.MaxBytes, o.Video.MaxBytes)}, hidden)
	switch {
	case errors.Is(err, archive.ErrNotArchive):
		return contents{}, os.RemoveAll(dir)
	case errors.Is(err, archive.ErrTooLarge):
		if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
			return all, err
		}
		entries, all.Reason, all.Detail = nil, string(TooLarge), err.Error()
	case errors.Is(err, archive.ErrBroken):
		all.Reason, all.Detail = string(Unreadable), err.Error()
	case errors.Is(err, os.ErrPermission):
		return contents{}, os.RemoveAll(dir) // it cannot be read, and stands in the quarantine for that
	case err != nil:
		return all, err
	case len(entries) == 0:
		all.Reason, all.Detail = string(NotAnImage), "an archive without a file"
	}
	for _, e := range entries {
		reason := ""
		switch {
		case errors.Is(e.Fault, archive.ErrFileSize):
			reason = string(TooLarge)
		case errors.Is(e.Fault, archive.ErrPath), errors.Is(e.Fault, archive.ErrTwice):
			reason = string(BadName)
		case e.Fault != nil:
			reason = string(Unreadable)
		}
		one := found{Name: e.Name, File: e.File, Size: e.Size, Reason: reason}
		if e.Fault != nil {
			one.Detail = e.Fault.Error()
		}
		all.Files = append(all.Files, one)
	}
	data, err := json.Marshal(all)
	if err != nil {
		return all, err
	}
	return all, atomicfile.WriteBytes(list, append(data, '\n'))
}

// hidden reports whether a part of a path is what ignored tells.
func hidden(name string) bool {
	return slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool { return part != ".." && part != "." && ignored(part) })
}

// onDisk returns the name of the file that holds a capture.
func (c *capture) onDisk(root string) string {
	return cmp.Or(c.file, filepath.Join(root, filepath.FromSlash(c.path)))
}

// placed returns the path by which category and group are told: in an archive,
// that of a file unpacked in the archive's place.
func (c *capture) placed() string { return cmp.Or(c.place, c.path) }
