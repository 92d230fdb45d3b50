package synth

import "github.com/gesturekit/gesturekit/rng"

// newHead draws a person's head and shoulders somewhere behind the hand.
func newHead(key rng.Key, who person, l light, aspect float64) []shape {
	r := key.Rand()
	size := between(r, 0.13, 0.19)
	x := float64(between(r, 0.17, 0.36) * aspect) // beside the hand, mostly
	if r.IntN(2) == 0 {
		x = -x
	}
	y := between(r, 0, 0.24)
	lit := func(own vec) vec { return own.times(l.key.scale(0.62).add(l.ambient.scale(0.8))) }
	skin, hair, shirt := lit(who.skin), lit(who.hair), lit(who.shirt)
	at := func(s shape) shape {
		s.x, s.y = x+float64(s.x*size), y+float64(s.y*size)
		s.w, s.h = float64(s.w*size), float64(s.h*size)
		s.sun = vec{float64(0.45 * l.to.x), float64(0.25 * l.to.y), 0}
		s.soft = 0.012
		return s
	}
	dark := skin.scale(0.35)
	out := []shape{
		at(oval(0, -2.9, 1.9, 1.25, shirt)), at(box(0, -3.6, 1.9, 1.0, shirt)),
		at(box(0, -1.15, 0.36, 0.55, skin.scale(0.7))),
	}
	if !who.bald {
		out = append(out, at(oval(0, 0.22, 0.86, 1.02, hair)))
	}
	out = append(out, at(oval(-0.74, -0.05, 0.12, 0.2, skin.scale(0.85))), at(oval(0.74, -0.05, 0.12, 0.2, skin.scale(0.85))),
		at(oval(0, -0.08, 0.72, 0.96, skin)))
	for _, side := range [...]float64{-1, 1} {
		out = append(out, at(oval(float64(0.28*side), 0.08, 0.15, 0.08, display(0.8, 0.8, 0.78).times(l.ambient.add(l.key.scale(0.4))))),
			at(oval(float64(0.28*side), 0.08, 0.075, 0.075, dark.scale(0.4))), at(box(float64(0.28*side), 0.27, 0.17, 0.035, hair.scale(0.8))))
	}
	nose := at(oval(0.02, -0.2, 0.1, 0.2, skin.scale(0.8)))
	nose.clear = 0.4
	return append(out, nose, at(oval(0, -0.56, 0.25, 0.075, skin.times(vec{0.75, 0.45, 0.45}))))
}
