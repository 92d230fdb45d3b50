package fetch_test

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/blob/memblob"

	"github.com/gesturekit/gesturekit/fetch"
)

func put(t *testing.T, b *blob.Bucket, key, data string) {
	t.Helper()
	if err := b.WriteAll(t.Context(), key, []byte(data), nil); err != nil {
		t.Fatal(err)
	}
}

func buckets(t *testing.T) map[string]func() *blob.Bucket {
	return map[string]func() *blob.Bucket{
		"memory": func() *blob.Bucket { return memblob.OpenBucket(nil) },
		"files": func() *blob.Bucket {
			b, err := fileblob.OpenBucket(t.TempDir(), nil)
			if err != nil {
				t.Fatal(err)
			}
			return b
		},
	}
}

func TestObjects(t *testing.T) {
	for name, open := range buckets(t) {
		t.Run(name, func(t *testing.T) {
			b := open()
			defer b.Close()
			f := fetch.Fetcher{}
			put(t, b, "hands/peace/ann.jpg", "one")
			put(t, b, "hands/fist/bob.jpg", "")
			put(t, b, "hands.zip", "packed")
			put(t, b, "other/x.jpg", "not asked for")
			dir := t.TempDir()
			for range 2 {
				if err := f.Bucket(t.Context(), b, "s3://bucket/hands", dir); err != nil {
					t.Fatal(err)
				}
				holds(t, dir, map[string]string{"peace/ann.jpg": "one", "fist/bob.jpg": ""})
			}
			one := t.TempDir()
			if err := f.Bucket(t.Context(), b, "gs://bucket/hands.zip", one); err != nil {
				t.Fatal(err)
			}
			holds(t, one, map[string]string{"hands.zip": "packed"})

			again := t.TempDir()
			f.Earlier = dir
			if err := f.Bucket(t.Context(), b, "s3://bucket/hands/", again); err != nil {
				t.Fatal(err)
			}
			holds(t, again, map[string]string{"peace/ann.jpg": "one", "fist/bob.jpg": ""})
			x, _ := os.Stat(filepath.Join(dir, "peace", "ann.jpg"))
			y, _ := os.Stat(filepath.Join(again, "peace", "ann.jpg"))
			if !os.SameFile(x, y) {
				t.Error("an unchanged object was copied again")
			}
			put(t, b, "hands/peace/ann.jpg", "two")
			if err := f.Bucket(t.Context(), b, "s3://bucket/hands", again); err != nil {
				t.Fatal(err)
			}
			holds(t, again, map[string]string{"peace/ann.jpg": "two", "fist/bob.jpg": ""})
			holds(t, dir, map[string]string{"peace/ann.jpg": "one", "fist/bob.jpg": ""})
		})
	}
}

func TestObjectsFaults(t *testing.T) {
	b := memblob.OpenBucket(nil)
	defer b.Close()
	f := fetch.Fetcher{}
	put(t, b, "up/../../evil.jpg", "x")
	put(t, b, `back/a\b.jpg`, "x")
	put(t, b, "both/a", "x")
	put(t, b, "both/a/b", "x")
	for folder, want := range map[string]string{
		"none": "list s3://bucket/none: there is no object: check bucket and folder",
		"up":   `list s3://bucket/up: the key "up/../../evil.jpg" cannot be a file below a folder`,
		"back": `cannot be a file below a folder`,
		"both": "fetch s3://bucket/both/a",
	} {
		dir := t.TempDir()
		if err := f.Bucket(t.Context(), b, "s3://bucket/"+folder, dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", folder, err, want)
		}
	}
}

// s3 is as much of the service as reading needs: ListObjectsV2 and GetObject
// with ranges.
type s3 struct {
	mu      sync.Mutex
	objects map[string]string
	md5     map[string]string // where it is not that of the object
	cut     map[string]int    // how much of an object is sent at a time
	asked   []string
}

