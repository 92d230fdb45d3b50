//go:build !unix

package video

import "os/exec"

// start starts ffmpeg.
func start(cmd *exec.Cmd) error { return cmd.Start() }
