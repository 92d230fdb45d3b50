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

// sum reads the named files below dir on all workers and returns their digests
// in the order of the names, and the number of bytes read.
func sum(ctx context.Context, env pipeline.Env, dir string, names []string) ([]string, int64, error) {
	buffers := sync.Pool{New: func() any { return new([1 << 18]byte) }}
	var done, read atomic.Int64
	out, err := pipeline.Each(ctx, env.Workers, names, func(_ context.Context, name string) (string, error) {
		f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return "", err
		}
		defer f.Close()
		buffer := buffers.Get().(*[1 << 18]byte)
		defer buffers.Put(buffer)
		h := sha256.New()
		n, err := io.CopyBuffer(h, struct{ io.Reader }{f}, buffer[:])
		if err != nil {
			return "", err
		}
		read.Add(n)
		env.Report(int(done.Add(1)), len(names), "files")
		return hex.EncodeToString(h.Sum(nil)), nil
	})
	return out, read.Load(), err
}
