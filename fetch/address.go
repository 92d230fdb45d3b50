package fetch

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/gesturekit/gesturekit/ingest/archive"
)

// ErrAddress marks an address that cannot be used.
var ErrAddress = errors.New("address")

// address is where captures come from.
type address struct {
	url *url.URL
	sum string // the SHA-256 that a fragment #sha256=... demands, "" for none
}

// Remote reports whether a name is an address and not a folder.
func Remote(name string) bool { return strings.Contains(name, "://") }

// Show returns an address without what may be secret: user, query and fragment.
func Show(source string) string {
	u, err := url.Parse(source)
	if err != nil {
		scheme, _, _ := strings.Cut(source, "://")
		return scheme + "://..."
	}
	return show(u)
}

func show(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

func parse(source string) (address, error) {
	fail := func(format string, args ...any) (address, error) {
		return address{}, fmt.Errorf("%w %s: %s", ErrAddress, Show(source), fmt.Sprintf(format, args...))
	}
	u, err := url.Parse(source)
	if err != nil {
		return fail("it is malformed: want such as https://host/captures.zip or s3://bucket/folder")
	}
	a := address{url: u}
	if u.Fragment != "" {
		sum, ok := strings.CutPrefix(u.Fragment, "sha256=")
		if raw, err := hex.DecodeString(sum); !ok || err != nil || len(raw) != 32 {
			return fail("what follows # is %q: want sha256= and 64 hexadecimal digits", u.Fragment)
		}
		a.sum = strings.ToLower(sum)
	}
	u.Fragment = ""
	switch {
	case u.Host == "":
		return fail("it names no host or bucket")
	case u.Scheme == "s3", u.Scheme == "gs":
		if a.sum != "" {
			return fail("a checksum is for one file from https://; objects of a bucket are checked by their own")
		}
	case u.Scheme == "https", u.Scheme == "http" && a.sum != "":
		if b := a.base(); b == "." || b == "/" || strings.HasPrefix(b, ".") {
			return fail("it ends in no file name: want such as https://host/captures.zip")
		}
	case u.Scheme == "http":
		return fail("http is not protected against changes on the way: use https, or append #sha256= and the file's checksum")
	default:
		return fail("there is no way to fetch %s://: want https, s3 or gs", u.Scheme)
	}
	return a, nil
}

// CheckCaptures reports why an address cannot stand in a config, whose settings
// are written beside the results.
func CheckCaptures(source string) error {
	a, err := parse(source)
	if err != nil {
		return err
	}
	switch {
	case a.url.User != nil, !a.bucket() && a.url.RawQuery != "":
		return fmt.Errorf("%w %s: user, password and query may be secret and do not belong into settings: fetch it to a folder with 'gesturekit fetch --to captures ADDRESS'", ErrAddress, show(a.url))
	case !a.bucket() && !archive.Named(a.base()):
		return fmt.Errorf("%w %s: want an archive, .zip, .tar, .tar.gz or .tgz", ErrAddress, show(a.url))
	}
	return nil
}

func (a address) bucket() bool { return a.url.Scheme == "s3" || a.url.Scheme == "gs" }

// base is the name of the file at an https:// address.
func (a address) base() string { return path.Base(a.url.Path) }

func (a address) String() string { return show(a.url) }
