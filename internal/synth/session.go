package synth

import "github.com/gesturekit/gesturekit/rng"

// session is what stays the same in all captures of one person's sitting.
type session struct {
	room     []shape
	head     []shape // the person's head and shoulders; empty when out of view
	light    light
	camera   camera
	distance float64 // scale of everything near, about 1
}

// light falls on the hand and the head.
type light struct {
	to      vec // unit vector towards the lamp
	key     vec // its colour and strength
	ambient vec
}

func newSession(key rng.Key, who person, number, sitting int, aspect float64) session {
	k := key.With("session").WithInt(number).WithInt(sitting)
	r := k.Rand()
	s := session{distance: between(r, 0.94, 1.06), light: newLight(k.With("light")), camera: newCamera(k.With("camera"))}
	s.room = newRoom(k.With("room"), s.light, aspect)
	if r.IntN(100) < 45 {
		s.head = newHead(k.With("head"), who, s.light, aspect)
	}
	return s
}

func newLight(key rng.Key) light {
	r := key.Rand()
	warm := between(r, -1, 1)
	tint := vec{1 + float64(0.10*warm), 1, 1 - float64(0.16*warm)}
	strength := between(r, 0.55, 0.95)
	return light{
		to:      vec{around(r, 0.8), between(r, 0.0, 0.9), between(r, 0.45, 0.9)}.unit(),
		key:     tint.scale(strength),
		ambient: vec{1, 1, 1}.scale(between(r, 0.22, 0.5)),
	}
}

// on returns the colour of a matt surface: its own, its normal, and how much
// of the lamp and of the room it sees.
func (l *light) on(own, n vec, lamp, room float64) vec {
	lit := max(0, (n.dot(l.to)+0.18)/1.18)
	sky := float64(room * (0.82 + float64(0.18*n.y)))
	return own.times(l.key.scale(float64(lit * lamp)).add(l.ambient.scale(sky)))
}
