package heif

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
)

// Parse reads the boxes of a file. It decodes nothing and allocates next to
// nothing.
func Parse(data []byte) (Header, error) {
	if cut(data) {
		return Header{}, fmt.Errorf("%w: its last box does not end in it", ErrCut)
	}
	_, meta := full(box(data, "meta"))
	if meta == nil {
		return Header{}, unsupported("it has no still image")
	}
	f := file{types: itemTypes(meta), refs: references(meta), properties: properties(meta)}
	version, rest := full(box(meta, "pitm"))
	r := reader{data: rest}
	primary := r.wide(version, 1)
	if r.short {
		return Header{}, broken("it does not say which image is the primary one")
	}
	coded := f.coded(primary)
	h := Header{Orientation: 1, tiled: coded != primary}
	switch kind := f.types[coded]; kind {
	case "hvc1":
		h.Kind = HEIC
	case "av01":
		h.Kind = AVIF
	default:
		return h, unsupported("its primary image is coded as %q, want HEVC or AV1", kind)
	}
	if h.Kind == HEIC && f.transparent(primary) {
		return h, unsupported("HEIC with transparency")
	}
	return h, f.describe(&h, primary, coded)
}

// file is what the boxes say of a file's items.
type file struct {
	types      map[uint32]string
	refs       []reference
	properties map[uint32][]property
}

type reference struct {
	kind string
	from uint32
	to   []uint32
}

type property struct {
	name    string
	content []byte
}

// coded returns the item that holds the bits of an image: itself, or of a grid
// its first tile.
func (f file) coded(item uint32) uint32 {
	if f.types[item] == "grid" {
		for _, r := range f.refs {
			if r.kind == "dimg" && r.from == item && len(r.to) > 0 {
				return r.to[0]
			}
		}
	}
	return item
}

// transparent tells whether an image has another one for its alpha channel.
func (f file) transparent(item uint32) bool {
	for _, r := range f.refs {
		if r.kind != "auxl" || len(r.to) == 0 || r.to[0] != item {
			continue
		}
		for _, p := range f.properties[r.from] {
			if p.name == "auxC" && (bytes.Contains(p.content, []byte("auxid:1\x00")) || bytes.Contains(p.content, []byte("auxiliary:alpha\x00"))) {
				return true
			}
		}
	}
	return false
}

// describe fills in the header from the properties of the primary image and of
// the item that holds its bits. The properties that turn it are to be applied in
// their order; libheif does so, libavif leaves it to us.
func (f file) describe(h *Header, primary, coded uint32) error {
	for _, p := range f.properties[primary] {
		r := reader{data: p.content}
		switch p.name {
		case "ispe":
			r.number(4)
			w, height := r.number(4), r.number(4)
			if r.short || w == 0 || height == 0 || w > 1<<30 || height > 1<<30 {
				return broken("it says %dx%d pixels", w, height)
			}
			h.Width, h.Height = int(w), int(height)
		case "clap":
			if err := h.aperture(&r); err != nil {
				return err
			}
		case "irot":
			for range r.number(1) & 3 {
				h.turn()
			}
		case "imir":
			h.mirror(r.number(1)&1 == 1)
		}
	}
	if h.crop.Empty() {
		h.stored, h.crop = image.Pt(h.Width, h.Height), image.Rect(0, 0, h.Width, h.Height)
	}
	if h.Width == 0 {
		return broken("it does not say how large its primary image is")
	}
	if h.Kind == HEIC { // which is decoded upright
		if h.Orientation > 4 {
			h.Width, h.Height = h.Height, h.Width
		}
		h.Orientation = 1
	}
	own, tile := f.properties[primary], f.properties[coded]
	h.Profile, h.colours = profile(own), fromStream(tile)
	if !h.colours.fromBox(own) {
		h.colours.fromBox(tile)
	}
	h.Primaries, h.Transfer = h.colours.primaries, h.colours.transfer
	return nil
}

