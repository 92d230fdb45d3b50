package export

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gesturekit/gesturekit/pipeline"
)

// ChecksumsFile lists the SHA-256 of every other file of an exported folder, as
// sha256sum prints and checks it, sorted by path.
const ChecksumsFile = "checksums.sha256"

// sums maps slash-separated paths in a folder to hexadecimal SHA-256.
type sums map[string]string

func (s sums) paths() []string {
	out := make([]string, 0, len(s))
	for p := range s {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

func (s sums) write(w io.Writer) error {
	for _, p := range s.paths() {
		if _, err := fmt.Fprintf(w, "%s  %s\n", s[p], p); err != nil {
			return err
		}
	}
	return nil
}

// readSums reads what write wrote. Errors name the line.
func readSums(r io.Reader) (sums, error) {
	s, last := sums{}, ""
	in := bufio.NewReader(r)
	for line := 1; ; line++ {
		text, err := in.ReadString('\n')
		if err == io.EOF && text == "" {
			return s, nil
		}
		if err != nil && err != io.EOF {
			return nil, err
		}
		sum, name, ok := strings.Cut(strings.TrimSuffix(text, "\n"), "  ")
		switch digest, bad := hex.DecodeString(sum); {
		case err == io.EOF:
			return nil, fmt.Errorf("line %d: it has no end: the file is cut off", line)
		case !ok || bad != nil || len(digest) != sha256.Size || sum != strings.ToLower(sum):
			return nil, fmt.Errorf("line %d: want a SHA-256 in lower case, two spaces and a path", line)
		case !local(name) || name == ChecksumsFile:
			return nil, fmt.Errorf("line %d: %q is no path of a file in the folder", line, name)
		case name <= last:
			return nil, fmt.Errorf("line %d: %q stands behind %q: want paths sorted, each once", line, name, last)
		}
		s[name], last = sum, name
	}
}

// local tells a clean slash path that stays in its folder and fits on a line.
func local(p string) bool {
	return p != "." && path.Clean(p) == p && filepath.IsLocal(filepath.FromSlash(p)) && !strings.ContainsAny(p, "\\\n\r\x00")
}

// sum reads the named files below dir on all workers and returns their digests, the
// files that cannot be read, in the order of the names, and the number of bytes read.
func sum(ctx context.Context, env pipeline.Env, dir string, names []string) (s sums, unread []Fault, n int64, err error) {
	buffers := sync.Pool{New: func() any { return new([1 << 18]byte) }}
	var done, read atomic.Int64
	type result struct {
		digest string
		err    error
	}
	results, err := pipeline.Each(ctx, env.Workers, names, func(_ context.Context, name string) (result, error) {
		buffer := buffers.Get().(*[1 << 18]byte)
		defer buffers.Put(buffer)
		digest, n, err := digest(filepath.Join(dir, filepath.FromSlash(name)), buffer[:])
		read.Add(n)
		env.Report(int(done.Add(1)), len(names), "files")
		return result{digest, err}, nil
	})
	if err != nil {
		return nil, nil, 0, err
	}
	s = make(sums, len(names))
	for i, r := range results {
		if r.err != nil {
			unread = append(unread, Fault{names[i], "it cannot be read: " + bare(r.err).Error()})
		} else {
			s[names[i]] = r.digest
		}
	}
	return s, unread, read.Load(), nil
}

// digest returns the SHA-256 of a file and how many bytes were read.
func digest(name string, buffer []byte) (string, int64, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.CopyBuffer(h, struct{ io.Reader }{f}, buffer)
	return hex.EncodeToString(h.Sum(nil)), n, err
}
