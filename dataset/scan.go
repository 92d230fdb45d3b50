package dataset

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Scan reads a manifest as a stream, line by line and in the file's order, for
// manifests that do not fit in memory. It checks each line but not what holds
// between lines; Check does. The sample is valid until the next one. After an
// error, which names the line and wraps ErrInvalid, it ends.
func Scan(r io.Reader) iter.Seq2[*Sample, error] {
	return func(yield func(*Sample, error) bool) {
		c := newRecords(r)
		header, err := c.read()
		switch {
		case err != nil:
			yield(nil, fmt.Errorf("%w: header: %w", ErrInvalid, err))
			return
		case !slices.Equal(header, columns()):
			yield(nil, fmt.Errorf("%w: line 1: header is %q, want %q", ErrInvalid, strings.Join(header, ","), strings.Join(columns(), ",")))
			return
		}
		var s Sample
		for {
			row, err := c.read()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(nil, fmt.Errorf("%w: %w", ErrInvalid, err))
				return
			}
			if s, err = parseRow(row); err != nil {
				yield(nil, fmt.Errorf("%w: line %d: %w", ErrInvalid, c.line, err))
				return
			}
			if !yield(&s, nil) {
				return
			}
		}
	}
}

// Writer writes a manifest sample by sample.
type Writer struct {
	w    *bufio.Writer
	line []byte
}

// NewWriter returns a Writer that has written the header.
func NewWriter(w io.Writer) (*Writer, error) {
	out := &Writer{w: bufio.NewWriterSize(w, bufferSize)}
	_, err := out.w.WriteString(strings.Join(columns(), ",") + "\n")
	return out, err
}

// Write writes one sample. Those of a manifest come in the order of their IDs.
func (w *Writer) Write(s *Sample) error {
	b := w.line[:0]
	for _, f := range [...]string{s.ID, s.Path, s.Category, s.Group, s.Source, s.SHA256, s.Parent, string(s.Partition), string(s.Role)} {
		b = append(appendField(b, f), ',')
	}
	if s.Label != NoLabel {
		b = strconv.AppendInt(b, int64(s.Label), 10)
	}
	b = appendField(append(b, ','), string(s.Trace))
	b = appendField(append(b, ','), s.TakenAt)
	b = append(appendField(append(b, ','), s.Camera), '\n')
	w.line = b
	_, err := w.w.Write(b)
	return err
}

// Flush writes what is buffered.
func (w *Writer) Flush() error { return w.w.Flush() }

// appendField quotes as encoding/csv does.
func appendField(b []byte, f string) []byte {
	first, _ := utf8.DecodeRuneInString(f)
	if f == "" || f != `\.` && !special(f) && !unicode.IsSpace(first) {
		return append(b, f...)
	}
	b = append(b, '"')
	for {
		i := strings.IndexByte(f, '"')
		if i < 0 {
			return append(append(b, f...), '"')
		}
		b = append(append(b, f[:i]...), '"', '"')
		f = f[i+1:]
	}
}

// special reports whether a field has a character for which it is quoted.
func special(f string) bool {
	for i := range len(f) {
		if c := f[i]; c == '"' || c == ',' || c == '\r' || c == '\n' {
			return true
		}
	}
	return false
}
