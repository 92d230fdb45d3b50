//go:build !((linux || darwin) && (amd64 || arm64)) || noturbo

package turbo

import (
	"errors"

	"github.com/gesturekit/gesturekit/pixel"
)

func load() (pixel.FastJPEG, error) {
	return nil, errors.New("this program was built without it, which is for Linux and macOS on amd64 and arm64, without the tag noturbo")
}
