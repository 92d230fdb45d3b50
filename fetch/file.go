package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/gesturekit/gesturekit/internal/atomicfile"
)

// ErrChecksum is returned for a file that is not what its checksum demands.
var ErrChecksum = errors.New("wrong checksum")

// want is what is known of a file beforehand.
type want struct {
	sha256 string // "" for unknown
	bytes  int64  // 0 for unknown
}

// file copies one file. part is where it grows.
func (f Fetcher) file(ctx context.Context, a address, w want, to, part string) error {
	if w.sha256 != "" && w.check(to) == nil {
		return nil
	}
	if err := f.complete(ctx, part, func() error { return f.receive(ctx, a, part) }, w.check); err != nil {
		return fmt.Errorf("fetch %s: %w", a, err)
	}
	if err := os.Remove(part + validatorEnd); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Rename(part, to)
}

func discard(part string) error {
	return errors.Join(os.RemoveAll(part), os.RemoveAll(part+validatorEnd))
}

func (w want) check(name string) error {
	if n := size(name); w.bytes > 0 && n != w.bytes {
		return fmt.Errorf("%w: got %d bytes, want %d: the file was changed there, or something on the way answers in its place", ErrChecksum, n, w.bytes)
	}
	if w.sha256 == "" {
		return nil
	}
	got, err := digest(name, sha256.New())
	if err != nil {
		return err
	}
	if got != w.sha256 {
		return fmt.Errorf("%w: SHA-256 is %s, want %s: the file was changed there, or something on the way answers in its place", ErrChecksum, got, w.sha256)
	}
	return nil
}

// digest returns the hexadecimal digest of a file.
func digest(name string, h hash.Hash) (string, error) {
	in, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer in.Close()
	if _, err := io.Copy(h, in); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// size returns a file's length, 0 if there is none.
func size(name string) int64 {
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	return info.Size()
}

// validatorEnd ends the name of the file that keeps, beside a part, the version
// it is of: an ETag, or a Last-Modified.
const validatorEnd = ".version"

// receive goes on with a part where it ends, if the server still has the same
// version and can, or else from the start.
func (f Fetcher) receive(ctx context.Context, a address, part string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url.String(), nil)
	if err != nil {
		return bare(err)
	}
	req.Header.Set("Accept-Encoding", "identity") // bytes count as they are stored
	from := int64(0)
	if version, err := os.ReadFile(part + validatorEnd); err == nil {
		if from = size(part); from > 0 {
			req.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
			req.Header.Set("If-Range", string(version))
		}
	}
	resp, err := f.client().Do(req)
	if err != nil {
		return &transient{err: bare(err)}
	}
	defer resp.Body.Close()
	total := int64(-1)
	switch {
	case resp.StatusCode == http.StatusOK:
		from, total = 0, resp.ContentLength
		if err := keepVersion(part, resp.Header); err != nil {
			return err
		}
	case resp.StatusCode == http.StatusPartialContent && from > 0:
		var ok bool
		if total, ok = contentRange(resp.Header, from); !ok {
			return errors.Join(discard(part), &transient{err: fmt.Errorf("asked for the bytes from %d, got %q", from, resp.Header.Get("Content-Range"))})
		}
	case resp.StatusCode == http.StatusRequestedRangeNotSatisfiable && from > 0:
		if resp.Header.Get("Content-Range") == fmt.Sprintf("bytes */%d", from) {
			return nil // nothing was missing
		}
		return errors.Join(discard(part), &transient{err: statusError(resp)})
	case retryable(resp.StatusCode):
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return &transient{err: statusError(resp), after: min(time.Duration(max(seconds, 0))*time.Second, 2*time.Minute)}
	default:
		return statusError(resp)
	}
	return f.append(resp.Body, part, from, total, cancel)
}

// append writes a body behind the first bytes of a part. An error of the body
// is transient, one of the disk is not.
func (f Fetcher) append(body io.Reader, part string, from, total int64, cancel func()) (err error) {
	out, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if err := out.Truncate(from); err != nil {
		return err
	}
	if _, err := out.Seek(from, io.SeekStart); err != nil {
		return err
	}
	// A connection that says nothing for a minute is given up.
	const silence = time.Minute
	alarm := time.AfterFunc(silence, cancel)
	defer alarm.Stop()
	in := &tap{in: body, each: func(n int) {
		alarm.Reset(silence)
		from += int64(n)
		f.report(int(from>>20), int(max(total, 0)>>20), "MiB", "")
	}}
	_, err = io.Copy(out, in)
	switch {
	case in.err != nil:
		return &transient{err: fmt.Errorf("the connection broke after %d bytes: %w", from, bare(in.err))}
	case err != nil:
		return err
	case total >= 0 && from != total:
		return &transient{err: fmt.Errorf("got %d bytes, the server promised %d", from, total)}
	}
	return out.Sync()
}

// tap tells of each read and keeps errors of reading apart from those of
// writing.
type tap struct {
	in   io.Reader
	each func(n int)
	err  error
}

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.in.Read(p)
	t.each(n)
	if err != nil && err != io.EOF {
		t.err = err
	}
	return n, err
}

// keepVersion notes which version a new part is of. Without one it cannot be
// gone on with.
func keepVersion(part string, h http.Header) error {
	version := h.Get("ETag")
	if version == "" || strings.HasPrefix(version, "W/") { // a weak one does not vouch for bytes
		version = h.Get("Last-Modified")
	}
	if err := discard(part); err != nil || version == "" {
		return err
	}
	return atomicfile.WriteBytes(part+validatorEnd, []byte(version))
}

// contentRange returns the whole length that a Content-Range states, -1 for
// unknown, and whether it begins where it should.
func contentRange(h http.Header, from int64) (total int64, ok bool) {
	span, length, ok := strings.Cut(strings.TrimPrefix(h.Get("Content-Range"), "bytes "), "/")
	first, _, both := strings.Cut(span, "-")
	if start, err := strconv.ParseInt(first, 10, 64); !ok || !both || err != nil || start != from {
		return 0, false
	}
	if length == "*" {
		return -1, true
	}
	total, err := strconv.ParseInt(length, 10, 64)
	return total, err == nil
}

func retryable(status int) bool {
	return status >= 500 && status != http.StatusNotImplemented || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status == http.StatusTooEarly
}

func statusError(resp *http.Response) error {
	advice := "look at the address with a browser"
	switch {
	case resp.StatusCode == http.StatusNotFound, resp.StatusCode == http.StatusGone:
		advice = "nothing is there: check the address"
	case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden:
		advice = "it wants a permission: check the address; a signed one may have expired"
	case retryable(resp.StatusCode):
		advice = "the server is in trouble or busy"
	}
	return fmt.Errorf("status %d %s, want 200: %s", resp.StatusCode, http.StatusText(resp.StatusCode), advice)
}

func (f Fetcher) client() *http.Client {
	c := http.Client{}
	if f.Client != nil {
		c = *f.Client
	} else {
		t := http.DefaultTransport.(*http.Transport).Clone() // with proxies from the environment
		t.ResponseHeaderTimeout = time.Minute
		c.Transport = t
	}
	c.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		switch {
		case len(via) == 10:
			return errors.New("more than 10 redirects")
		case via[0].URL.Scheme == "https" && req.URL.Scheme != "https":
			return fmt.Errorf("redirected from https to %s, which is not protected", req.URL.Scheme)
		}
		return nil
	}
	return &c
}
