package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

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

// TestAFailedGateKeepsTheRun: on GitHub Actions what comes behind a step that
// failed is left out, and actions/cache saves nothing then, unless told otherwise.
func TestAFailedGateKeepsTheRun(t *testing.T) {
	data, err := os.ReadFile("../docs/ci/github-actions.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Jobs map[string]struct {
			Steps []struct {
				Uses, Run, If string
				With          struct{ Path, Key string }
			}
		}
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	ran, restored, saved := false, "", ""
	for _, s := range file.Jobs["gestures"].Steps {
		switch action, _, _ := strings.Cut(s.Uses, "@"); {
		case ran && s.If != "always()":
			t.Errorf("%+v is left out when a gate fails", s)
		case ran && action == "actions/cache/save":
			saved = s.With.Path + " " + s.With.Key
		case !ran && action == "actions/cache/restore":
			restored = s.With.Path + " " + s.With.Key
		}
		ran = ran || strings.HasPrefix(s.Run, "gesturekit run ")
	}
	if !ran || saved == "" || saved != restored {
		t.Errorf("run %v, saves %q, restores %q", ran, saved, restored)
	}
}
