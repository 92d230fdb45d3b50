package heif

import (
	"encoding/binary"
	"iter"
)

// boxes walks the boxes of a container (ISO/IEC 14496-12, 4.2), up to the first
// that does not lie in it.
func boxes(data []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for len(data) >= 8 {
			n, head := uint64(binary.BigEndian.Uint32(data)), 8
			switch {
			case n == 0: // up to the end
				n = uint64(len(data))
			case n == 1 && len(data) >= 16:
				n, head = binary.BigEndian.Uint64(data[8:]), 16
			}
			if n < uint64(head) || n > uint64(len(data)) || !yield(string(data[4:8]), data[head:n]) {
				return
			}
			data = data[n:]
		}
	}
}

// cut tells whether the last of the boxes does not end in the data.
func cut(data []byte) bool {
	for at := uint64(0); ; {
		rest := data[at:]
		if len(rest) < 8 {
			return len(rest) > 0
		}
		n := uint64(binary.BigEndian.Uint32(rest))
		if n == 1 && len(rest) >= 16 {
			n = binary.BigEndian.Uint64(rest[8:])
		}
		if n < 8 { // 0, up to the end, or no box
			return false
		}
		if n > uint64(len(rest)) {
			return true
		}
		at += n
	}
}

// box returns the content of the first box of that name, nil if there is none.
func box(data []byte, name string) []byte {
	for n, content := range boxes(data) {
		if n == name {
			return content
		}
	}
	return nil
}

// full returns the version of a full box and what follows its flags.
func full(content []byte) (version byte, rest []byte) {
	if len(content) < 4 {
		return 0, nil
	}
	return content[0], content[4:]
}

// reader takes big-endian numbers off a slice; beyond its end they are 0, and
// short is set.
type reader struct {
	data  []byte
	short bool
}

func (r *reader) number(bytes int) (v uint64) {
	if len(r.data) < bytes {
		r.data, r.short = nil, true
		return 0
	}
	for _, b := range r.data[:bytes] {
		v = v<<8 | uint64(b)
	}
	r.data = r.data[bytes:]
	return v
}

// wide reads 4 bytes from the version on that made a field longer, else 2.
func (r *reader) wide(version, from byte) uint32 {
	if version >= from {
		return uint32(r.number(4))
	}
	return uint32(r.number(2))
}
