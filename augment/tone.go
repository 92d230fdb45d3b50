package augment

import "image"

// tone is the composition of pointwise ops: the encoded value, nominally in
// [0, 1], that each level of each channel has become. It is rounded once, when
// it is applied.
type tone struct {
	pending bool
	colour  bool            // the channels differ; else only the first is kept
	v       [3][256]float64 // channel, level
	table   table
	srgb    *srgb
}

// start makes the tone the identity if nothing is pending.
func (t *tone) start(s *srgb) {
	if t.pending {
		return
	}
	t.pending, t.colour, t.srgb = true, false, s
	for i := range t.v[0] {
		t.v[0][i] = float64(i) / 255
	}
}

// each replaces every value by f of it.
func (t *tone) each(f func(v float64) float64) {
	for c := range t.channels() {
		for i, v := range t.v[c] {
			t.v[c][i] = f(v)
		}
	}
}

// light multiplies linear light by a gain per channel and clips it to white.
func (t *tone) light(gain [3]float64) {
	if !t.colour && gain != [3]float64{gain[0], gain[0], gain[0]} {
		t.colour = true
		for i, v := range t.v[0] { // one by one: Go 1.26 compiles a copy of such arrays wrongly on s390x
			t.v[1][i], t.v[2][i] = v, v
		}
	}
	for c := range t.channels() {
		for i, v := range t.v[c] {
			t.v[c][i] = t.srgb.encoded(float64(gain[c] * t.srgb.decoded(v)))
		}
	}
}

func (t *tone) channels() int {
	if t.colour {
		return 3
	}
	return 1
}

// take returns the table of what is pending, which then no longer is, or nil. It
// is good until the next call.
func (t *tone) take() *table {
	if !t.pending {
		return nil
	}
	t.pending = false
	for c := range t.table {
		from := t.v[0][:]
		if t.colour {
			from = t.v[c][:]
		}
		for i, v := range from {
			t.table[c][i] = uint32(uint8(float64(clip(v)*255)+0.5)) << (8 * c)
		}
	}
	for i := range t.table[2] {
		t.table[2][i] |= 0xff << 24
	}
	return &t.table
}

// flush applies what is pending to img.
func (t *tone) flush(img *image.RGBA) {
	table, vector := t.take(), hasVector()
	w, h := img.Rect.Dx(), img.Rect.Dy()
	for y := 0; y < h && table != nil; y++ {
		row := img.Pix[y*img.Stride:][:4*w]
		if vector {
			row = row[4*table.vector(row):]
		}
		table.apply(row)
	}
}

func clip(v float64) float64 { return min(max(v, 0), 1) }
