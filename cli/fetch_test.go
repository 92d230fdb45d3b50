package cli_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// site serves an archive of the test captures, and can be told to stop in the
// middle of it.
type site struct {
	*httptest.Server
	data  []byte
	stall func() // called when the body is half sent, once
	asked []string
}

func newSite(t *testing.T, dir string) *site {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.AddFS(os.DirFS(filepath.Join(dir, "captures"))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s := &site{data: b.Bytes()}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked = append(s.asked, r.Header.Get("Range"))
	w.Header().Set("ETag", `"one"`)
	if stall := s.stall; stall != nil {
		s.stall = nil
		w.Header().Set("Content-Length", fmt.Sprint(len(s.data)))
		_, _ = w.Write(s.data[:len(s.data)/2])
		w.(http.Flusher).Flush()
		stall()
		<-r.Context().Done()
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s.data))
}

func (s *site) address() string {
	return fmt.Sprintf("%s/hands.tar#sha256=%x", s.URL, sha256.Sum256(s.data))
}

func TestFetchedCaptures(t *testing.T) {
	dir := captures(t)
	s := newSite(t, dir)
	run(t, dir, "local")

	// An interruption leaves a part, and the next run goes on from it.
	ctx, cancel := context.WithCancel(t.Context())
	out := filepath.Join(dir, "out")
	s.stall = func() {
		for i := 0; i < 1000; i++ { // until half is on the disk
			part := filepath.Join(out, ".gesturekit", "fetch.unfinished", "captures", ".parts", "file")
			if info, err := os.Stat(part); err == nil && info.Size() >= int64(len(s.data)/2) {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		cancel()
	}
	var stderr bytes.Buffer
	if status, _ := gesturekit(ctx, &stderr, "run", "--out", out, "--ingest.captures", s.address(), filepath.Join(dir, "quick.yaml")); status != 130 {
		t.Fatalf("status %d, want 130: %s", status, stderr.String())
	}
	if _, err := os.Stat(filepath.Join(out, "fetch")); err == nil {
		t.Fatal("an interrupted fetch left an output")
	}
	lock := run(t, dir, "out", "--ingest.captures", s.address())
	if want := []string{"", fmt.Sprintf("bytes=%d-", len(s.data)/2)}; !cmp.Equal(s.asked, want) {
		t.Errorf("asked %q, want %q", s.asked, want)
	}
	if !strings.Contains(lock, "source: "+s.URL+"/hands.tar\n") {
		t.Errorf("the lock does not name the source: %s", lock)
	}
	same := func(of, as string) {
		t.Helper()
		x, y := digests(t, filepath.Join(dir, of, "ingest", "images")), digests(t, filepath.Join(dir, as, "ingest", "images"))
		if diff := cmp.Diff(x, y); diff != "" || len(x) == 0 {
			t.Errorf("%d images, %s", len(x), diff)
		}
	}
	same("local", "out")

	// The copy is enough from then on. fetch looks again.
	s.asked = nil
	run(t, dir, "out", "--ingest.captures", s.address())
	if s.asked != nil {
		t.Errorf("a second run asked %q", s.asked)
	}
	stderr.Reset()
	if status, _ := gesturekit(t.Context(), &stderr, "fetch", "--config", filepath.Join(dir, "quick.yaml"), "--out", out, "--ingest.captures", s.address()); status != 0 {
		t.Fatal(stderr.String())
	}
	s.Close()
	run(t, dir, "out", "--ingest.captures", s.address())
	same("local", "out")
}

func TestFetchCommand(t *testing.T) {
	dir := captures(t)
	s := newSite(t, dir)
	to := filepath.Join(dir, "here")
	var stderr bytes.Buffer
	status, stdout := gesturekit(t.Context(), &stderr, "fetch", "--to", to, s.address())
	if status != 0 || !strings.Contains(stdout, s.URL+"/hands.tar is in "+to) {
		t.Fatalf("status %d: %s%s", status, stdout, stderr.String())
	}
	if got, err := os.ReadFile(filepath.Join(to, "hands.tar")); err != nil || !bytes.Equal(got, s.data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	for _, test := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"fetch", "--to", to, s.URL + "/hands.tar"}, 2, "http is not protected against changes on the way: use https, or append #sha256="},
		{[]string{"fetch", "--to", to, s.URL + "/hands.tar#sha256=" + strings.Repeat("0", 64)}, 1, "wrong checksum: SHA-256 is "},
		{[]string{"fetch", "sign-digit"}, 2, `there is no dataset "sign-digit" (did you mean "sign-digits"?)`},
		{[]string{"fetch", "--ingest.captures", "captures"}, 2, "fetch takes names or addresses, since ingest.captures is no address"},
		{[]string{"ingest", "--out", filepath.Join(dir, "x"), "--ingest.captures", s.address()}, 1, "run 'gesturekit fetch' first"},
		{[]string{"run", "--ingest.captures", "https://host/x.zip?key=SECRET"}, 2, "ingest.captures: address https://host/x.zip: user, password and query may be secret"},
	} {
		stderr.Reset()
		status, _ := gesturekit(t.Context(), &stderr, test.args...)
		if status != test.status || !strings.Contains(stderr.String(), test.want) || strings.Contains(stderr.String(), "SECRET") {
			t.Errorf("%q: status %d, %s; want %d, %s", test.args, status, stderr.String(), test.status, test.want)
		}
	}
	status, stdout = gesturekit(t.Context(), &stderr, "fetch", "--list")
	if status != 0 || !strings.Contains(stdout, "sign-digits") || !strings.Contains(stdout, "https://s3.amazonaws.com/fast-ai-imageclas/imagenette2-160.tgz") {
		t.Errorf("status %d: %s", status, stdout)
	}
}
