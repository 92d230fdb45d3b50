package synth

import (
	"math/rand/v2"

	"github.com/gesturekit/gesturekit/rng"
)

// view is one moment of a burst: where the hand is and how it is held.
type view struct {
	pose  pose
	at    vec     // of the pose's centre, in frame heights from the middle, y up
	turns vec     // degrees about x (nod), y (turn) and z (in the picture)
	size  float64 // frame heights per unit of the hand
	sway  vec     // of the head, in frame heights
}

// unitSize is the mean size of a hand unit in frame heights.
const unitSize = 0.44

// newView draws the burst of a person's session and category, then drifts it
// to one of its frames.
func newView(key rng.Key, who person, s session, category string, number, sitting, frame int, aspect float64) view {
	k := key.With("take").WithInt(number).WithInt(sitting).With(category)
	r := k.Rand()
	p, _ := poseOf(category)
	p.loosen(who.habit.With(category).Rand(), 5)
	p.loosen(r, 3)
	v := view{pose: p, size: float64(unitSize * float64(who.scale*s.distance))}
	v.size = float64(v.size * between(r, 0.95, 1.06))
	roomX := max(0.05, float64(0.5*min(1, aspect))-float64(0.78*v.size))
	roomY := max(0.03, 0.56-float64(1.1*v.size))
	v.at = vec{around(r, min(roomX, 0.13)), around(r, min(roomY, 0.06)), 0}
	v.turns = vec{around(r, 9), around(r, 13), around(r, 11)}
	v.sway = vec{around(r, 0.06), around(r, 0.03), 0}
	v.drift(r, k.WithInt(frame).Rand(), frame)
	return v
}

// drift moves v along the burst's slow swing and adds the tremble of one frame.
func (v *view) drift(burst, now *rand.Rand, frame int) {
	swing := func(width, tremble float64) float64 {
		s, _ := sincos(between(burst, 0, 360) + float64(float64(frame)*between(burst, 20, 45)))
		return float64(width*s) + around(now, tremble)
	}
	v.at = v.at.add(vec{swing(0.035, 0.008), swing(0.03, 0.008), 0})
	v.turns = v.turns.add(vec{swing(4, 1), swing(5, 1), swing(5, 1)})
	v.sway = v.sway.add(vec{swing(0.01, 0.002), swing(0.006, 0.002), 0})
	v.size = float64(v.size * (1 + swing(0.03, 0.005)))
	v.pose.loosen(now, 1.5)
}

// loosen moves every joint by up to the given degrees, curled ones as far as
// straight ones.
func (p *pose) loosen(r *rand.Rand, degrees float64) {
	for i := range p.fingers {
		f := &p.fingers[i]
		f.splay += around(r, float64(degrees*0.5))
		for j := range f.flex {
			f.flex[j] = max(0, f.flex[j]+around(r, degrees))
		}
	}
	const radian = 0.0175
	for i := range p.thumb {
		d := float64(degrees * radian)
		p.thumb[i] = p.thumb[i].add(vec{around(r, d), around(r, d), around(r, d)})
	}
	p.wrist += around(r, float64(1.5*degrees))
}

// place brings the parts of an arm from hand coordinates into the picture:
// frame heights from its middle, x right, y up, z towards the camera.
func (v *view) place(parts []part) frame {
	f := turned(v.turns.x, v.turns.y, v.turns.z+v.pose.turn)
	for i := range parts {
		p := &parts[i]
		a := f.outOf(p.a.sub(v.pose.centre)).scale(v.size).add(v.at)
		b := f.outOf(p.b.sub(v.pose.centre)).scale(v.size).add(v.at)
		p.cone = newCone(a, b, float64(p.ra*v.size), float64(p.rb*v.size))
		p.dorsal = f.outOf(p.dorsal)
	}
	return f
}
