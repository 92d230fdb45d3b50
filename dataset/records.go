package dataset

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// records reads CSV as encoding/csv does, several times as fast as long as no
// line holds a quote; from the first one that does, encoding/csv reads on.
type records struct {
	in     *bufio.Reader
	text   string // whole lines taken out of in
	slow   *csv.Reader
	fields []string
	width  int // fields a record, by the first one
	line   int // of the record read last
	before int // lines that were read before slow took over
}

const bufferSize = 1 << 18

func newRecords(r io.Reader) *records {
	in := bufio.NewReaderSize(r, bufferSize)
	if head, err := in.Peek(3); err == nil && string(head) == "\ufeff" {
		_, _ = in.Discard(3) // peeked, so there
	}
	return &records{in: in}
}

// read returns the next record, valid until the next call, or io.EOF.
func (r *records) read() ([]string, error) {
	for r.slow == nil {
		line, err := r.nextLine()
		if err == bufio.ErrBufferFull || strings.IndexByte(line, '"') >= 0 {
			r.slowDown(line, err)
			break
		}
		if err != nil && err != io.EOF {
			return nil, err
		}
		if line == "" {
			return nil, io.EOF
		}
		r.line++
		line = strings.TrimSuffix(line, "\n")
		if line = strings.TrimSuffix(line, "\r"); line == "" {
			continue
		}
		r.split(line)
		if r.width == 0 {
			r.width = len(r.fields)
		}
		if len(r.fields) != r.width {
			return nil, &csv.ParseError{StartLine: r.line, Line: r.line, Column: 1, Err: csv.ErrFieldCount}
		}
		return r.fields, nil
	}
	return r.slowRead()
}

// nextLine returns a line with its end. Whole lines are taken out of the buffer
// together, so that they cost one allocation.
func (r *records) nextLine() (string, error) {
	if r.text == "" {
		if _, err := r.in.Peek(1); err != nil {
			return "", err
		}
		have, _ := r.in.Peek(r.in.Buffered()) // buffered, so there
		end := bytes.LastIndexByte(have, '\n') + 1
		if end == 0 {
			line, err := r.in.ReadSlice('\n')
			return string(line), err
		}
		r.text = string(have[:end])
		_, _ = r.in.Discard(end)
	}
	end := strings.IndexByte(r.text, '\n') + 1
	line := r.text[:end]
	r.text = r.text[end:]
	return line, nil
}

func (r *records) split(line string) {
	r.fields = r.fields[:0]
	for {
		i := strings.IndexByte(line, ',')
		if i < 0 {
			r.fields = append(r.fields, line)
			return
		}
		r.fields = append(r.fields, line[:i])
		line = line[i+1:]
	}
}

// slowDown hands the line at hand and what follows over to encoding/csv.
func (r *records) slowDown(line string, err error) {
	rest := io.Reader(r.in)
	if err == io.EOF {
		rest = strings.NewReader("")
	}
	r.slow = csv.NewReader(io.MultiReader(strings.NewReader(line), strings.NewReader(r.text), rest))
	r.slow.ReuseRecord, r.slow.FieldsPerRecord, r.before = true, r.width, r.line
}

func (r *records) slowRead() ([]string, error) {
	row, err := r.slow.Read()
	if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
		parse.StartLine += r.before
		parse.Line += r.before
	}
	if err != nil {
		return nil, err
	}
	line, _ := r.slow.FieldPos(0)
	r.line = r.before + line
	return row, nil
}
