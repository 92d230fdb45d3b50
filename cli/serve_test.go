package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/gesturekit/gesturekit/cli"
)

// served runs a command that serves, and returns the address that it printed and
// how to interrupt it, which gives its exit status, and its log with what else it
// printed.
func served(t *testing.T, args ...string) (url string, stop func() (int, string)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	var log bytes.Buffer
	status := make(chan int, 1)
	go func() {
		status <- cli.Main(ctx, cli.IO{Args: append([]string{"gesturekit"}, args...), Stdout: in, Stderr: &log})
		in.Close()
	}()
	lines := bufio.NewReader(out)
	url, err := lines.ReadString('\n')
	more := make(chan []byte, 1)
	go func() {
		rest, _ := io.ReadAll(lines) // which ends without fault when the command does
		more <- rest
	}()
	stop = sync.OnceValues(func() (int, string) { cancel(); return <-status, log.String() + string(<-more) })
	t.Cleanup(func() { stop() })
	if err != nil {
		_, text := stop()
		t.Fatalf("%v: %s", err, text)
	}
	return strings.TrimSpace(url), stop
}

func TestServe(t *testing.T) {
	dir := t.TempDir()
	save(t, dir, "fist", "palm")
	url, stop := served(t, "serve", "--model", dir, "--listen", "127.0.0.1:0", "--log", "json", "--verbose")
	picture, err := os.ReadFile("../testdata/captures/palm/p01-s1-f01.jpg")
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Post(url+"v1/predict", "image/jpeg", bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil || answer.StatusCode != 200 || !strings.Contains(string(body), `{"label":"palm","probability":`) {
		t.Errorf("%d %s %v", answer.StatusCode, body, err)
	}
	status, log := stop()
	if status != 0 {
		t.Errorf("exit status %d", status)
	}
	said := map[string]int{}
	for line := range strings.Lines(log) {
		var entry struct{ Msg string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Errorf("%v: %s", err, line)
		}
		said[entry.Msg]++
	}
	if said["serving"] != 1 || said["request"] != 1 || said["stopped"] != 1 {
		t.Errorf("the log says %v", said)
	}
}

// TestTokenIsPrintedOnce serves where others could come from: the token is in the
// address and nowhere else, not even in the log of the request that has it.
func TestTokenIsPrintedOnce(t *testing.T) {
	url, stop := served(t, "capture", "--out", t.TempDir(), "--listen", "127.0.0.1:0", "--host", "localhost", "--verbose")
	_, token, found := strings.Cut(url, "?token=")
	if !found || len(token) < 26 {
		t.Fatalf("the address is %s", url)
	}
	for at, want := range map[string]int{url: http.StatusSeeOther, strings.TrimSuffix(url, "?token="+token): http.StatusUnauthorized} {
		answer, err := http.DefaultTransport.RoundTrip(request(t, at))
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s: status %d, want %d", at, answer.StatusCode, want)
		}
	}
	_, log := stop()
	if strings.Contains(log, token) || strings.Count(log, "msg=request") != 2 {
		t.Errorf("the log says %s", log)
	}
}

// TestPagesHaveNothingInline holds the pages to their content security policy: no
// script, style or handler in the text, and no file from elsewhere.
func TestPagesHaveNothingInline(t *testing.T) {
	dir := t.TempDir()
	save(t, dir, "fist")
	inline := regexp.MustCompile(`(?i)<script(?:\s+[^>]*)?>[^<]|<style|\s(?:style|on[a-z]+)\s*=|javascript:|(?:src|href)="(?:[a-z]+:|//)`)
	for _, command := range [][]string{{"capture", "--out", t.TempDir()}, {"serve", "--model", dir}} {
		url, stop := served(t, append(command, "--listen", "127.0.0.1:0")...)
		answer, err := http.DefaultClient.Do(request(t, url))
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || !strings.Contains(string(page), `<script type="module" src="/`) {
			t.Errorf("%s: %v %s", command[0], err, page)
		}
		if found := inline.FindString(string(page)); found != "" {
			t.Errorf("%s: the page has %q", command[0], found)
		}
		want := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
		if got := answer.Header.Get("Content-Security-Policy"); got != want {
			t.Errorf("%s: the policy is %s", command[0], got)
		}
		stop()
	}
}

func request(t *testing.T, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
