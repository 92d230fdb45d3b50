// Package fetch copies captures from elsewhere into a folder: a file from
// https://, the objects of a bucket from s3:// and gs://, and public datasets by
// their names.
//
// A file appears under its name when it is whole and its checksum, where one is
// known, is right. What was received before an interruption is kept in a folder
// of its own, and the next call goes on from there. No message and no file holds
// the query or the user part of an address, where secrets are.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"gocloud.dev/blob"

	"github.com/gesturekit/gesturekit/progress"
)

// Fetcher copies files. The zero Fetcher is ready to use.
type Fetcher struct {
	Client   *http.Client                               // for https://; nil for one with limits on silence
	Wait     func(context.Context, time.Duration) error // between tries; nil for a timer
	Workers  int                                        // objects at a time; 0 for 8
	Earlier  string                                     // a folder with files of an earlier call, linked to where they still hold; "" for none
	Progress progress.Func
}

// partsDir holds, within the folder copied to, what is not whole yet. Ingest
// passes over names that begin with a dot.
const partsDir = ".parts"

// Get copies what is at the source into an existing folder: the file of an
// https:// address under the last part of its path, the objects of a bucket
// under their keys behind the prefix.
func (f Fetcher) Get(ctx context.Context, source, dir string) error {
	a, err := parse(source)
	if err != nil {
		return err
	}
	if a.bucket() {
		u := *a.url
		u.Path, u.RawPath = "", ""
		b, err := openBucket(ctx, u.String())
		if err != nil {
			return fmt.Errorf("open %s: %w", a, bare(err))
		}
		return errors.Join(f.Bucket(ctx, b, source, dir), b.Close())
	}
	parts := filepath.Join(dir, partsDir)
	if err := os.MkdirAll(parts, 0o755); err != nil {
		return err
	}
	if err := f.file(ctx, a, want{sha256: a.sum}, filepath.Join(dir, a.base()), filepath.Join(parts, "file")); err != nil {
		return err
	}
	return os.RemoveAll(parts)
}

// Bucket copies from an open bucket, whose address is that of the source.
func (f Fetcher) Bucket(ctx context.Context, b *blob.Bucket, source, dir string) error {
	a, err := parse(source)
	if err != nil {
		return err
	}
	parts := filepath.Join(dir, partsDir)
	if err := os.MkdirAll(parts, 0o755); err != nil {
		return err
	}
	if err := f.objects(ctx, b, a, dir); err != nil {
		return err
	}
	return os.RemoveAll(parts)
}

func (f Fetcher) report(done, total int, unit, note string) {
	f.Progress.Report(progress.Event{Stage: "fetch", Done: done, Total: total, Unit: unit, Note: note})
}

// tries is how often something is tried that brings nothing new.
const tries = 6

// transient marks a fault that may be gone at the next try.
type transient struct {
	err   error
	after time.Duration // the least time to wait, as the server asks
}

func (t *transient) Error() string { return t.err.Error() }
func (t *transient) Unwrap() error { return t.err }

// persist calls once until it succeeds, fails for good, or brought nothing new
// for some tries in a row. size tells how far it got.
func (f Fetcher) persist(ctx context.Context, size func() int64, once func() error) error {
	best := size()
	for try := 1; ; try++ {
		err := once()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var t *transient
		if !errors.As(err, &t) {
			return err
		}
		if now := size(); now > best {
			best, try = now, 1
		}
		if try == tries {
			return fmt.Errorf("%w: gave up after %d tries; the same command goes on from here", t.err, tries)
		}
		if err := f.wait(ctx, max(t.after, time.Second<<(try-1))); err != nil {
			return err
		}
	}
}

// complete receives into a part until check finds it right. A part that an
// earlier call left and that turns out wrong is received once more, from the start.
func (f Fetcher) complete(ctx context.Context, part string, receive func() error, check func(name string) error) error {
	for left := size(part) > 0; ; left = false {
		if err := f.persist(ctx, func() int64 { return size(part) }, receive); err != nil {
			return err
		}
		err := check(part)
		if err == nil {
			return nil
		}
		if gone := discard(part); gone != nil {
			return gone
		}
		if !left || !errors.Is(err, ErrChecksum) {
			return err
		}
	}
}

func (f Fetcher) wait(ctx context.Context, d time.Duration) error {
	if f.Wait != nil {
		return f.Wait(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// bare is an error of the net packages without the address, whose query may
// hold secrets.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
