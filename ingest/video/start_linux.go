package video

import (
	"errors"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// start starts ffmpeg, in a process group of its own so that an interrupt at the
// terminal reaches this program alone, and bounds its memory.
func start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	err := unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_AS, &unix.Rlimit{Cur: memory, Max: memory}, nil)
	if err != nil && !errors.Is(err, unix.ESRCH) { // it may be over already
		_ = cmd.Process.Kill()
		return errors.Join(err, cmd.Wait())
	}
	return nil
}
