package dataset

import (
	"bufio"
	"bytes"
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
	label := ""
	if s.Label != NoLabel {
		label = strconv.Itoa(s.Label)
	}
	fields := [...]string{
		s.ID, s.Path, s.Category, s.Group, s.Source, s.SHA256, s.Parent,
		string(s.Partition), string(s.Role), label, string(s.Trace), s.TakenAt, s.Camera,
	}
	w.line = appendRecord(w.line[:0], fields[:])
	_, err := w.w.Write(w.line)
	return err
}

// Flush writes what is buffered.
func (w *Writer) Flush() error { return w.w.Flush() }

// appendRecord writes a line as encoding/csv does. Most have nothing to quote,
// which is cheaper to find of the whole line than of each field.
func appendRecord(b []byte, fields []string) []byte {
	begin, plain := len(b), true
	for i, f := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		plain = plain && (f == "" || f[0] > ' ' && f[0] < utf8.RuneSelf && f[0] != '\\')
		b = append(b, f...)
	}
	line := b[begin:]
	if plain && bytes.Count(line, []byte{','}) == len(fields)-1 &&
		bytes.IndexByte(line, '"') < 0 && bytes.IndexByte(line, '\r') < 0 && bytes.IndexByte(line, '\n') < 0 {
		return append(b, '\n')
	}
	b = b[:begin]
	for i, f := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendField(b, f)
	}
	return append(b, '\n')
}

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
