package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/internal/atomicfile"
)

// content is what lies in some files and folders: a digest a file, and the size
// and time that the digest was taken at, so that an unchanged file need not be
// read again.
type content map[string]fileState

type fileState struct {
	Size   int64  `json:"size"`
	Time   int64  `json:"time"` // modification time, ns since 1970
	SHA256 string `json:"sha256"`
}

// scan returns the content of the roots, files or folders. It reads only the
// files that differ in size or time from known. Paths are slash-separated
// and relative to their root; a root that is a file is "./name". lasting may be nil;
// see Passing.
func scan(ctx context.Context, roots []string, known content, workers int, lasting func(path string) func([]byte) []byte) (content, error) {
	var names, keys []string
	seen := map[string]bool{}
	for i, root := range roots {
		files, err := list(root)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			key := filepath.ToSlash(f)
			if f == "." {
				key = "./" + filepath.Base(root)
			}
			for seen[key] {
				key = fmt.Sprintf("%d/%s", i, key)
			}
			seen[key] = true
			names, keys = append(names, filepath.Join(root, f)), append(keys, key)
		}
	}
	at := make([]int, len(names))
	for i := range at {
		at[i] = i
	}
	states, err := Each(ctx, workers, at, func(_ context.Context, i int) (fileState, error) {
		var of func([]byte) []byte
		if lasting != nil {
			of = lasting(keys[i])
		}
		return stateOf(names[i], known[keys[i]], of)
	})
	if err != nil {
		return nil, err
	}
	c := make(content, len(keys))
	for i, k := range keys {
		c[k] = states[i]
	}
	return c, nil
}

// list returns the files and the empty folders below root, relative to it; "."
// when root is a file. Empty folders end in a slash: to ingest, for one, an
// empty category is a fault.
func list(root string) ([]string, error) {
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		return nil, err
	}
	var files []string
	err = filepath.WalkDir(real, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			inside, err := os.ReadDir(p)
			if err != nil || len(inside) > 0 || p == real {
				return err
			}
			rel, err := filepath.Rel(real, p)
			files = append(files, rel+string(filepath.Separator))
			return err
		}
		if info, err := os.Stat(p); err != nil || !info.Mode().IsRegular() {
			return nil // a dangling link, a socket: the stage says what it makes of it
		}
		rel, err := filepath.Rel(real, p)
		files = append(files, rel)
		return err
	})
	return files, err
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
	for _, k := range c.paths() {
		fmt.Fprintf(h, "%s  %s\n", c[k].SHA256, k)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// sha256 returns the digest of a file, "" if it is unknown or not relied on.
func (c content) sha256(path string) string {
	if s := c[path].SHA256; len(s) == hex.EncodedLen(sha256.Size) {
		return s
	}
	return ""
}

func (c content) paths() []string {
	keys := make([]string, 0, len(c))
	for k := range c {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// difference says in a few words what changed from old to c, or "".
func (c content) difference(old content) string {
	var added, changed, missing []string
	for _, k := range c.paths() {
		if o, ok := old[k]; !ok {
			added = append(added, k)
		} else if o.SHA256 != c[k].SHA256 {
			changed = append(changed, k)
		}
	}
	for _, k := range old.paths() {
		if _, ok := c[k]; !ok {
			missing = append(missing, k)
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
	c := content{}
	if data, err := os.ReadFile(name); err == nil && json.Unmarshal(data, &c) != nil {
		return content{}
	}
	return c
}

func (c content) write(name string) error {
	data, err := json.MarshalIndent(c, "", "")
	if err != nil {
		return err
	}
	return atomicfile.WriteBytes(name, append(data, '\n'))
}
