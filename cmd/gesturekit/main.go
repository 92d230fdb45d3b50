// Command gesturekit turns a folder of gesture captures into an audited dataset
// and a classifier that knows when no known gesture is shown.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"golang.org/x/term"

	"github.com/gesturekit/gesturekit/cli"
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(60) // 100,000 captures pass in less than 300 MiB
	}
	runtime.SetDefaultGOMAXPROCS() // bild sets it to the number of CPUs when it is imported
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	status := cli.Main(ctx, cli.IO{
		Args: os.Args, Stdout: os.Stdout, Stderr: os.Stderr, Env: os.Environ(),
		Terminal: term.IsTerminal(int(os.Stderr.Fd())),
	})
	stop()
	os.Exit(status)
}
