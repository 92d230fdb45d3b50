package pixel

import (
	"bytes"
	"errors"
	"fmt"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/gesturekit/gesturekit/pixel/heif"
)

// source is an encoded image that notices when a decoder asks for more than
// there is. The decoders themselves report a cut-off image in many ways.
type source struct {
	*bytes.Reader
	data  []byte
	ended bool
}

func newSource(data []byte) *source { return &source{Reader: bytes.NewReader(data), data: data} }

func (s *source) note(err error) error {
	s.ended = s.ended || errors.Is(err, io.EOF)
	return err
}

// Read reads as bytes.Reader does.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	return n, s.note(err)
}

// ReadAt reads as bytes.Reader does.
func (s *source) ReadAt(p []byte, at int64) (int, error) {
	n, err := s.Reader.ReadAt(p, at)
	return n, s.note(err)
}

// ReadByte reads as bytes.Reader does.
func (s *source) ReadByte() (byte, error) {
	b, err := s.Reader.ReadByte()
	return b, s.note(err)
}

// classify gives a decoder's error the sentinel that it belongs to.
func (s *source) classify(err error) error {
	switch {
	case errors.Is(err, ErrBroken), errors.Is(err, ErrUnsupported):
		return err
	case errors.Is(err, heif.ErrUnsupported):
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	case s.ended, errors.Is(err, heif.ErrCut):
		return fmt.Errorf("%w: %w", ErrTruncated, err)
	case unsupported(err):
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	return fmt.Errorf("%w: %w", ErrBroken, err)
}

// unsupported reports whether a decoder says that a file may be good, but has
// something that it does not read.
func unsupported(err error) bool {
	return errors.Is(err, bmp.ErrUnsupported) || errors.As(err, new(tiff.UnsupportedError)) ||
		errors.As(err, new(png.UnsupportedError)) || errors.As(err, new(jpeg.UnsupportedError))
}

// contain turns a panic of a decoder into an error.
func contain[T any](f func() (T, error)) (v T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: the decoder gave up: %v", ErrBroken, p)
		}
	}()
	return f()
}
