package trainer

import (
	"errors"
	"fmt"
	"os"

	"github.com/edsrzf/mmap-go"

	"github.com/gesturekit/gesturekit/internal/atomicfile"
)

// mapAbove is how many bytes of decoded pixels are kept in memory. More are
// kept in a file that is mapped into memory, so that the system holds what fits.
const mapAbove = 1 << 30

// store is a fixed number of bytes that are first put and then only read.
type store struct {
	bytes []uint8
	file  *os.File  // nil in memory
	view  mmap.MMap // of file, once sealed
}

// newStore returns a store of size bytes: in memory, or if they are more than
// above and there is a folder, in a file there, which close removes.
func newStore(dir string, size, above int64) (*store, error) {
	if size <= above || dir == "" {
		return &store{bytes: make([]uint8, size)}, nil
	}
	f, err := os.CreateTemp(dir, atomicfile.Pattern)
	if err != nil {
		return nil, fmt.Errorf("make the file of decoded images: %w", err)
	}
	return &store{file: f}, nil
}

// put writes data at a place. Several goroutines may put at once.
func (s *store) put(data []uint8, at int64) error {
	if s.file == nil {
		copy(s.bytes[at:], data)
		return nil
	}
	if _, err := s.file.WriteAt(data, at); err != nil {
		return fmt.Errorf("keep decoded images: %w", err)
	}
	return nil
}

// seal ends the putting; bytes has the content from here on.
func (s *store) seal() (err error) {
	if s.file == nil {
		return nil
	}
	if s.view, err = mmap.Map(s.file, mmap.RDONLY, 0); err != nil {
		return fmt.Errorf("map the decoded images into memory: %w", err)
	}
	s.bytes = s.view
	return nil
}

// close gives the memory back and removes the file. Closing twice is harmless.
func (s *store) close() error {
	if s.file == nil {
		return nil
	}
	var unmap error
	if s.view != nil {
		unmap = s.view.Unmap()
	}
	err := errors.Join(unmap, s.file.Close(), os.Remove(s.file.Name()))
	*s = store{}
	return err
}
