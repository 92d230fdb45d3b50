package augment

import (
	"bytes"
	"image"
	"math"
	"testing"
)

func TestExposureRollsOff(t *testing.T) {
	ramp := image.NewRGBA(image.Rect(0, 0, 256, 1))
	for i := range 256 {
		copy(ramp.Pix[4*i:], []uint8{uint8(i), uint8(i), uint8(i), 255})
	}
	for _, stops := range []float64{-2, 0.1, 1, 3} {
		for _, room := range []float64{0.2, 0.5, 0.95} {
			clipped := apply(t, trace(t, "- exposure: {stops: %v, roll_off: 0}", stops), ramp)
			rolled := apply(t, trace(t, "- exposure: {stops: %v, roll_off: %v}", stops, room), ramp)
			g, knee := math.Exp2(stops), 1-room
			for i := range 256 {
				l := g * decodeSRGB(float64(i)/255)
				if l > knee && g > 1 {
					a, b, u := room, g-knee, l-knee
					l = knee + u/(1+(1/a-1/b)*u)
				}
				got, want := float64(rolled.Pix[4*i]), 255*encodeSRGB(min(l, 1))
				if math.Abs(got-want) > 0.51 || got > float64(clipped.Pix[4*i]) {
					t.Errorf("level %d at %v stops, roll-off %v is %v, want %.2f, and not above %d", i, stops, room, got, want, clipped.Pix[4*i])
				}
			}
			if white := rolled.Pix[4*255]; stops > 0 && white != 255 {
				t.Errorf("white at %v stops, roll-off %v is %d", stops, room, white)
			}
			white := []byte{255, 255, 255}
			if few, many := bytes.Count(rolled.Pix, white), bytes.Count(clipped.Pix, white); stops >= 1 && few >= many {
				t.Errorf("%d levels are white at %v stops, roll-off %v, and %d without", few, stops, room, many)
			}
		}
	}
}
