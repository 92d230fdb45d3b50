package augment

import "image"

// tone is the composition of pointwise ops: the encoded value, nominally in
// [0, 1], that each level of each channel has become. It is rounded once, when
// it is applied.
type tone struct {
	pending bool
	colour  bool            // the channels differ; else only the first is kept
	v       [3][256]float64 // channel, level
	table   [3][256]uint8
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
		t.v[1], t.v[2] = t.v[0], t.v[0]
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

// flush applies what is pending to img.
func (t *tone) flush(img *image.RGBA) {
	if !t.pending {
		return
	}
	t.pending = false
	for c := range t.table {
		if c > 0 && !t.colour {
			t.table[c] = t.table[0]
			continue
		}
		for i, v := range t.v[c] {
			t.table[c][i] = uint8(float64(clip(v)*255) + 0.5)
		}
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	for y := range h {
		row := img.Pix[y*img.Stride:][:4*w]
		for ; len(row) >= 4; row = row[4:] {
			row[0], row[1], row[2] = t.table[0][row[0]], t.table[1][row[1]], t.table[2][row[2]]
		}
	}
}

func clip(v float64) float64 { return min(max(v, 0), 1) }
