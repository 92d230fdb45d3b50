package fetch

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"github.com/gesturekit/gesturekit/pipeline"
)

// object is one to copy.
type object struct {
	*blob.ListObject
	name string // slash-separated, below the folder
}

func (f Fetcher) objects(ctx context.Context, b *blob.Bucket, a address, dir string) error {
	list, err := f.list(ctx, b, a)
	if err != nil {
		return err
	}
	workers := f.Workers
	if workers == 0 {
		workers = 8
	}
	var done atomic.Int64
	_, err = pipeline.Each(ctx, workers, list, func(ctx context.Context, o object) (struct{}, error) {
		if err := f.object(ctx, b, o, dir); err != nil {
			return struct{}{}, fmt.Errorf("fetch %s://%s/%s: %w", a.url.Scheme, a.url.Host, o.Key, err)
		}
		f.report(int(done.Add(1)), len(list), "files", "")
		return struct{}{}, nil
	})
	return err
}

// list returns the object at the address, or those below it.
func (f Fetcher) list(ctx context.Context, b *blob.Bucket, a address) (out []object, err error) {
	prefix := strings.Trim(a.url.Path, "/")
	below := prefix
	if prefix != "" {
		below += "/"
	}
	var page []*blob.ListObject
	for token := blob.FirstPageToken; len(token) > 0; {
		err := f.persist(ctx, func() int64 { return 0 }, func() error {
			var next []byte
			var err error
			if page, next, err = b.ListPage(ctx, token, 1000, &blob.ListOptions{Prefix: prefix}); err == nil {
				token = next
			}
			return classify(err)
		})
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", a, err)
		}
		for _, o := range page {
			name, ok := strings.CutPrefix(o.Key, below)
			switch {
			case strings.HasSuffix(o.Key, "/"): // stands for a folder
			case o.Key == prefix:
				return []object{{o, path.Base(o.Key)}}, nil
			case !ok:
			case !filepath.IsLocal(filepath.FromSlash(name)) || path.Clean(name) != name || strings.Contains(name, `\`) || strings.HasPrefix(name, partsDir+"/"):
				return nil, fmt.Errorf("list %s: the key %q cannot be a file below a folder: rename the object", a, o.Key)
			default:
				out = append(out, object{o, name})
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("list %s: there is no object: check bucket and folder", a)
	}
	return out, nil
}

// object copies one object, unless it is there. As other programs that copy
// buckets do, it gives the file the object's time, and takes a file of the same
// size and time for the same.
func (f Fetcher) object(ctx context.Context, b *blob.Bucket, o object, dir string) error {
	to := filepath.Join(dir, filepath.FromSlash(o.name))
	if o.is(to) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if f.Earlier != "" {
		if have := filepath.Join(f.Earlier, filepath.FromSlash(o.name)); o.is(have) && os.Link(have, to) == nil {
			return nil
		}
	}
	part := filepath.Join(dir, partsDir, o.version())
	if err := f.complete(ctx, part, func() error { return f.read(ctx, b, o, part) }, o.check); err != nil {
		return err
	}
	if err := os.Chtimes(part, o.ModTime, o.ModTime); err != nil {
		return err
	}
	return os.Rename(part, to)
}

// is reports whether a file is the object.
func (o object) is(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Size() == o.Size && info.ModTime().Equal(o.ModTime)
}

// version names the part of one version of the object, so that two are never
// mixed.
func (o object) version() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%d\n%x", o.Key, o.Size, o.ModTime.UnixNano(), o.MD5))
	return hex.EncodeToString(sum[:12])
}

// read goes on with a part where it ends.
func (f Fetcher) read(ctx context.Context, b *blob.Bucket, o object, part string) error {
	from := size(part)
	if from > o.Size {
		from = 0
	}
	if from == o.Size && from > 0 {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := b.NewRangeReader(ctx, o.Key, from, -1, nil)
	if err != nil {
		return classify(err)
	}
	defer r.Close()
	if !r.ModTime().Equal(o.ModTime) || r.Size() != o.Size {
		return errors.New("the object changed while the bucket was read: run the same command again")
	}
	quiet := Fetcher{} // files are counted, not bytes
	return quiet.append(r, part, from, o.Size, cancel)
}

func (o object) check(name string) error {
	if n := size(name); n != o.Size {
		return fmt.Errorf("%w: got %d bytes, the bucket lists %d", ErrChecksum, n, o.Size)
	}
	if len(o.MD5) == 0 {
		return nil
	}
	got, err := digest(name, md5.New())
	if err != nil {
		return err
	}
	if got != hex.EncodeToString(o.MD5) {
		return fmt.Errorf("%w: MD5 is %s, the bucket lists %x: something on the way changes it", ErrChecksum, got, o.MD5)
	}
	return nil
}

// classify tells faults that may pass from those that stay.
func classify(err error) error {
	switch gcerrors.Code(err) {
	case gcerrors.OK:
		return nil
	case gcerrors.Canceled:
		return err
	case gcerrors.NotFound:
		return fmt.Errorf("it does not exist: check bucket and folder: %w", bare(err))
	case gcerrors.PermissionDenied:
		return fmt.Errorf("access denied: check the credentials in the environment, or append ?anonymous=true for a public bucket: %w", bare(err))
	case gcerrors.InvalidArgument, gcerrors.Unimplemented, gcerrors.FailedPrecondition:
		return bare(err)
	}
	return &transient{err: bare(err)}
}
