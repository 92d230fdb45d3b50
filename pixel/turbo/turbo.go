// Package turbo is a JPEG codec that calls libjpeg-turbo, several times as fast
// as Go's image/jpeg. The library is found when it is asked for; nothing is
// linked and no C compiler needed.
//
// It decodes greyscale and YCbCr files, baseline and progressive, and leaves to
// image/jpeg whatever else there is and whatever the library so much as warns of.
// The library does not mind damage by which a run of zeros ends outside its
// block, so it can decode a file that image/jpeg refuses as broken.
// The transforms are the exact integer ones both ways. Decoded at full size,
// colour is interpolated between its samples, where image/jpeg repeats them.
//
// Open wants libturbojpeg 2.0 or newer on Linux or macOS, amd64 or arm64. A
// program that imports this package is linked to the C library of the system
// unless it is built with the tag noturbo, with which Open fails.
package turbo

import (
	"errors"
	"fmt"
	"sync"

	"github.com/gesturekit/gesturekit/pixel"
)

// Name is what the identity of the codec begins with.
const Name = "libjpeg-turbo"

// ErrMissing is returned where the library is not to be had.
var ErrMissing = errors.New("libjpeg-turbo cannot be used")

// Open returns the codec. It loads the library once a process. The codec may be
// used from any number of goroutines.
func Open() (pixel.Codec, error) { return opened() }

var opened = sync.OnceValues(func() (pixel.Codec, error) {
	l, err := load()
	if err != nil {
		return pixel.Codec{}, fmt.Errorf("%w: %w", ErrMissing, err)
	}
	return pixel.NewCodec(l), nil
})
