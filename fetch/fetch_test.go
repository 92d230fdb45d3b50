package fetch_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gesturekit/gesturekit/fetch"
)

// server serves one file and can be told to misbehave.
type server struct {
	*httptest.Server
	data    []byte
	etag    string
	noRange bool
	cut     []int // for each request in turn, after how many bytes of the body the connection breaks
	status  []int // for each request in turn, a status instead
	asked   []string
}

func serve(t *testing.T, data []byte) *server {
	t.Helper()
	s := &server{data: data, etag: `"v1"`}
	s.Server = httptest.NewTLSServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := len(s.asked)
	s.asked = append(s.asked, r.Header.Get("Range")+"|"+r.Header.Get("If-Range"))
	if n < len(s.status) && s.status[n] != 0 {
		w.Header().Set("Retry-After", "7")
		http.Error(w, "no", s.status[n])
		return
	}
	if s.etag != "" {
		w.Header().Set("ETag", s.etag)
	}
	if n < len(s.cut) && s.cut[n] >= 0 {
		w = &cutter{ResponseWriter: w, left: s.cut[n]}
	}
	if s.noRange {
		w.Header().Set("Content-Length", fmt.Sprint(len(s.data)))
		_, _ = w.Write(s.data)
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s.data))
}

// cutter breaks the connection off.
type cutter struct {
	http.ResponseWriter
	left int
}

func (c *cutter) Write(p []byte) (int, error) {
	if len(p) >= c.left {
		_, _ = c.ResponseWriter.Write(p[:c.left])
		c.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	c.left -= len(p)
	return c.ResponseWriter.Write(p)
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

func noise(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(i*i>>7 + i)
	}
	return out
}

// fetcher returns one that notes how long it would have waited.
func (s *server) fetcher(waits *[]time.Duration) fetch.Fetcher {
	return fetch.Fetcher{Client: s.Client(), Wait: func(ctx context.Context, d time.Duration) error {
		if waits != nil {
			*waits = append(*waits, d)
		}
		return ctx.Err()
	}}
}

func holds(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		got[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range want {
		if got[name] != data {
			t.Errorf("%s has %d bytes or others than the wanted %d", name, len(got[name]), len(data))
		}
		delete(got, name)
	}
	for name := range got {
		t.Errorf("%s is there, too", name)
	}
}

func TestFile(t *testing.T) {
	data := noise(300_000)
	right := "#sha256=" + sum(data)
	for name, test := range map[string]struct {
		set   func(*server)
		after string // behind the address
		fault string // "" if it must succeed
		asked []string
		waits []time.Duration
	}{
		"plain":             {asked: []string{"|"}},
		"with its checksum": {after: right, asked: []string{"|"}},
		"cut twice, goes on": {
			set: func(s *server) { s.cut = []int{100_000, 50_000} }, after: right,
			asked: []string{"|", `bytes=100000-|"v1"`, `bytes=150000-|"v1"`}, waits: []time.Duration{time.Second, time.Second},
		},
		"no ranges: from the start": {
			set: func(s *server) { s.cut, s.noRange = []int{100_000}, true }, after: right,
			asked: []string{"|", `bytes=100000-|"v1"`}, waits: []time.Duration{time.Second},
		},
		"no version: from the start": {
			set: func(s *server) { s.cut, s.etag = []int{100_000}, "" }, asked: []string{"|", "|"}, waits: []time.Duration{time.Second},
		},
		"a weak version: from the start": {
			set: func(s *server) { s.cut, s.etag = []int{100_000}, `W/"v1"` }, asked: []string{"|", "|"}, waits: []time.Duration{time.Second},
		},
		"busy, then well": {
			set: func(s *server) { s.status = []int{503, 429} }, asked: []string{"|", "|", "|"}, waits: []time.Duration{7 * time.Second, 7 * time.Second},
		},
		"always in trouble": {
			set: func(s *server) { s.status = []int{500, 500, 500, 500, 500, 500} }, asked: slices.Repeat([]string{"|"}, 6),
			waits: []time.Duration{7 * time.Second, 7 * time.Second, 7 * time.Second, 8 * time.Second, 16 * time.Second},
			fault: "status 500 Internal Server Error, want 200: the server is in trouble or busy: gave up after 6 tries; the same command goes on from here",
		},
		"not there":       {set: func(s *server) { s.status = []int{404} }, asked: []string{"|"}, fault: "status 404 Not Found, want 200: nothing is there: check the address"},
		"forbidden":       {set: func(s *server) { s.status = []int{403} }, asked: []string{"|"}, fault: "status 403 Forbidden, want 200: it wants a permission"},
		"wrong checksum":  {after: "#sha256=" + sum(nil), asked: []string{"|"}, fault: "wrong checksum: SHA-256 is " + sum(data) + ", want " + sum(nil)},
		"short each time": {set: func(s *server) { s.cut, s.noRange = slices.Repeat([]int{1000}, 9), true }, asked: append([]string{"|"}, slices.Repeat([]string{`bytes=1000-|"v1"`}, 5)...), fault: "the connection broke after 1000 bytes", waits: []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, data)
			if test.set != nil {
				test.set(s)
			}
			dir := t.TempDir()
			var waits []time.Duration
			err := s.fetcher(&waits).Get(t.Context(), s.URL+"/a/hands.zip?signature=SECRET"+test.after, dir)
			slices.Sort(waits)
			slices.Sort(test.waits)
			if !slices.Equal(s.asked, test.asked) || !slices.Equal(waits, test.waits) {
				t.Errorf("asked %q, waited %v, want %q, %v", s.asked, waits, test.asked, test.waits)
			}
			if test.fault == "" {
				if err != nil {
					t.Fatal(err)
				}
				holds(t, dir, map[string]string{"hands.zip": string(data)})
				return
			}
			if err == nil || !strings.HasPrefix(err.Error(), "fetch "+s.URL+"/a/hands.zip: "+test.fault) || strings.Contains(err.Error(), "SECRET") {
				t.Errorf("%v, want fetch %s/a/hands.zip: %s", err, s.URL, test.fault)
			}
			if _, err := os.Stat(filepath.Join(dir, "hands.zip")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the file is there: %v", err)
			}
		})
	}
}

