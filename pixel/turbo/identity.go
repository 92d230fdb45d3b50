//go:build (linux || darwin) && (amd64 || arm64) && !noturbo

package turbo

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"os"
	"regexp"
	"unsafe"

	"github.com/ebitengine/purego"
)

// identify returns what Identity does. The library has no function that tells
// its version, and what it makes also depends on the environment (TJ_OPTIMIZE
// and others), so it is the digest that tells apart what is not the same.
func (l *library) identify() (string, error) {
	sum := sha256.New()
	img := probe()
	for _, quality := range []int{75, 95} {
		var file bytes.Buffer
		if err := l.Encode(&file, img, quality); err != nil {
			return "", err
		}
		sum.Write(file.Bytes())
		for halvings := range 4 {
			made := l.Decode(nil, file.Bytes(), img.Rect.Dx(), img.Rect.Dy(), halvings)
			if made == nil {
				return "", errors.New("the library does not decode what it encoded")
			}
			sum.Write(made.Pix)
		}
	}
	return fmt.Sprintf("%s %s %x", Name, l.version(), sum.Sum(nil)[:4]), nil
}

// probe returns an image with edges, slopes and grain, of no even size.
func probe() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 85, 59))
	grain := uint32(1)
	for i := 0; i < len(img.Pix); i += 4 {
		x, y := i/4%85, i/4/85
		grain = grain*1664525 + 1013904223
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = uint8(3*x), uint8(4*y), uint8(x*y/4)^uint8(grain>>28), 255
		if (x/13+y/11)%3 == 0 {
			img.Pix[i] = 255 - img.Pix[i]
		}
	}
	return img
}

// version returns the version that stands in the library's file, "?" if none.
func (l *library) version() string {
	const unknown = "?"
	find, err := purego.Dlsym(purego.RTLD_DEFAULT, "dladdr")
	if err != nil {
		return unknown
	}
	var where struct { // Dl_info
		file   *byte
		base   uintptr
		symbol *byte
		at     uintptr
	}
	if ok, _, _ := purego.SyscallN(find, l.decompress, uintptr(unsafe.Pointer(&where))); int32(ok) == 0 || where.file == nil {
		return unknown
	}
	data, err := os.ReadFile(text(where.file))
	if err != nil {
		return unknown
	}
	if m := regexp.MustCompile(Name + ` version (\d[0-9.a-z]*)`).FindSubmatch(data); m != nil {
		return string(m[1])
	}
	return unknown
}

// text returns a C string.
func text(p *byte) string {
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(p), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(p, n))
}
