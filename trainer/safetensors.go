package trainer

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// tensor is a named array of float32 in row-major order.
type tensor struct {
	name  string
	shape []int
	data  []float32
}

// metadataKey is the header entry that holds free text by name.
const metadataKey = "__metadata__"

// headerLimit is the longest header that is read; the format's own limit is
// 100 MB.
const headerLimit = 16 << 20

// errTensors marks every fault of what readTensors is given.
var errTensors = errors.New("not a valid safetensors file")

type headerEntry struct {
	DType   string  `json:"dtype"`
	Shape   []int   `json:"shape"`
	Offsets []int64 `json:"data_offsets"`
}

// writeTensors writes a safetensors file: the header's length as a 64-bit
// little-endian number, the header as JSON, then the tensors without gaps. The
// header names the tensors in the order given and is padded with spaces to a
// multiple of 8 bytes. The same arguments give the same bytes.
func writeTensors(w io.Writer, metadata map[string]string, tensors []tensor) error {
	header, err := headerOf(metadata, tensors)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	out.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(header)))) // a failed write makes Flush fail
	out.Write(header)
	var word [4]byte
	for _, t := range tensors {
		for _, v := range t.data {
			binary.LittleEndian.PutUint32(word[:], math.Float32bits(v))
			out.Write(word[:])
		}
	}
	return out.Flush()
}

func headerOf(metadata map[string]string, tensors []tensor) ([]byte, error) {
	header := []byte{'{'}
	entry := func(name string, v any) error {
		for _, part := range []any{name, v} {
			text, err := json.Marshal(part)
			if err != nil {
				return fmt.Errorf("tensor %q: %w", name, err)
			}
			header = append(append(header, text...), ':')
		}
		header[len(header)-1] = ','
		return nil
	}
	if len(metadata) > 0 {
		if err := entry(metadataKey, metadata); err != nil { // json sorts the keys of a map
			return nil, err
		}
	}
	at := int64(0)
	for _, t := range tensors {
		end := at + 4*int64(len(t.data))
		if err := entry(t.name, headerEntry{"F32", append([]int{}, t.shape...), []int64{at, end}}); err != nil {
			return nil, err
		}
		at = end
	}
	header = append(bytes.TrimSuffix(header, []byte{','}), '}')
	for len(header)%8 != 0 {
		header = append(header, ' ')
	}
	return header, nil
}

// readTensors reads what writeTensors wrote, or another safetensors file that
// holds float32 tensors only. The tensors come in the order of their data. It
// is strict: lengths, shapes and offsets must fit one another and fill the file.
func readTensors(file []byte) (map[string]string, []tensor, error) {
	fault := func(format string, args ...any) (map[string]string, []tensor, error) {
		return nil, nil, fmt.Errorf("%w: "+format, append([]any{errTensors}, args...)...)
	}
	if len(file) < 8 {
		return fault("%d bytes are too few", len(file))
	}
	length, rest := binary.LittleEndian.Uint64(file), file[8:]
	if length > headerLimit || length > uint64(len(rest)) {
		return fault("the header has %d bytes by its first word, but %d follow", length, len(rest))
	}
	entries, metadata, err := readHeader(rest[:length])
	if err != nil {
		return fault("header: %w", err)
	}
	data := rest[length:]
	at := int64(0)
	var tensors []tensor
	for _, e := range entries {
		n, err := e.check(at, int64(len(data)))
		if err != nil {
			return fault("tensor %q: %w", e.name, err)
		}
		t := tensor{name: e.name, shape: e.Shape, data: make([]float32, n)}
		for i := range t.data {
			t.data[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[at+4*int64(i):]))
		}
		tensors = append(tensors, t)
		at = e.Offsets[1]
	}
	if at != int64(len(data)) {
		return fault("the tensors end at byte %d of %d", at, len(data))
	}
	return metadata, tensors, nil
}

type namedEntry struct {
	name string
	headerEntry
}

// readHeader returns the entries of a header in the order of their data.
func readHeader(header []byte) (entries []namedEntry, metadata map[string]string, err error) {
	d := json.NewDecoder(bytes.NewReader(header))
	d.DisallowUnknownFields()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, nil, fmt.Errorf("want a JSON object, found %v", t)
	}
	names := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, nil, err
		}
		name, _ := t.(string)
		if names[name] {
			return nil, nil, fmt.Errorf("%q stands twice", name)
		}
		names[name] = true
		if name == metadataKey {
			err = d.Decode(&metadata)
		} else {
			e := namedEntry{name: name}
			err = d.Decode(&e.headerEntry)
			entries = append(entries, e)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%q: %w", name, err)
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, nil, err
	}
	if tail := bytes.TrimLeft(header[d.InputOffset():], " "); len(tail) > 0 {
		return nil, nil, fmt.Errorf("%d bytes behind the JSON object", len(tail))
	}
	slices.SortStableFunc(entries, func(a, b namedEntry) int { return slices.Compare(a.Offsets, b.Offsets) })
	return entries, metadata, nil
}

// check returns how many numbers an entry holds. Its data must begin at byte at
// and end within size.
func (e *headerEntry) check(at, size int64) (int64, error) {
	if e.DType != "F32" {
		return 0, fmt.Errorf("dtype is %q, want F32", e.DType)
	}
	n := int64(1)
	for _, d := range e.Shape {
		if d < 0 || (d > 0 && n > size/int64(d)) {
			return 0, fmt.Errorf("shape %v does not fit into %d bytes", e.Shape, size)
		}
		n *= int64(d)
	}
	if !slices.Equal(e.Offsets, []int64{at, at + 4*n}) || at+4*n > size {
		return 0, fmt.Errorf("shape %v at bytes %v: want bytes %d to %d of %d", e.Shape, e.Offsets, at, at+4*n, size)
	}
	return n, nil
}