func TestFileGoesOnInALaterRun(t *testing.T) {
	data := noise(200_000)
	for name, test := range map[string]struct {
		meanwhile func(t *testing.T, s *server, part string)
		asked     string
	}{
		"from where it was": {func(*testing.T, *server, string) {}, `bytes=90000-|"v1"`},
		"from the start, another version being there": {func(_ *testing.T, s *server, _ string) {
			s.data, s.etag = noise(210_000), `"v2"`
		}, `bytes=90000-|"v1"`},
		"from the start, the part being spoilt": {func(t *testing.T, _ *server, part string) {
			if err := os.WriteFile(part, make([]byte, 90_000), 0o644); err != nil {
				t.Fatal(err)
			}
		}, `bytes=90000-|"v1"`},
		"when only the name was missing": {func(t *testing.T, _ *server, part string) {
			if err := os.WriteFile(part, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}, `bytes=200000-|"v1"`},
	} {
		t.Run(name, func(t *testing.T) {
			s, dir := serve(t, data), t.TempDir()
			ctx, cancel := context.WithCancel(t.Context())
			s.cut = []int{90_000}
			f := s.fetcher(nil)
			f.Wait = func(context.Context, time.Duration) error { cancel(); return ctx.Err() }
			if err := f.Get(ctx, s.URL+"/hands.zip", dir); !errors.Is(err, context.Canceled) {
				t.Fatalf("%v, want an interruption", err)
			}
			part := filepath.Join(dir, ".parts", "file")
			if info, err := os.Stat(part); err != nil || info.Size() != 90_000 {
				t.Fatalf("the part: %v, %v", info, err)
			}
			test.meanwhile(t, s, part)
			s.asked, s.cut = nil, nil
			if err := s.fetcher(nil).Get(t.Context(), s.URL+"/hands.zip#sha256="+sum(s.data), dir); err != nil {
				t.Fatal(err)
			}
			if s.asked[0] != test.asked {
				t.Errorf("asked %q, want %q", s.asked[0], test.asked)
			}
			holds(t, dir, map[string]string{"hands.zip": string(s.data)})

			s.asked = nil
			if err := s.fetcher(nil).Get(t.Context(), s.URL+"/hands.zip#sha256="+sum(s.data), dir); err != nil || s.asked != nil {
				t.Errorf("what is there and right was asked for: %q, %v", s.asked, err)
			}
		})
	}
}

func TestRedirects(t *testing.T) {
	s := serve(t, []byte("data"))
	plain := httptest.NewServer(s)
	defer plain.Close()
	for to, fault := range map[string]string{
		s.URL + "/other?token=SECRET":     "",
		plain.URL + "/other?token=SECRET": "redirected from https to http, which is not protected",
	} {
		from := httptest.NewTLSServer(http.RedirectHandler(to, http.StatusFound))
		f := fetch.Fetcher{Client: s.Client(), Wait: func(context.Context, time.Duration) error { return nil }}
		dir := t.TempDir()
		err := f.Get(t.Context(), from.URL+"/hands.zip", dir)
		from.Close()
		switch {
		case fault == "" && err != nil:
			t.Error(err)
		case fault == "":
			holds(t, dir, map[string]string{"hands.zip": "data"})
		case err == nil || !strings.Contains(err.Error(), fault) || strings.Contains(err.Error(), "SECRET"):
			t.Errorf("%v, want %s", err, fault)
		}
	}
}

func TestAddresses(t *testing.T) {
	for source, fault := range map[string]string{
		"ftp://host/a.zip":                     "there is no way to fetch ftp://: want https, s3 or gs",
		"https:///a.zip":                       "it names no host or bucket",
		"https://host/":                        "it ends in no file name",
		"http://host/a.zip":                    "append #sha256=",
		"https://host/a.zip#sha256=12":         "64 hexadecimal digits",
		"https://host/a.zip#md5=12":            "64 hexadecimal digits",
		"https://u:SECRET@host/a%zz.zip":       "it is malformed",
		"s3://bucket/a#sha256=" + sum(nil):     "a checksum is for one file",
		"https://u:SECRET@host/a.zip":          "do not belong into settings",
		"https://host/a.zip?sig=SECRET":        "do not belong into settings",
		"https://host/a.jpg":                   "want an archive",
		"https://host/a.zip":                   "",
		"s3://bucket/a?region=eu-west-1":       "",
		"gs://bucket":                          "",
		"http://host/a.zip#sha256=" + sum(nil): "",
	} {
		err := fetch.CheckCaptures(source)
		switch {
		case fault == "" && err != nil:
			t.Errorf("%s: %v", source, err)
		case fault != "" && (err == nil || !strings.Contains(err.Error(), fault) || !errors.Is(err, fetch.ErrAddress) || strings.Contains(err.Error(), "SECRET")):
			t.Errorf("%s: %v, want %s", source, err, fault)
		}
	}
}
