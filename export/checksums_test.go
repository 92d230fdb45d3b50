package export

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/pipeline"
)

const zeros = "0000000000000000000000000000000000000000000000000000000000000000"

func TestReadSumsErrorsNameTheLine(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"no digest":  {"a\n", "line 1: want a SHA-256"},
		"short":      {zeros[2:] + "  a\n", "line 1: want a SHA-256"},
		"capitals":   {"A" + zeros[1:] + "  a\n", "line 1: want a SHA-256"},
		"one space":  {zeros + " a\n", "line 1: want a SHA-256"},
		"up":         {zeros + "  ../a\n", `line 1: "../a" is no path`},
		"absolute":   {zeros + "  /a\n", `line 1: "/a" is no path`},
		"backslash":  {zeros + "  a\\b\n", "is no path"},
		"no name":    {zeros + "  \n", "is no path"},
		"itself":     {zeros + "  checksums.sha256\n", "is no path"},
		"CRLF":       {zeros + "  a\r\n", "is no path"},
		"twice":      {zeros + "  a\n" + zeros + "  a\n", "line 2:"},
		"not sorted": {zeros + "  b\n" + zeros + "  a\n", "line 2:"},
		"no end":     {zeros + "  a", "line 1: it has no end"},
	} {
		if _, err := readSums(strings.NewReader(c.in)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func FuzzReadSums(f *testing.F) {
	f.Add([]byte(zeros + "  a b\n" + zeros + "  c/d\n"))
	f.Add([]byte(zeros + "  ../a\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		s, err := readSums(bytes.NewReader(in))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := s.write(&out); err != nil || !bytes.Equal(out.Bytes(), in) {
			t.Errorf("%q comes out as %q, %v", in, out.Bytes(), err)
		}
	})
}

func FuzzReadAside(f *testing.F) {
	f.Add([]byte("file,reason,detail\na,b,\"c,d\"\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		aside, err := readAside(in)
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := writeAside(&out, aside); err != nil {
			t.Fatal(err)
		}
		again, err := readAside(out.Bytes())
		if err != nil || len(again) != len(aside) {
			t.Errorf("%q comes out as %q, %v", in, out.Bytes(), err)
		}
	})
}

// One file that cannot be read, here as it is gone, does not keep the others from
// being looked at.
func TestUnreadableFile(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "c"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("abc"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-2, B.1
	s, unread, n, err := sum(t.Context(), pipeline.Env{Workers: 2}, dir, []string{"a", "b", "c"})
	if err != nil || n != 6 {
		t.Errorf("%d bytes, %v", n, err)
	}
	if diff := cmp.Diff(sums{"a": abc, "c": abc}, s); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Fault{{"b", "it cannot be read: no such file or directory"}}, unread); diff != "" {
		t.Error(diff)
	}
}
