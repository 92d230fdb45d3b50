package cli_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/cli"
)

// TestCIDrawsNoBars: on a terminal a run draws bars; with --ci it logs plain lines,
// and with --json nothing but JSON, one object a line.
func TestCIDrawsNoBars(t *testing.T) {
	dir := captures(t)
	log := func(name string, flags ...string) string {
		t.Helper()
		t.Chdir(dir)
		var stdout, stderr bytes.Buffer
		args := append(append([]string{"gesturekit", "run", "--out", name}, flags...), filepath.Join(dir, "quick.yaml"))
		if status := cli.Main(t.Context(), cli.IO{Args: args, Stdout: &stdout, Stderr: &stderr, Terminal: true}); status != 0 {
			t.Fatalf("status %d: %s", status, stderr.String())
		}
		return stderr.String()
	}
	bars := func(text string) bool { return strings.ContainsAny(text, "\r\x1b") }
	if text := log("bars"); !bars(text) {
		t.Errorf("no bars on a terminal: %q", text)
	}
	if text := log("lines", "--ci"); bars(text) || !strings.Contains(text, "\nreport    done in ") {
		t.Errorf("bars, or no line for a stage, with --ci: %q", text)
	}
	states := map[string]int{}
	text := log("json", "--ci", "--json")
	for line := range strings.Lines(text) {
		var l struct{ Stage, State string }
		if err := json.Unmarshal([]byte(line), &l); err != nil || l.Stage == "" {
			t.Fatalf("%q is not a line of the log: %v", line, err)
		}
		states[l.State]++
	}
	if states["running"] != 7 || states["done"] != 7 || bars(text) {
		t.Errorf("%v, want 7 stages to run and be done", states)
	}
}