// aperture reads clap, the part of the image that is meant to be seen: its width
// and height, and how far its middle lies from that of the image.
func (h *Header) aperture(r *reader) error {
	var v [8]int64
	for i := range v {
		v[i] = int64(int32(r.number(4)))
	}
	edge := func(n, d, offset, under int64, side int) (lo, size int, ok bool) {
		if d <= 0 || under <= 0 || n <= 0 || n%d != 0 || n/d > int64(side) {
			return 0, 0, false
		}
		size = int(n / d)
		twice := int64(side-size)*under + 2*offset // the edge, times 2*under
		at := twice / (2 * under)
		return int(at), size, twice >= 0 && twice%(2*under) == 0 && at+int64(size) <= int64(side)
	}
	x, w, okX := edge(v[0], v[1], v[4], v[5], h.Width)
	y, height, okY := edge(v[2], v[3], v[6], v[7], h.Height)
	if r.short || !okX || !okY {
		return broken("its clean aperture does not lie in its %dx%d pixels", h.Width, h.Height)
	}
	h.stored = image.Pt(h.Width, h.Height)
	h.crop = image.Rect(x, y, x+w, y+height)
	h.Width, h.Height = w, height
	return nil
}

// turn adds a quarter turn against the clock to the orientation.
func (h *Header) turn() {
	h.Orientation = [...]int{1: 8, 2: 5, 3: 6, 4: 7, 5: 4, 6: 1, 7: 2, 8: 3}[h.Orientation]
}

// mirror exchanges left and right, or top and bottom.
func (h *Header) mirror(leftRight bool) {
	if !leftRight {
		h.turn()
		h.turn()
	}
	h.Orientation = [...]int{1: 2, 2: 1, 3: 4, 4: 3, 5: 6, 6: 5, 7: 8, 8: 7}[h.Orientation]
}

func profile(ps []property) []byte {
	for _, p := range ps {
		if p.name == "colr" && len(p.content) > 4 && (string(p.content[:4]) == "prof" || string(p.content[:4]) == "rICC") {
			return p.content[4:]
		}
	}
	return nil
}

// itemTypes reads iinf.
func itemTypes(meta []byte) map[uint32]string {
	out := map[uint32]string{}
	version, rest := full(box(meta, "iinf"))
	if skip := 2 + 2*int(min(version, 1)); len(rest) >= skip {
		rest = rest[skip:]
	}
	for name, content := range boxes(rest) {
		version, rest := full(content)
		r := reader{data: rest}
		if name != "infe" || version < 2 {
			continue
		}
		id := r.wide(version, 3)
		r.number(2)
		if kind := r.number(4); !r.short {
			out[id] = string(binary.BigEndian.AppendUint32(nil, uint32(kind)))
		}
	}
	return out
}

// references reads iref.
func references(meta []byte) (out []reference) {
	version, rest := full(box(meta, "iref"))
	for name, content := range boxes(rest) {
		r := reader{data: content}
		ref := reference{kind: name, from: r.wide(version, 1)}
		for n := r.number(2); n > 0 && !r.short; n-- {
			if to := r.wide(version, 1); !r.short {
				ref.to = append(ref.to, to)
			}
		}
		out = append(out, ref)
	}
	return out
}

// properties reads iprp: the properties of each item, in order.
func properties(meta []byte) map[uint32][]property {
	iprp := box(meta, "iprp")
	all := []property{{}} // they count from 1
	for name, content := range boxes(box(iprp, "ipco")) {
		all = append(all, property{name, content})
	}
	out := map[uint32][]property{}
	for name, content := range boxes(iprp) {
		version, rest := full(content)
		if name != "ipma" || len(rest) == 0 {
			continue
		}
		size, mask := 1, uint64(1<<7-1)
		if content[3]&1 == 1 {
			size, mask = 2, 1<<15-1
		}
		r := reader{data: rest}
		for n := r.number(4); n > 0 && !r.short; n-- {
			id := r.wide(version, 1)
			for k := r.number(1); k > 0 && !r.short; k-- {
				if i := r.number(size) & mask; i > 0 && i < uint64(len(all)) {
					out[id] = append(out[id], all[i])
				}
			}
		}
	}
	return out
}
