package synth

import (
	"math"
	"math/rand/v2"

	"github.com/gesturekit/gesturekit/rng"
)

// person is what stays the same in all captures of one person.
type person struct {
	build
	skin   vec     // of the back of the hand, linear
	scale  float64 // size of the hand, about 1
	shirt  vec     // linear
	stripe float64 // contrast of the sleeve's stripes, 0 to 0.5
	hair   vec     // linear
	bald   bool
	habit  rng.Key // how the person holds each category
}

func newPerson(key rng.Key, number int) person {
	k := key.With("person").WithInt(number)
	r := k.Rand()
	p := person{
		build: build{fingers: between(r, 0.92, 1.08), girth: between(r, 0.92, 1.12), cuff: between(r, 0.12, 1.1)},
		scale: between(r, 0.94, 1.06),
		shirt: paint(r),
		bald:  r.IntN(6) == 0,
		habit: k,
	}
	if r.IntN(4) == 0 {
		p.cuff = 9
	}
	if r.IntN(3) == 0 {
		p.stripe = between(r, 0.2, 0.5)
	}
	p.skin = skinTone(golden(key.With("skin"), number))
	p.hair = display(0.16, 0.11, 0.08).blend(display(0.62, 0.45, 0.24), float64(r.Float64()*r.Float64()))
	return p
}

// golden spreads the numbers 1, 2, 3.. evenly over [0, 1) however many follow.
func golden(key rng.Key, number int) float64 {
	u := float64(key.Unit()) + float64(float64(number)*0.6180339887498949)
	return u - math.Floor(u)
}

// skinTone runs from light at 0 to dark at 1.
func skinTone(t float64) vec {
	tones := [...]vec{
		display(0.95, 0.80, 0.70), display(0.90, 0.70, 0.57), display(0.80, 0.58, 0.44),
		display(0.66, 0.45, 0.32), display(0.50, 0.33, 0.23), display(0.38, 0.25, 0.18),
	}
	t = float64(clamp(t) * float64(len(tones)-1))
	i := min(int(t), len(tones)-2)
	return tones[i].blend(tones[i+1], t-float64(i))
}

// between draws from [lo, hi).
func between(r *rand.Rand, lo, hi float64) float64 { return mix(lo, hi, r.Float64()) }

// around draws from (-width, width).
func around(r *rand.Rand, width float64) float64 { return between(r, -width, width) }

// paint draws the colour of a thing: grey, wooden or coloured.
func paint(r *rand.Rand) vec {
	switch v := between(r, 0.15, 0.9); r.IntN(4) {
	case 0:
		return display(v, float64(v*between(r, 0.94, 1)), float64(v*between(r, 0.88, 1.05)))
	case 1:
		return display(float64(v*0.95), float64(v*0.72), float64(v*0.52))
	default:
		return display(float64(v*between(r, 0.3, 1)), float64(v*between(r, 0.3, 1)), float64(v*between(r, 0.3, 1)))
	}
}
