package cli_test

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gesturekit/gesturekit/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gesturekit": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		os.Exit(cli.Main(ctx, cli.IO{Args: os.Args, Stdout: os.Stdout, Stderr: os.Stderr, LookupEnv: os.LookupEnv}))
	}})
}

// TestScripts runs the command line's specification, testdata/script. In each
// script's folder lie captures/, a copy of testdata/captures, and quick.yaml,
// settings under which a run takes a second or two.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "../testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			if err := os.CopyFS(filepath.Join(e.WorkDir, "captures"), os.DirFS("../testdata/captures")); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(e.WorkDir, "quick.yaml"), []byte(quick), 0o644)
		},
	})
}

const quick = `ingest: {captures: captures, size: 32}
split:
  known: [fist, palm, peace]
  unknown: [idle, three]
  unseen: [four]
train: {arch: tiny, epochs: 2, batch: 16}
`
