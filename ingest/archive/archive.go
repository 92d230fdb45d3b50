// Package archive takes the files out of a zip, tar or gzipped tar archive that
// nobody vouches for.
//
// Files are streamed into a folder under numbers: the names in the archive are
// only reported and never become names of files, so none can lead out of the
// folder. Sizes count as they are unpacked, whatever the archive says of them.
package archive

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// What can be wrong with an archive as a whole.
var (
	ErrNotArchive = errors.New("not a zip, tar or tar.gz archive")
	ErrTooLarge   = errors.New("archive too large")
	ErrBroken     = errors.New("archive is broken")
)

// What can be wrong with one file of it.
var (
	ErrPath      = errors.New("its path leads out of the archive")
	ErrNotFile   = errors.New("it is a link or a device")
	ErrTwice     = errors.New("the archive has a file of this name before it")
	ErrFileSize  = errors.New("file too large")
	ErrEncrypted = errors.New("it is encrypted")
)

// Limits bound what is unpacked.
type Limits struct {
	Files     int   // in the archive
	Bytes     int64 // of all files, unpacked
	FileBytes int64 // of one file, unpacked; larger ones are refused
}

// Entry is a file of an archive.
type Entry struct {
	Name  string // slash-separated, as the archive has it
	File  string // name of the file in the folder; "" if it was refused
	Size  int64
	Fault error // why it was refused
}

// Named reports whether a file is called as archives are: .zip, .tar, .tar.gz or .tgz.
func Named(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{".zip", ".tar", ".tar.gz", ".tgz"}, func(end string) bool { return strings.HasSuffix(name, end) })
}

// Unpack writes the files of an archive into an existing folder and lists them
// in their order. skip tells names to pass over in silence. Where the archive
// breaks off it returns what came before, with an error that wraps ErrBroken;
// beyond the limits it returns ErrTooLarge. Errors of writing wrap neither.
func Unpack(ctx context.Context, name, dir string, l Limits, skip func(name string) bool) ([]Entry, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	u := unpacker{ctx: ctx, dir: dir, left: l.Bytes, limits: l, skip: skip, seen: map[string]bool{}}
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	switch head = head[:n]; {
	case strings.HasPrefix(string(head), "PK\x03\x04"), strings.HasPrefix(string(head), "PK\x05\x06"):
		err = u.zip(f)
	case strings.HasPrefix(string(head), "\x1f\x8b"):
		z, e := gzip.NewReader(bufio.NewReader(f))
		if e != nil {
			return nil, fmt.Errorf("%w: %w", ErrBroken, e)
		}
		err = u.tar(z)
	case n > 262 && string(head[257:262]) == "ustar":
		err = u.tar(bufio.NewReader(f))
	default:
		return nil, ErrNotArchive
	}
	return u.entries, err
}

type unpacker struct {
	ctx     context.Context
	dir     string
	left    int64
	limits  Limits
	skip    func(string) bool
	seen    map[string]bool
	entries []Entry
}

func (u *unpacker) zip(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	for _, e := range z.File {
		if e.Mode().IsDir() || strings.HasSuffix(e.Name, "/") {
			continue
		}
		fault := error(nil)
		switch {
		case !e.Mode().IsRegular():
			fault = ErrNotFile
		case e.Flags&1 != 0:
			fault = ErrEncrypted
		}
		if err := u.add(e.Name, fault, func() (io.ReadCloser, error) { return e.Open() }, true); err != nil {
			return err
		}
	}
	return nil
}

func (u *unpacker) tar(r io.Reader) error {
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return fmt.Errorf("%w: %w", ErrBroken, err)
		}
		if h.Typeflag == tar.TypeDir || h.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		fault := error(nil)
		if h.Typeflag != tar.TypeReg {
			fault = ErrNotFile
		}
		if err := u.add(h.Name, fault, func() (io.ReadCloser, error) { return io.NopCloser(t), nil }, false); err != nil {
			return err
		}
	}
}

// add unpacks one file. Where each is a stream of its own, one that is broken is
// refused alone; else it ends the archive.
func (u *unpacker) add(name string, fault error, open func() (io.ReadCloser, error), alone bool) error {
	if err := u.ctx.Err(); err != nil {
		return err
	}
	name = strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "./")
	if u.skip(name) {
		return nil
	}
	if len(u.entries) == u.limits.Files {
		return fmt.Errorf("%w: more than %d files", ErrTooLarge, u.limits.Files)
	}
	switch {
	case !filepath.IsLocal(filepath.FromSlash(name)):
		fault = ErrPath
	case fault == nil && u.seen[name]:
		fault = ErrTwice
	}
	u.seen[name] = true
	e := Entry{Name: name, Fault: fault}
	if fault == nil {
		e.File = fmt.Sprintf("%06d", len(u.entries))
		err := u.write(&e, open)
		switch {
		case errors.Is(err, ErrFileSize), errors.Is(err, ErrBroken) && alone:
			e.Fault = err
		case err != nil:
			return err
		}
		if e.Fault != nil {
			if err := os.Remove(filepath.Join(u.dir, e.File)); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
			e.File = ""
		}
	}
	u.entries = append(u.entries, e)
	return nil
}

func (u *unpacker) write(e *Entry, open func() (io.ReadCloser, error)) (err error) {
	in, err := open()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	defer in.Close()
	out, err := os.Create(filepath.Join(u.dir, e.File))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	most := min(u.limits.FileBytes, u.left)
	source := &reader{in: in, ctx: u.ctx}
	e.Size, err = io.Copy(out, io.LimitReader(source, most+1))
	switch {
	case source.err != nil:
		return fmt.Errorf("%w: %w", ErrBroken, source.err)
	case err != nil:
		return err
	case e.Size > u.left:
		return fmt.Errorf("%w: more than %d bytes when unpacked", ErrTooLarge, u.limits.Bytes)
	case e.Size > u.limits.FileBytes:
		return fmt.Errorf("%w: more than %d bytes", ErrFileSize, u.limits.FileBytes)
	}
	u.left -= e.Size
	return u.ctx.Err()
}

// reader keeps the errors of reading apart from those of writing.
type reader struct {
	in  io.Reader
	ctx context.Context
	err error
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.in.Read(p)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}
