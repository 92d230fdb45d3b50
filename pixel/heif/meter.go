package heif

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// fuel is the global variable that meter adds to a module.
const fuel = "fuel"

// meter returns a WebAssembly module (core specification 2.0, section 5) in which
// every turn of a loop takes one off the exported variable fuel, of 64 bits, and
// traps when nothing is left. So what a decoder may do is bounded, by a number and
// not by a clock: a file that is refused is refused on any machine. Every 2^20
// turns it lets the host in, without which no garbage could be collected.
//
// Wazero itself can end a module by a context, but looks at that in every turn,
// which makes decoding six times as slow.
func meter(module []byte) ([]byte, error) {
	if len(module) < 8 || string(module[:4]) != "\x00asm" {
		return nil, errors.New("not a WebAssembly module")
	}
	var globals, added uint32
	out := bytes.Clone(module[:8])
	c := code{data: module, at: 8}
	for c.at < len(c.data) && !c.bad {
		id := c.byte()
		body := c.take(int(c.number()))
		switch id {
		case 2:
			globals = importedGlobals(body)
		case 6:
			n, rest := vector(body)
			globals, added = globals+n, added+1
			body = append(binary.AppendUvarint(nil, uint64(n)+1), append(bytes.Clone(rest), 0x7e, 1, 0x42, 0, 0x0b)...)
		case 7:
			n, rest := vector(body)
			export := append([]byte{byte(len(fuel))}, fuel...)
			export = binary.AppendUvarint(append(export, 3), uint64(globals))
			body = append(binary.AppendUvarint(nil, uint64(n)+1), append(bytes.Clone(rest), export...)...)
			added++
		case 10:
			var err error
			if body, err = meterFunctions(body, globals); err != nil {
				return nil, err
			}
		}
		out = append(binary.AppendUvarint(append(out, id), uint64(len(body))), body...)
	}
	if c.bad || added != 2 {
		return nil, errors.New("a WebAssembly module with sections that do not fit")
	}
	return out, nil
}

// vector splits a vector into its length and its items.
func vector(body []byte) (n uint32, items []byte) {
	c := code{data: body}
	n = uint32(c.number())
	return n, c.data[c.at:]
}

func importedGlobals(body []byte) (n uint32) {
	c := code{data: body}
	for i := c.number(); i > 0 && !c.bad; i-- {
		c.take(int(c.number()))
		c.take(int(c.number()))
		switch c.byte() {
		case 0: // a function
			c.number()
		case 3:
			c.take(2)
			n++
		default: // a table or a memory, which the decoders do not import
			return 0
		}
	}
	return n
}

// meterFunctions puts the counting behind the head of every loop.
func meterFunctions(body []byte, global uint32) ([]byte, error) {
	g := binary.AppendUvarint(nil, uint64(global))
	get, set := append([]byte{0x23}, g...), append([]byte{0x24}, g...)
	count := bytes.Join([][]byte{
		get, {0x42, 1, 0x7d}, set, // fuel -= 1
		get, {0x42, 0xff, 0xff, 0x3f, 0x83, 0x50, 0x04, 0x40}, // if fuel & 0xfffff == 0
		{0x41, 0, 0x40, 0, 0x1a},            // grow the memory by nothing: the host's turn
		get, {0x50, 0x04, 0x40, 0x00, 0x0b}, // if fuel == 0: trap
		{0x0b},
	}, nil)
	c := code{data: body}
	n := c.number()
	out := binary.AppendUvarint(nil, n)
	for ; n > 0 && !c.bad; n-- {
		f := code{data: c.take(int(c.number()))}
		for locals := f.number(); locals > 0 && !f.bad; locals-- {
			f.number()
			f.byte()
		}
		made := bytes.Clone(f.data[:f.at])
		for f.at < len(f.data) && !f.bad {
			from := f.at
			op := f.instruction()
			made = append(made, f.data[from:f.at]...)
			if op == 0x03 {
				made = append(made, count...)
			}
		}
		if f.bad {
			return nil, fmt.Errorf("a WebAssembly function that cannot be read at byte %d", f.at)
		}
		out = append(binary.AppendUvarint(out, uint64(len(made))), made...)
	}
	return out, nil
}

// code reads a module.
type code struct {
	data []byte
	at   int
	bad  bool
}

func (c *code) byte() byte {
	if c.at >= len(c.data) {
		c.bad = true
		return 0
	}
	c.at++
	return c.data[c.at-1]
}

// number reads a LEB128 number, of which the sign plays no part here.
func (c *code) number() (v uint64) {
	for shift := 0; shift < 70; shift += 7 {
		b := c.byte()
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v
		}
	}
	c.bad = true
	return 0
}

func (c *code) take(n int) []byte {
	if n < 0 || n > len(c.data)-c.at {
		c.bad = true
		return nil
	}
	c.at += n
	return c.data[c.at-n : c.at]
}

func (c *code) numbers(n int) {
	for range n {
		c.number()
	}
}

// instruction passes over one instruction and returns its first byte.
func (c *code) instruction() byte {
	op := c.byte()
	switch {
	case op >= 0x02 && op <= 0x04, op == 0x0c, op == 0x0d, op == 0x10, // block, loop, if, br, br_if, call
		op >= 0x20 && op <= 0x26, op >= 0x3f && op <= 0x42, op == 0xd0, op == 0xd2:
		c.number()
	case op == 0x11, op >= 0x28 && op <= 0x3e: // call_indirect, loads and stores
		c.numbers(2)
	case op == 0x0e: // br_table
		c.numbers(int(min(c.number(), 1<<20)) + 1)
	case op == 0x1c: // select with types
		c.take(int(c.number()))
	case op == 0x43:
		c.take(4)
	case op == 0x44:
		c.take(8)
	case op == 0xfc:
		sub := c.number()
		switch {
		case sub == 8, sub == 10, sub == 12, sub == 14:
			c.numbers(2)
		case sub > 8 && sub <= 17:
			c.number()
		case sub > 17:
			c.bad = true
		}
	case op <= 0x01, op == 0x05, op == 0x0b, op == 0x0f, op == 0x1a, op == 0x1b, op >= 0x45 && op <= 0xc4, op == 0xd1:
	default: // vectors and exceptions, which the decoders do not have
		c.bad = true
	}
	return op
}
