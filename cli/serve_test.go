package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/gesturekit/gesturekit/cli"
)

// served runs a command that serves, and returns the address that it printed and
// how to interrupt it, which gives its exit status and log.
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
	url, err := bufio.NewReader(out).ReadString('\n')
	stop = sync.OnceValues(func() (int, string) { cancel(); return <-status, log.String() })
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
