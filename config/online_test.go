package config

import (
	"image"
	"testing"

	"github.com/gesturekit/gesturekit/augment"
	"github.com/gesturekit/gesturekit/rng"
)

func TestOnlineFlipsOnlyWhatHasAMirrorImage(t *testing.T) {
	o := augment.Default()
	if err := o.Recipe.UnmarshalText([]byte("[{flip: , p: 0.5}]")); err != nil {
		t.Fatal(err)
	}
	if err := o.Mirror.UnmarshalText([]byte("left=right,palm=palm")); err != nil {
		t.Fatal(err)
	}
	if err := o.Validate(); err != nil {
		t.Fatal(err)
	}
	a := online(o).New()
	src, dst := image.NewRGBA(image.Rect(0, 0, 2, 1)), image.NewRGBA(image.Rect(0, 0, 2, 1))
	copy(src.Pix, []uint8{10, 10, 10, 255, 200, 200, 200, 255})
	for category, mirrored := range map[string]string{"left": "right", "right": "left", "palm": "palm", "fist": ""} {
		flips := 0
		for i := range 40 {
			shown, err := a(dst, src, category, rng.New(1).WithInt(i))
			if err != nil {
				t.Fatal(err)
			}
			want := category
			if dst.Pix[0] > 100 {
				flips++
				want = mirrored
			}
			if shown != want {
				t.Errorf("%s, flipped %v: shows %q, want %q", category, dst.Pix[0] > 100, shown, want)
			}
		}
		if (flips > 5) != (mirrored != "") {
			t.Errorf("%s: %d of 40 are flipped", category, flips)
		}
	}
}
