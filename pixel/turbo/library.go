//go:build (linux || darwin) && (amd64 || arm64) && !noturbo

package turbo

import (
	"errors"
	"fmt"
	"image"
	"io"
	"runtime"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/gesturekit/gesturekit/pixel"
)

// What turbojpeg.h calls these.
const (
	formatRGBX, formatRGBA  = 2, 7 // TJPF_
	sampling420             = 2    // TJSAMP_
	colourYCbCr, colourGrey = 1, 2 // TJCS_

	noRealloc     = 1 << 10 // TJFLAG_
	accurateDCT   = 1 << 12
	stopOnWarning = 1 << 13
	limitScans    = 1 << 15
)

// library holds the functions of libturbojpeg and the handles not in use.
type library struct {
	decompressHeader, decompress, compress, bufSize uintptr
	initDecompress, initCompress                    uintptr
	destroy                                         uintptr
	message                                         func(handle uintptr) string
	identity                                        string

	mu   sync.Mutex
	idle []*handle // as many as there ever were goroutines at work
}

// handle is what one goroutine works with.
type handle struct {
	decompressor, compressor uintptr // tjhandle: memory of the library
	file                     []byte  // room for an encoded image
}

func load() (pixel.FastJPEG, error) {
	so, err := find()
	if err != nil {
		return nil, err
	}
	l := new(library)
	for name, to := range map[string]*uintptr{
		"tjDecompressHeader3": &l.decompressHeader, "tjDecompress2": &l.decompress, "tjInitDecompress": &l.initDecompress,
		"tjCompress2": &l.compress, "tjBufSize": &l.bufSize, "tjInitCompress": &l.initCompress, "tjDestroy": &l.destroy,
	} {
		if *to, err = purego.Dlsym(so, name); err != nil {
			return nil, fmt.Errorf("want libturbojpeg 2.0 or newer: %w", err)
		}
	}
	message, err := purego.Dlsym(so, "tjGetErrorStr2")
	if err != nil {
		return nil, fmt.Errorf("want libturbojpeg 2.0 or newer: %w", err)
	}
	purego.RegisterFunc(&l.message, message)
	l.identity, err = l.identify()
	return l, err
}

// find loads the library from where the system keeps libraries.
func find() (so uintptr, err error) {
	names := []string{"libturbojpeg.so.0"}
	if runtime.GOOS == "darwin" {
		names = []string{"libturbojpeg.0.dylib", "/opt/homebrew/lib/libturbojpeg.0.dylib", "/usr/local/lib/libturbojpeg.0.dylib"}
	}
	for _, name := range names {
		if so, err = purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_LOCAL); err == nil {
			return so, nil
		}
	}
	return 0, fmt.Errorf("%w: install libturbojpeg0 (Debian), libturbojpeg (Ubuntu), turbojpeg (Fedora) or jpeg-turbo (Homebrew)", err)
}

// Identity names the library, its version, and eight digits of what it makes of
// a test image.
func (l *library) Identity() string { return l.identity }

// Decode implements pixel.FastJPEG. SyscallN keeps alive and in place what a
// pointer among its arguments points to, provided that it is converted there.
func (l *library) Decode(room, data []byte, w, h, halvings int) *image.RGBA {
	hd, err := l.take()
	if err != nil {
		return nil
	}
	ok := false
	defer func() { l.give(hd, ok) }()
	var head struct{ w, h, sampling, colour int32 }
	failed, _, _ := purego.SyscallN(l.decompressHeader, hd.decompressor,
		uintptr(unsafe.Pointer(&data[0])), uintptr(len(data)), uintptr(unsafe.Pointer(&head.w)),
		uintptr(unsafe.Pointer(&head.h)), uintptr(unsafe.Pointer(&head.sampling)), uintptr(unsafe.Pointer(&head.colour)))
	// The size was checked against the limits by another reader of the header.
	if int32(failed) != 0 || int(head.w) != w || int(head.h) != h || head.colour != colourYCbCr && head.colour != colourGrey {
		return nil
	}
	up := 1<<halvings - 1
	img := &image.RGBA{Rect: image.Rect(0, 0, (w+up)>>halvings, (h+up)>>halvings)}
	img.Stride = 4 * img.Rect.Dx()
	n := img.Stride * img.Rect.Dy()
	if cap(room) < n {
		room = make([]byte, n)
	}
	img.Pix = room[:n]
	failed, _, _ = purego.SyscallN(l.decompress, hd.decompressor,
		uintptr(unsafe.Pointer(&data[0])), uintptr(len(data)), uintptr(unsafe.Pointer(&img.Pix[0])),
		uintptr(img.Rect.Dx()), uintptr(img.Stride), uintptr(img.Rect.Dy()), formatRGBA, accurateDCT|stopOnWarning|limitScans)
	if ok = int32(failed) == 0; !ok {
		return nil
	}
	return img
}

// Encode implements pixel.FastJPEG.
func (l *library) Encode(w io.Writer, img *image.RGBA, quality int) error {
	hd, err := l.take()
	if err != nil {
		return err
	}
	ok := false
	defer func() { l.give(hd, ok) }()
	most, _, _ := purego.SyscallN(l.bufSize, uintptr(img.Rect.Dx()), uintptr(img.Rect.Dy()), sampling420)
	if int(most) <= 0 {
		return fmt.Errorf("encode jpeg: %v is no size for a JPEG", img.Rect.Size())
	}
	if len(hd.file) < int(most) {
		hd.file = make([]byte, most)
	}
	first := unsafe.Pointer(&hd.file[0])
	size := most
	failed, _, _ := purego.SyscallN(l.compress, hd.compressor,
		uintptr(unsafe.Pointer(&img.Pix[0])), uintptr(img.Rect.Dx()), uintptr(img.Stride), uintptr(img.Rect.Dy()), formatRGBX,
		uintptr(unsafe.Pointer(&first)), uintptr(unsafe.Pointer(&size)), sampling420, uintptr(quality), noRealloc|accurateDCT)
	if ok = int32(failed) == 0; !ok {
		return errors.New("encode jpeg: " + l.message(hd.compressor))
	}
	_, err = w.Write(hd.file[:size])
	return err
}

// take returns a handle that nobody else uses.
func (l *library) take() (*handle, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.idle); n > 0 {
		h := l.idle[n-1]
		l.idle = l.idle[:n-1]
		return h, nil
	}
	h := new(handle)
	h.decompressor, _, _ = purego.SyscallN(l.initDecompress)
	h.compressor, _, _ = purego.SyscallN(l.initCompress)
	if h.decompressor == 0 || h.compressor == 0 { // which lets the other one go unused, for good
		return nil, errors.New("libjpeg-turbo: no memory for a handle")
	}
	return h, nil
}

// give puts a handle back for others. One that has failed, or stopped at a
// warning, is of no use any more: its next call may fail as well.
func (l *library) give(h *handle, ok bool) {
	if !ok {
		purego.SyscallN(l.destroy, h.decompressor)
		purego.SyscallN(l.destroy, h.compressor)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.idle = append(l.idle, h)
}
