package config

import (
	"fmt"
	"strings"

	"github.com/gesturekit/gesturekit/pixel"
	"github.com/gesturekit/gesturekit/pixel/turbo"
)

// OpenCodec returns the codec of that name, go or turbo. Its faults are in
// ErrConfig.
func OpenCodec(name string) (pixel.Codec, error) {
	if name != "turbo" {
		return pixel.NewCodec(nil), nil
	}
	codec, err := turbo.Open()
	if err != nil {
		return codec, fmt.Errorf("%w: codec is turbo: %w; or set codec to go", ErrConfig, err)
	}
	return codec, nil
}

// CodecOf returns the codec that a stage's version in the lock names, whatever
// is set now. It may be of another release.
func CodecOf(version string) (pixel.Codec, error) {
	if !strings.Contains(version, turbo.Name) {
		return pixel.NewCodec(nil), nil
	}
	codec, err := turbo.Open()
	if err != nil {
		return codec, fmt.Errorf("the images were made by %s: %w", version, err)
	}
	return codec, nil
}
