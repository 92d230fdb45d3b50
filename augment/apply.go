package augment

import (
	"errors"
	"fmt"
	"image"
)

// Scratch is the working memory of Apply. The zero Scratch is ready; reused, it
// makes Apply free of allocation. It serves one goroutine at a time.
type Scratch struct {
	srgb   srgb
	tone   tone
	lights lights

	words  []uint64 // rows of pixels, for convolve
	taps   stencil
	pairs  []twoTaps
	large  image.RGBA // a part of the output, twice its size
	small  image.RGBA // the source, reduced
	cubic  cubicTable
	planes planes // for jpeg
}

// Apply writes into dst what the trace makes of src. The pictures need not have
// the same size: the warp also resizes, and where the picture shrinks, source pixels
// are averaged. dst and src must be opaque, at (0, 0),
// not empty, and share no pixels. src is not changed. A nil scratch serves for
// one call.
//
// On an error, such as a perspective that folds the picture, the content of dst is undefined.
func (t Trace) Apply(dst, src *image.RGBA, s *Scratch) error {
	if err := errors.Join(checkPicture("destination", dst), checkPicture("source", src)); err != nil {
		return err
	}
	if &dst.Pix[0] == &src.Pix[0] {
		return errors.New("augment: destination and source are the same picture; give Apply a second one")
	}
	if s == nil {
		s = new(Scratch)
	}
	s.tone.pending, s.lights.pending = false, s.lights.pending[:0]
	first := t.leadingTone(s)
	if err := t.applyWarp(dst, src, s); err != nil {
		return fmt.Errorf("augment: %w", err)
	}
	for i := first; i < len(t); i++ {
		if err := t[i].apply(dst, s); err != nil {
			return fmt.Errorf("augment: %s: %w", t[i].op.Name, err)
		}
	}
	s.tone.flush(dst)
	s.lights.flush(dst, &s.srgb)
	return nil
}

// apply does one step in place, or leaves it pending to join the next.
func (d *drawn) apply(img *image.RGBA, s *Scratch) error {
	switch {
	case d.op.tone != nil:
		s.lights.flush(img, &s.srgb)
		s.tone.start(s.srgb.init())
		d.op.tone(&d.v, &s.tone)
	case d.op.light != nil:
		s.tone.flush(img)
		s.srgb.init()
		s.lights.pending = append(s.lights.pending, d)
	case d.op.paint != nil:
		s.tone.flush(img)
		s.lights.flush(img, &s.srgb)
		return d.op.paint(&d.v, img, s)
	}
	return nil
}

// leadingTone leaves pending the tone of all steps before the first one that
// needs the warped picture, so that the warp applies it, and returns that step.
func (t Trace) leadingTone(s *Scratch) int {
	for i := range t {
		switch d := &t[i]; {
		case d.op.tone != nil:
			s.tone.start(s.srgb.init())
			d.op.tone(&d.v, &s.tone)
		case d.op.light != nil, d.op.paint != nil:
			return i
		}
	}
	return len(t)
}

// applyWarp resamples src into dst once, through the tone that is pending, or
// copies it when nothing moves.
func (t Trace) applyWarp(dst, src *image.RGBA, s *Scratch) error {
	var b border
	cubic, still := false, dst.Rect == src.Rect
	for i := range t {
		switch d := &t[i]; {
		case d.op.warp != nil:
			still = false
		case d.op.Name == "border":
			b = borderOf(&d.v)
		case d.op.Name == "resample":
			cubic = d.v[0] == 1
		}
	}
	if still {
		for y := range src.Rect.Dy() {
			copy(dst.Pix[y*dst.Stride:][:4*dst.Rect.Dx()], src.Pix[y*src.Stride:])
		}
		return nil
	}
	m, err := t.matrix(dst.Rect.Dx(), dst.Rect.Dy(), src.Rect.Dx(), src.Rect.Dy())
	if err != nil {
		return err
	}
	src, m = s.reduced(dst, src, m)
	vector := hasVector()
	switch skips := m.skips(dst.Rect.Dx(), dst.Rect.Dy()); {
	case skips && cubic: // tone stays pending: it follows the mean
		weights := s.cubic.init()
		s.supersample(dst, m, func(dst *image.RGBA, m matrix) { warpCubic(vector, dst, src, m, b, weights) })
	case skips:
		s.supersample(dst, m, func(dst *image.RGBA, m matrix) { warpWith(vector, dst, src, m, b, nil) })
	case cubic:
		warpCubic(vector, dst, src, m, b, s.cubic.init())
	default:
		warpWith(vector, dst, src, m, b, s.tone.take())
	}
	return nil
}

// matrix returns the homography from pixels of a w by h output to pixels of a
// sw by sh source, with depth 1 in the middle and positive everywhere.
func (t Trace) matrix(w, h, sw, sh int) (matrix, error) {
	e, unit := extentOf(sw, sh)
	middleX, middleY := float64(sw-1)/2, float64(sh-1)/2
	m := shifted(middleX, middleY).mul(scaled(unit, unit))
	for i := range t {
		if f := t[i].op.warp; f != nil {
			m = m.mul(f(&t[i].v, e))
		}
	}
	m = m.mul(scaled(1/unit, 1/unit)).mul(shifted(-middleX, -middleY))
	if w != sw || h != sh { // pixel edges to pixel edges
		fx, fy := float64(sw)/float64(w), float64(sh)/float64(h)
		m = m.mul(matrix{fx, 0, (fx - 1) / 2, 0, fy, (fy - 1) / 2, 0, 0, 1})
	}
	return m.normalised(0, 0, float64(w-1), float64(h-1))
}

// checkPicture reports what keeps img from being read or written.
func checkPicture(role string, img *image.RGBA) error {
	switch {
	case img == nil || img.Rect.Empty():
		return fmt.Errorf("augment: %s is empty; give a picture of at least 1x1 pixel", role)
	case img.Rect.Min != (image.Point{}):
		return fmt.Errorf("augment: %s starts at %v; pictures start at (0,0)", role, img.Rect.Min)
	case img.Stride < 4*img.Rect.Dx() || len(img.Pix) < (img.Rect.Dy()-1)*img.Stride+4*img.Rect.Dx():
		return fmt.Errorf("augment: %s has %d bytes and stride %d, too few for %v", role, len(img.Pix), img.Stride, img.Rect.Size())
	}
	return nil
}