func (s *s3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	modified := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	etag := func(key string) string {
		if tag, ok := s.md5[key]; ok {
			return tag
		}
		sum := md5.Sum([]byte(s.objects[key]))
		return hex.EncodeToString(sum[:])
	}
	if r.URL.Path == "/hands" || r.URL.Path == "/hands/" {
		var keys []string
		for k := range s.objects {
			if strings.HasPrefix(k, r.URL.Query().Get("prefix")) {
				keys = append(keys, k)
			}
		}
		slices.Sort(keys)
		w.Header().Set("Content-Type", "application/xml")
		fmt.Fprint(w, `<?xml version="1.0"?><ListBucketResult><Name>hands</Name><IsTruncated>false</IsTruncated>`)
		for _, k := range keys {
			fmt.Fprintf(w, `<Contents><Key>%s</Key><LastModified>%s</LastModified><ETag>"%s"</ETag><Size>%d</Size></Contents>`, k, modified.Format("2006-01-02T15:04:05.000Z"), etag(k), len(s.objects[k]))
		}
		fmt.Fprint(w, `</ListBucketResult>`)
		return
	}
	key := strings.TrimPrefix(r.URL.Path, "/hands/")
	data, ok := s.objects[key]
	if !ok || !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=EXAMPLE/") {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	s.asked = append(s.asked, key+" "+r.Header.Get("Range"))
	w.Header().Set("ETag", `"`+etag(key)+`"`)
	if n, ok := s.cut[key]; ok {
		w = &cutter{ResponseWriter: w, left: n}
	}
	http.ServeContent(w, r, "", modified, strings.NewReader(data))
}

// TestS3 goes through AWS's own client.
func TestS3(t *testing.T) {
	big := string(noise(100_000))
	s := &s3{objects: map[string]string{"a/peace/1.jpg": "one", "a/peace/2.jpg": big}, cut: map[string]int{"a/peace/2.jpg": 40_000}, md5: map[string]string{}}
	host := httptest.NewServer(s)
	defer host.Close()
	t.Setenv("AWS_ACCESS_KEY_ID", "EXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "SECRET")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	source := "s3://hands/a?region=eu-west-1&use_path_style=true&disable_https=true&endpoint=" + host.URL
	dir := t.TempDir()
	f := fetch.Fetcher{Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
	err := f.Get(t.Context(), source, dir)
	if err != nil && strings.Contains(err.Error(), "nocloud") {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	holds(t, dir, map[string]string{"peace/1.jpg": "one", "peace/2.jpg": big})
	slices.Sort(s.asked)
	want := []string{"a/peace/1.jpg ", "a/peace/2.jpg ", "a/peace/2.jpg bytes=40000-", "a/peace/2.jpg bytes=80000-"}
	if !slices.Equal(s.asked, want) {
		t.Errorf("asked %q, want %q", s.asked, want)
	}

	s.md5["a/peace/1.jpg"] = strings.Repeat("0", 32)
	if err := f.Get(t.Context(), source, t.TempDir()); err == nil || !strings.Contains(err.Error(), "fetch s3://hands/a/peace/1.jpg: wrong checksum: MD5 is f97c5d29941bfb1b2fdab0874906ab82, the bucket lists 0000") {
		t.Errorf("%v, want a wrong checksum", err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "OTHER")
	if err := f.Get(t.Context(), source, t.TempDir()); err == nil || !strings.Contains(err.Error(), "access denied: check the credentials") || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("%v, want access denied", err)
	}
}

// TestGS goes through Google's own client.
func TestGS(t *testing.T) {
	var asked []string
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		if strings.HasSuffix(r.URL.Path, "/b/hands/o") {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"kind":"storage#objects","items":[{"name":"a/peace/1.jpg","bucket":"hands","size":"3","updated":"2026-05-01T12:00:00Z","md5Hash":"+XxdKZQb+xsv2rCHSQargg=="}]}`)
			return
		}
		w.Header().Set("Last-Modified", "Fri, 01 May 2026 12:00:00 GMT")
		w.Header().Set("X-Goog-Generation", "1")
		_, _ = io.WriteString(w, "one")
	}))
	defer host.Close()
	t.Setenv("STORAGE_EMULATOR_HOST", strings.TrimPrefix(host.URL, "http://"))
	dir := t.TempDir()
	err := fetch.Fetcher{Workers: 1, Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}.Get(t.Context(), "gs://hands/a?anonymous=true", dir)
	if err != nil && strings.Contains(err.Error(), "nocloud") {
		t.Skip(err)
	} else if err != nil {
		t.Fatalf("%v; asked %q", err, asked)
	}
	holds(t, dir, map[string]string{"peace/1.jpg": "one"})
}
