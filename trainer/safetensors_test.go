package trainer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"strings"
	"testing"
)

func someTensors() []tensor {
	return []tensor{
		{"conv.weight", []int{2, 3}, []float32{1, -2, 3.5, 1e-40, math.MaxFloat32, 0}},
		{"scalar", []int{}, []float32{7}},
		{"empty", []int{0, 4}, []float32{}},
		{`a "quoted" name`, []int{1}, []float32{-0.1}},
	}
}

func encode(t testing.TB, metadata map[string]string, tensors []tensor) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := writeTensors(&b, metadata, tensors); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTensorsRoundTrip(t *testing.T) {
	metadata := map[string]string{"b": "2", "a": "1\n", "c": ""}
	file := encode(t, metadata, someTensors())
	if got, tensors, err := readTensors(file); err != nil {
		t.Fatal(err)
	} else if !maps.Equal(got, metadata) || !reflect.DeepEqual(tensors, someTensors()) {
		t.Errorf("read %v %v", got, tensors)
	}
	if !bytes.Equal(file, encode(t, metadata, someTensors())) {
		t.Error("the second time other bytes are written")
	}
	if n := binary.LittleEndian.Uint64(file); n%8 != 0 || !strings.HasPrefix(string(file[8:]), `{"__metadata__":{"a":"1\n","b"`) {
		t.Errorf("header of %d bytes: %.60s", n, file[8:])
	}
	if metadata, tensors, err := readTensors(encode(t, nil, nil)); err != nil || metadata != nil || tensors != nil {
		t.Errorf("nothing is read as %v %v, %v", metadata, tensors, err)
	}
}

// withHeader returns a file with a header of one's own and n bytes of data.
func withHeader(header string, n int) []byte {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(out, header...), make([]byte, n)...)
}

func TestReadTensorsRefuses(t *testing.T) {
	good := encode(t, nil, someTensors())
	entry := func(dtype, shape, offsets string) string {
		return fmt.Sprintf(`{"x":{"dtype":"%s","shape":%s,"data_offsets":%s}}`, dtype, shape, offsets)
	}
	for want, file := range map[string][]byte{
		"7 bytes are too few":             good[:7],
		"but 0 follow":                    good[:8],
		"the tensors end at byte":         append(bytes.Clone(good), 0),
		"of 28":                           good[:len(good)-4],
		"by its first word":               []byte("\x89PNG\r\n\x1a\nan image, not a model"),
		"want a JSON object":              withHeader("[]", 0),
		"want a JSON object, found <nil>": withHeader("", 0),
		"behind the JSON object":          withHeader("{}{}", 0),
		`"x" stands twice`:                withHeader(`{"x":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[],"data_offsets":[4,8]}}`, 8),
		`dtype is "F16"`:                  withHeader(entry("F16", "[2]", "[0,4]"), 4),
		"unknown field":                   withHeader(`{"x":{"type":"F32"}}`, 4),
		"shape [-1]":                      withHeader(entry("F32", "[-1]", "[0,4]"), 4),
		"shape [4294967296 4294967296]":   withHeader(entry("F32", "[4294967296,4294967296]", "[0,0]"), 4),
		"at bytes [4 8]":                  withHeader(entry("F32", "[1]", "[4,8]"), 8),
		"at bytes [0 4 4]":                withHeader(entry("F32", "[1]", "[0,4,4]"), 4),
		"at bytes []":                     withHeader(entry("F32", "[1]", "[]"), 4),
		"at bytes [0 8]":                  withHeader(entry("F32", "[1]", "[0,8]"), 8),
		`header: "x": EOF`:                withHeader(`{"x":`, 0),
		`"__metadata__": json: cannot`:    withHeader(`{"__metadata__":{"a":1}}`, 0),
		"the tensors end at byte 0 of 4":  withHeader(`{"x":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}`, 4),
	} {
		_, _, err := readTensors(file)
		if !errors.Is(err, errTensors) || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func FuzzReadTensors(f *testing.F) {
	f.Add(encode(f, map[string]string{"a": "b"}, someTensors()))
	f.Add(withHeader(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, file []byte) {
		metadata, tensors, err := readTensors(file)
		if err != nil {
			return
		}
		again := encode(t, metadata, tensors)
		_, second, err := readTensors(again)
		if err != nil || !bytes.Equal(again, encode(t, metadata, second)) {
			t.Errorf("what was read is not what is written: %v", err)
		}
	})
}
