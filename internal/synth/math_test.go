package synth

import (
	"math"
	"testing"

	"github.com/gesturekit/gesturekit/rng"
)

func TestSincos(t *testing.T) {
	for d := -720.0; d <= 720; d += 0.37 {
		s, c := sincos(d)
		ws, wc := math.Sincos(d * math.Pi / 180)
		if math.Abs(s-ws) > 1e-9 || math.Abs(c-wc) > 1e-9 {
			t.Fatalf("sincos(%v) = %v, %v, want %v, %v", d, s, c, ws, wc)
		}
	}
}

func TestFrameKeepsLengthAndTurnsBack(t *testing.T) {
	f, v := turned(20, -35, 110), vec{0.3, -0.7, 1.1}
	out := f.outOf(v)
	if math.Abs(out.dot(out)-v.dot(v)) > 1e-9 {
		t.Errorf("length changes from %v to %v", v.dot(v), out.dot(out))
	}
	if d := f.into(out).sub(v); d.dot(d) > 1e-18 {
		t.Errorf("into(outOf(v)) is off by %v", d)
	}
}

// TestConeIsTheHullOfBalls compares the closed form with many balls.
func TestConeIsTheHullOfBalls(t *testing.T) {
	for i := range 100 {
		r := rng.New(1).WithInt(i).Rand()
		a, b := vec{around(r, 1), around(r, 1), around(r, 1)}, vec{around(r, 1), around(r, 1), around(r, 1)}
		c := newCone(a, b, between(r, 0.1, 0.4), between(r, 0.1, 0.4))
		for range 50 {
			x, y := around(r, 1), around(r, 1)
			z, n, ok := c.hit(x, y)
			best, found := math.Inf(-1), false
			for k := range 2001 {
				u := float64(k) / 2000
				if zb, _, hit := ball(a.blend(b, u), mix(c.ra, c.rb, u), x, y); hit {
					best, found = max(best, zb), true
				}
			}
			if found && (!ok || math.Abs(z-best) > 0.01) {
				t.Fatalf("cone %+v at %v, %v: %v, %v, balls give %v", c, x, y, z, ok, best)
			}
			if ok && math.Abs(n.dot(n)-1) > 1e-9 {
				t.Fatalf("normal of length %v", n.dot(n))
			}
		}
	}
}

func TestEveryGestureHasAPose(t *testing.T) {
	for _, c := range Categories() {
		if _, ok := poseOf(c); ok == (c == idle) {
			t.Errorf("%s: pose %v", c, ok)
		}
	}
	if _, ok := poseOf("wave"); ok {
		t.Error("an unknown category has a pose")
	}
}

func TestSkinTonesSpread(t *testing.T) {
	var bins [4]int
	for p := 1; p <= 16; p++ {
		bins[int(4*golden(rng.New(9), p))]++
	}
	for i, n := range bins {
		if n < 3 || n > 5 {
			t.Errorf("%d of 16 persons have a tone in quarter %d, want 3 to 5", n, i)
		}
	}
}
