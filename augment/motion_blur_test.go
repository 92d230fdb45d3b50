package augment

import (
	"bytes"
	"image"
	"math"
	"testing"
)

// TestMotionBlurDrawsItsLine blurs one white pixel: what it becomes is the line.
func TestMotionBlurDrawsItsLine(t *testing.T) {
	const side, middle = 101, 50
	for degrees := -180; degrees <= 180; degrees += 15 {
		for _, pixels := range []float64{1, 2.5, 6, 15} {
			src := image.NewRGBA(image.Rect(0, 0, side, side))
			src.Pix[src.PixOffset(middle, middle)] = 255
			got := apply(t, trace(t, "- motion_blur: {length: %v, degrees: %d}", pixels/side, degrees), src)
			var sum, mx, my, along, across float64
			sin, cos := math.Sincos(float64(degrees) * math.Pi / 180)
			for y := range side {
				for x := range side {
					v, dx, dy := float64(got.Pix[got.PixOffset(x, y)]), float64(x-middle), float64(y-middle)
					sum, mx, my = sum+v, mx+v*dx, my+v*dy
					along += v * (dx*cos + dy*sin) * (dx*cos + dy*sin)
					across += v * (dy*cos - dx*sin) * (dy*cos - dx*sin)
				}
			}
			if math.Abs(sum-255) > 12 || math.Abs(mx) > 1 || math.Abs(my) > 1 {
				t.Errorf("%v pixels at %d degrees: sum %v, middle off by (%v, %v)", pixels, degrees, sum, mx/sum, my/sum)
			}
			if want := pixels * pixels / 12; pixels > 2 && (math.Abs(along/sum-want) > 0.6+want/10 || across/sum > 0.3) {
				t.Errorf("%v pixels at %d degrees: variance %.2f along and %.2f across, want %.2f and little", pixels, degrees, along/sum, across/sum, want)
			}
		}
	}
}

func TestMotionBlurSumsToOne(t *testing.T) {
	for length := 0.0; length < 40; length += 0.37 {
		for degrees := -90.0; degrees < 95; degrees += 11 {
			l := lineOf(length, degrees)
			sum := uint64(0)
			for _, tap := range l.taps(nil) {
				if sum += 2 * tap.weight; tap.weight > 1<<(tapBits-1) {
					t.Fatalf("length %v, %v degrees: %v", length, degrees, tap)
				}
			}
			if sum != 1<<tapBits {
				t.Errorf("length %v, %v degrees: the weights sum to %d, want %d", length, degrees, sum, 1<<tapBits)
			}
		}
	}
	flat := image.NewRGBA(image.Rect(0, 0, 33, 20))
	for i := range flat.Pix {
		flat.Pix[i] = []uint8{255, 1, 77, 255}[i%4]
	}
	for degrees := -90; degrees < 95; degrees += 7 {
		if got := apply(t, trace(t, "- motion_blur: {length: 0.2, degrees: %d}", degrees), flat); !bytes.Equal(got.Pix, flat.Pix) {
			t.Errorf("%d degrees change a flat picture", degrees)
		}
	}
	src := picture(40, 30)
	if got := apply(t, trace(t, "- motion_blur: {length: 0.02, degrees: 30}"), src); !bytes.Equal(got.Pix, src.Pix) {
		t.Error("a movement below a pixel changes the picture")
	}
}
