package pixel

import (
	"fmt"
	"image"
	"image/draw"
)

// Fit says how an image that is not square becomes square.
type Fit string

// The three ways to fit. Crop is the default of the stages: it leaves the hand
// at the size and proportions that the camera gave it, and adds no border that
// could tell captures of one camera from those of another. Choose Pad when
// gestures reach the sides of a wide frame.
const (
	Crop    Fit = "crop"    // the middle square of the image
	Pad     Fit = "pad"     // the whole image between black bars
	Stretch Fit = "stretch" // the whole image, squeezed
)

// Validate reports a Fit that is none of the three.
func (f Fit) Validate() error {
	switch f {
	case Crop, Pad, Stretch:
		return nil
	}
	return fmt.Errorf("fit %q: want crop, pad or stretch", string(f))
}

// Square scales an opaque image to size x size pixels. An unknown fit crops.
func Square(src *image.RGBA, size int, fit Fit) *image.RGBA {
	b := src.Rect
	switch w, h := b.Dx(), b.Dy(); {
	case w == h || fit == Stretch || b.Empty():
		return Resize(src, size, size)
	case fit == Pad:
		long := max(w, h)
		return pad(Resize(src, shrink(w, size, long), shrink(h, size, long)), size)
	default:
		return Resize(cut(src, middle(w, h)), size, size)
	}
}

// middle returns the largest square in the middle of w x h pixels.
func middle(w, h int) image.Rectangle {
	side := min(w, h)
	x, y := (w-side)/2, (h-side)/2
	return image.Rect(x, y, x+side, y+side)
}

// kept returns what Square keeps of w x h pixels that have yet to be turned
// upright.
func (f Fit) kept(w, h, orientation int) image.Rectangle {
	if f == Pad || f == Stretch {
		return image.Rect(0, 0, w, h)
	}
	r := middle(w, h)
	switch orientation { // of an odd row or column too many, one more is left out at the right or at the bottom
	case 2, 3, 7, 8:
		r.Min.X, r.Max.X = w-r.Max.X, w-r.Min.X
	}
	switch orientation {
	case 3, 4, 6, 7:
		r.Min.Y, r.Max.Y = h-r.Max.Y, h-r.Min.Y
	}
	return r
}

// cut returns a part of an image at (0,0), in the same memory.
func cut(src *image.RGBA, part image.Rectangle) *image.RGBA {
	m := src.SubImage(part.Add(src.Rect.Min)).(*image.RGBA)
	m.Rect = image.Rectangle{Max: part.Size()}
	return m
}

// shrink returns n*size/long, rounded, and at least 1.
func shrink(n, size, long int) int { return max(1, (2*n*size+long)/(2*long)) }

func pad(src *image.RGBA, size int) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, size, size))
	draw.Draw(dst, dst.Rect, image.Black, image.Point{}, draw.Src)
	at := image.Pt((size-src.Rect.Dx())/2, (size-src.Rect.Dy())/2)
	draw.Draw(dst, src.Rect.Add(at), src, image.Point{}, draw.Src)
	return dst
}
