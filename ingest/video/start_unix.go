//go:build unix && !linux

package video

import (
	"os/exec"
	"syscall"
)

// start starts ffmpeg in a process group of its own, so that an interrupt at the
// terminal reaches this program alone.
func start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd.Start()
}
