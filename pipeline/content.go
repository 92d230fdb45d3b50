package pipeline

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gesturekit/gesturekit/internal/atomicfile"
)

// content is what lies in some files and folders, sorted by path: a digest a file,
// and the size and time that the digest was taken at, so that an unchanged file
// need not be read again.
type content []file

type file struct {
	path string
	fileState
}

type fileState struct {
	Size   int64
	Time   int64 // modification time, ns since 1970
	SHA256 string
}

// scan returns the content of the roots, files or folders. It reads only the
// files that differ in size or time from known. Paths are slash-separated
// and relative to their root; a root that is a file is "./name". lasting may be nil;
// see Passing.
func scan(ctx context.Context, roots []string, known content, workers int, lasting func(path string) func([]byte) []byte) (content, error) {
	type place struct{ name, key string }
	var places []place
	seen := map[string]bool{}
	for i, root := range roots {
		real, err := filepath.EvalSymlinks(root)
		if err != nil {
			return nil, err
		}
		files, err := list(real)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			p := place{real, "./" + filepath.Base(root)}
			if f != "" {
				p = place{real + string(filepath.Separator) + f, filepath.ToSlash(f)}
			}
			for len(roots) > 1 && seen[p.key] {
				p.key = fmt.Sprintf("%d/%s", i, p.key)
			}
			if len(roots) > 1 {
				seen[p.key] = true
			}
			places = append(places, p)
		}
	}
	slices.SortFunc(places, func(a, b place) int { return strings.Compare(a.key, b.key) })
	states, err := Each(ctx, workers, places, func(_ context.Context, p place) (file, error) {
		var of func([]byte) []byte
		if lasting != nil {
			of = lasting(p.key)
		}
		s, err := stateOf(p.name, known.of(p.key), of)
		return file{p.key, s}, err
	})
	return states, err
}

// list returns the files and the empty folders below a folder, relative to it; ""
// when root is a file. Empty folders end in a slash: to ingest, for one, an
// empty category is a fault.
func list(root string) (files []string, err error) {
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		return []string{""}, err
	}
	var walk func(dir, at string) error
	walk = func(dir, at string) error {
		inside, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		if len(inside) == 0 && at != "" {
			files = append(files, at)
		}
		for _, d := range inside {
			name, rel := dir+string(filepath.Separator)+d.Name(), at+d.Name()
			if d.IsDir() {
				if err := walk(name, rel+string(filepath.Separator)); err != nil {
					return err
				}
				continue
			}
			if !d.Type().IsRegular() {
				if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
					continue // a dangling link, a socket: the stage says what it makes of it
				}
			}
			files = append(files, rel)
		}
		return nil
	}
	return files, walk(root, "")
}

// unreadable stands for the digest of a file that may not be read. It is never
// relied on: the permission may change without a trace in size and time.
const unreadable = "unreadable"

// stateOf digests the file, or what lasting returns of it if that is not nil.
func stateOf(name string, known fileState, lasting func([]byte) []byte) (fileState, error) {
	info, err := os.Stat(name)
	if err != nil {
		return fileState{}, err
	}
	if info.IsDir() {
		return fileState{SHA256: "empty folder"}, nil
	}
	s := fileState{Size: info.Size(), Time: info.ModTime().UnixNano(), SHA256: known.SHA256}
	if s == known && s.SHA256 != unreadable {
		return s, nil
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrPermission) {
		s.SHA256 = unreadable
		return s, nil
	}
	if err != nil {
		return fileState{}, err
	}
	defer f.Close()
	h := sha256.New()
	if lasting != nil {
		data, err := io.ReadAll(f)
		if err != nil {
			return fileState{}, err
		}
		h.Write(lasting(data))
	} else if _, err := io.Copy(h, f); err != nil {
		return fileState{}, err
	}
	s.SHA256 = hex.EncodeToString(h.Sum(nil))
	return s, nil
}

// digest is the SHA-256 of the lines "<sha256>  <path>", sorted by path: what
// sha256sum prints for the files, hashed once more.
func (c content) digest() string {
	h := sha256.New()
	w := bufio.NewWriter(h)
	for _, f := range c {
		for _, part := range []string{f.SHA256, "  ", f.path, "\n"} {
			_, _ = w.WriteString(part) // a hash takes everything
		}
	}
	_ = w.Flush()
	return hex.EncodeToString(h.Sum(nil))
}

// of returns what is known of a file.
func (c content) of(path string) fileState {
	if i, ok := slices.BinarySearchFunc(c, path, func(f file, path string) int { return strings.Compare(f.path, path) }); ok {
		return c[i].fileState
	}
	return fileState{}
}

// sha256 returns the digest of a file, "" if it is unknown or not relied on.
func (c content) sha256(path string) string {
	if s := c.of(path).SHA256; len(s) == hex.EncodedLen(sha256.Size) {
		return s
	}
	return ""
}

// difference says in a few words what changed from old to c, or "".
func (c content) difference(old content) string {
	var added, changed, missing []string
	for len(c) > 0 || len(old) > 0 {
		switch {
		case len(old) == 0 || len(c) > 0 && c[0].path < old[0].path:
			added, c = append(added, c[0].path), c[1:]
		case len(c) == 0 || old[0].path < c[0].path:
			missing, old = append(missing, old[0].path), old[1:]
		default:
			if c[0].SHA256 != old[0].SHA256 {
				changed = append(changed, c[0].path)
			}
			c, old = c[1:], old[1:]
		}
	}
	var parts []string
	for _, p := range []struct {
		word  string
		files []string
	}{{"missing", missing}, {"changed", changed}, {"new", added}} {
		switch n := len(p.files); {
		case n == 1:
			parts = append(parts, fmt.Sprintf("%s is %s", p.files[0], p.word))
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d files are %s, %s first", n, p.word, p.files[0]))
		}
	}
	return strings.Join(parts, "; ")
}

// readContent reads what write wrote; a missing or broken file is an empty
// content, for all it can cost is a fresh look at the files.
func readContent(name string) content {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	text := string(data) // of which all paths and digests are parts
	c := make(content, 0, strings.Count(text, "\x00"))
	for text != "" {
		var f file
		var size, time string
		var ended bool
		size, text, _ = strings.Cut(text, " ")
		time, text, _ = strings.Cut(text, " ")
		f.path, text, _ = strings.Cut(text, "\x00")
		f.SHA256, text, ended = strings.Cut(text, "\n")
		var err, err2 error
		f.Size, err = strconv.ParseInt(size, 10, 64)
		f.Time, err2 = strconv.ParseInt(time, 10, 64)
		if !ended || err != nil || err2 != nil || len(c) > 0 && c[len(c)-1].path >= f.path {
			return nil
		}
		c = append(c, f)
	}
	return c
}

// write writes size, time, path and digest of each file, the path ending in a byte
// of zero, which none can hold.
func (c content) write(name string) error {
	return atomicfile.Write(name, func(w io.Writer) error {
		var line []byte
		for _, f := range c {
			line = append(strconv.AppendInt(line[:0], f.Size, 10), ' ')
			line = append(strconv.AppendInt(line, f.Time, 10), ' ')
			line = append(append(line, f.path...), 0)
			line = append(append(line, f.SHA256...), '\n')
			if _, err := w.Write(line); err != nil {
				return err
			}
		}
		return nil
	})
}
