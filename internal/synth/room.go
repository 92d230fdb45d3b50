package synth

import (
	"math/rand/v2"

	"github.com/gesturekit/gesturekit/rng"
)

// newRoom draws what stands behind the person: a wall and two or three things.
func newRoom(key rng.Key, l light, aspect float64) []shape {
	r := key.Rand()
	wide := float64(0.5*aspect) + 0.05
	wall := box(0, 0, wide, 0.55, paint(r))
	wall.sun = vec{float64(0.45 * l.to.x), float64(0.3 * l.to.y), 0}
	shapes := []shape{wall}
	things := [...]func(*rand.Rand, float64) []shape{shelf, window, picture, plant, lamps, door, curtain}
	order := r.Perm(len(things))
	for _, i := range order[:2+r.IntN(2)] {
		shapes = append(shapes, things[i](r, wide)...)
	}
	soft, bright := between(r, 0.015, 0.06), between(r, 0.4, 0.85)
	for i := range shapes {
		shapes[i].soft = max(shapes[i].soft, soft)
		shapes[i].colour = shapes[i].colour.scale(bright)
	}
	return shapes
}

func shelf(r *rand.Rand, wide float64) []shape {
	var out []shape
	wood := paint(r)
	x0 := between(r, -wide, 0)
	x1 := x0 + between(r, 0.4, 0.9)
	y := between(r, -0.35, 0.1)
	for range 1 + r.IntN(2) {
		out = append(out, box((x0+x1)/2, y, (x1-x0)/2, 0.012, wood))
		for x := x0 + 0.02; x < x1-0.05; {
			w, h := between(r, 0.012, 0.035), between(r, 0.06, 0.13)
			if r.IntN(5) > 0 {
				book := box(x+w, y+h+0.01, w, h, paint(r))
				book.sun.x = -0.2
				out = append(out, book)
			}
			x += float64(2 * w)
		}
		y += between(r, 0.32, 0.4)
	}
	return out
}

func window(r *rand.Rand, wide float64) []shape {
	x, y := around(r, wide), between(r, 0, 0.3)
	w, h := between(r, 0.14, 0.26), between(r, 0.18, 0.3)
	trim := display(0.8, 0.78, 0.75).scale(between(r, 0.3, 1))
	sky := display(0.86, 0.93, 1).scale(between(r, 0.5, 1.3))
	pane := box(x, y, w, h, sky)
	pane.sun.y = 0.15
	out := []shape{box(x, y, w+0.02, h+0.02, trim), pane}
	hill := oval(x+around(r, w), y-h, float64(w*0.7), float64(h*between(r, 0.3, 0.7)), display(0.4, 0.5, 0.35))
	hill.clear = 0.3
	return append(out, hill, box(x, y, 0.01, h, trim), box(x, y+around(r, 0.08), w, 0.01, trim))
}

func picture(r *rand.Rand, wide float64) []shape {
	x, y := around(r, wide), between(r, -0.1, 0.35)
	w, h := between(r, 0.08, 0.2), between(r, 0.08, 0.18)
	out := []shape{box(x, y, w+0.015, h+0.015, paint(r)), box(x, y, w, h, paint(r))}
	for range 2 + r.IntN(3) {
		out = append(out, oval(x+around(r, float64(w*0.6)), y+around(r, float64(h*0.6)), float64(w*between(r, 0.1, 0.4)), float64(h*between(r, 0.1, 0.4)), paint(r)))
	}
	return out
}

func plant(r *rand.Rand, wide float64) []shape {
	x, y := around(r, wide), between(r, -0.45, -0.15)
	green := display(between(r, 0.15, 0.4), between(r, 0.35, 0.6), between(r, 0.1, 0.3))
	out := []shape{box(x, y, 0.06, 0.08, paint(r))}
	for range 7 + r.IntN(6) {
		angle := around(r, 75)
		s, c := sincos(angle)
		length := between(r, 0.1, 0.2)
		leaf := oval(x-float64(s*length), y+0.08+float64(c*length), 0.022, length, green.scale(between(r, 0.6, 1.3)))
		leaf.tilt = angle
		out = append(out, leaf)
	}
	return out
}

func lamps(r *rand.Rand, wide float64) []shape {
	var out []shape
	for range 5 + r.IntN(8) {
		size := between(r, 0.02, 0.09)
		blob := oval(around(r, wide), around(r, 0.5), size, size, paint(r).scale(1.4))
		blob.soft, blob.clear = size, between(r, 0.1, 0.6)
		out = append(out, blob)
	}
	return out
}

func door(r *rand.Rand, wide float64) []shape {
	x, w := around(r, wide), between(r, 0.15, 0.24)
	leaf := paint(r)
	out := []shape{box(x, -0.1, w+0.025, 0.52, leaf.scale(0.7)), box(x, -0.12, w, 0.52, leaf)}
	for _, y := range [...]float64{0.15, -0.3} {
		out = append(out, box(x, y, float64(w*0.65), 0.15, leaf.scale(0.8)))
	}
	return append(out, oval(x+float64(0.85*w), -0.1, 0.014, 0.014, display(0.8, 0.7, 0.4)))
}

func curtain(r *rand.Rand, wide float64) []shape {
	var out []shape
	colour, x := paint(r), between(r, -wide, float64(0.5*wide))
	for range 4 + r.IntN(6) {
		w := between(r, 0.02, 0.045)
		fold := box(x, 0, w, 0.55, colour.scale(between(r, 0.7, 1.1)))
		fold.sun.x = between(r, 0.2, 0.5)
		out = append(out, fold)
		x += float64(1.7 * w)
	}
	return out
}
