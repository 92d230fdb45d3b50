package cli_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gesturekit/gesturekit/cli"
	"github.com/gesturekit/gesturekit/pixel/turbo"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gesturekit": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		os.Exit(cli.Main(ctx, cli.IO{Args: os.Args, Stdout: os.Stdout, Stderr: os.Stderr, Env: os.Environ()}))
	}})
}

// TestScripts runs the command line's specification, testdata/script. In each
// script's folder lie captures/, a copy of testdata/captures, and quick.yaml,
// settings under which a run takes a second or two. The condition turbo holds
// where libjpeg-turbo is installed.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "../testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status, "steps": steps, "same-report": sameReport},
		Condition: func(name string) (bool, error) {
			if name != "turbo" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			_, err := turbo.Open()
			return err == nil, nil
		},
		Setup: func(e *testscript.Env) error {
			if err := os.CopyFS(filepath.Join(e.WorkDir, "captures"), os.DirFS("../testdata/captures")); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(e.WorkDir, "quick.yaml"), []byte(quick), 0o644)
		},
	})
}

// status N COMMAND... runs a command that must end with the exit status N.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command...")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

// steps FILE runs the commands of a CI file in docs/ci, in order. What they
// print is left to stdout and stderr as that of the last one.
func steps(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: steps file")
	}
	data, err := os.ReadFile(filepath.Join("..", "docs", "ci", args[0]))
	ts.Check(err)
	var tree any
	ts.Check(yaml.Unmarshal(data, &tree))
	list := commandsOf(tree)
	if len(list) < 2 {
		ts.Fatalf("%s has %d commands", args[0], len(list))
	}
	for _, c := range list {
		ts.Check(ts.Exec("sh", "-e", "-c", c))
	}
}

// same-report A B compares two report.json, which must be the same to the byte
// but for what lies under environment, and each must have that.
func sameReport(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: same-report file file")
	}
	// The environment is the last key.
	const key = "\n  \"environment\": {\n"
	a, own, ok := strings.Cut(ts.ReadFile(args[0]), key)
	b, other, also := strings.Cut(ts.ReadFile(args[1]), key)
	if !ok || !also || !strings.Contains(own, `"started": "20`) || !strings.Contains(other, `"stages": [`) {
		ts.Fatalf("one of %q has no environment", args)
	}
	if a != b {
		ts.Fatalf("%s and %s differ: %s", args[0], args[1], cmp.Diff(a, b))
	}
	if strings.Contains(own, "\n  \"") || strings.Contains(other, "\n  \"") {
		ts.Fatalf("there are keys behind environment")
	}
}

// commandsOf returns the values of the keys run and script, in order.
func commandsOf(tree any) (out []string) {
	switch v := tree.(type) {
	case []any:
		for _, x := range v {
			out = append(out, commandsOf(x)...)
		}
	case map[string]any:
		if run, ok := v["run"].(string); ok {
			out = append(out, run)
		}
		if script, ok := v["script"].([]any); ok {
			for _, line := range script {
				out = append(out, fmt.Sprint(line))
			}
		}
		for _, x := range v {
			out = append(out, commandsOf(x)...)
		}
	}
	return out
}

const quick = `ingest: {captures: captures, size: 32}
split:
  known: [fist, palm, peace]
  unknown: [idle, three]
  unseen: [four]
train: {arch: tiny, epochs: 2, batch: 16, score: max-probability, known_recall: 0}
`
