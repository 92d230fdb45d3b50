// Package atomicfile writes files that appear whole or not at all.
package atomicfile

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Pattern matches the names of unfinished files, which a killed process leaves
// in the folders that it was writing to.
const Pattern = ".tmp-*"

// Write calls fill with a buffered writer and gives the result the name path
// by an atomic rename. On any error, also one of fill, path is left as it was
// and no temporary file stays behind. The folder must exist. The file gets
// mode 0644.
func Write(path string, fill func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), Pattern)
	if p := (*fs.PathError)(nil); errors.As(err, &p) { // of a name that nobody knows
		return &fs.PathError{Op: "create", Path: path, Err: p.Err}
	}
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriterSize(f, 1<<16)
	if err = fill(w); err != nil {
		return err
	}
	if err = w.Flush(); err != nil {
		return err
	}
	if err = f.Chmod(0o644); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// WriteBytes is Write of a slice.
func WriteBytes(path string, data []byte) error {
	return Write(path, func(w io.Writer) error { _, err := w.Write(data); return err })
}
