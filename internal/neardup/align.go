package neardup

// affine maps a place (x, y) of a plate to a place of a scene:
// (a[0] + a[1] x + a[2] y, a[3] + a[4] x + a[5] y).
type affine [6]float32

// starts are the maps from which an alignment sets out: four turns up to 36
// degrees, and the same of the mirror image.
func starts() []affine {
	var out []affine
	for _, mirror := range []float32{1, -1} {
		for _, turn := range [][2]float32{{0.809017, -0.587785}, {0.978148, -0.207912}, {0.978148, 0.207912}, {0.809017, 0.587785}} {
			c, s := turn[0], turn[1]
			out = append(out, affine{0, mirror * c, -s, 0, mirror * s, c})
		}
	}
	return out
}

const (
	steps     = 5     // of each alignment at each size
	promising = 3     // starts that go on from the coarsest size
	gate      = 0.7   // correlation at the middle size below which an alignment ends
	overlap   = 0.4   // share of the plate that must lie on the scene
	still     = 0.004 // largest change of a parameter at which an alignment ends
)

// aligner holds what alignments reuse. It is for one goroutine.
type aligner struct {
	starts []affine
	found  []aligned
	value  []float32
	at     []int32
}

type aligned struct {
	by affine
	r  float32
}

func newAligner() *aligner {
	return &aligner{starts: starts(), value: make([]float32, plateSide*plateSide), at: make([]int32, plateSide*plateSide)}
}

// similarity lays the plates over the scene by the best affine map found and
// returns the correlation of the grey levels where they overlap, -1..1.
func (w *aligner) similarity(p [3]*plate, s *scene) float32 {
	w.found = w.found[:0]
	for _, a := range w.starts {
		w.found = append(w.found, w.align(p[0], s[0], a))
	}
	best := aligned{r: -1}
	for k := range promising {
		m := k
		for i := k; i < len(w.found); i++ {
			if w.found[i].r > w.found[m].r {
				m = i
			}
		}
		w.found[k], w.found[m] = w.found[m], w.found[k]
		if a := w.align(p[1], s[1], w.found[k].by); a.r > best.r {
			best = a
		}
	}
	if best.r < gate {
		return best.r
	}
	return w.align(p[2], s[2], best.by).r
}

// align improves a map step by step and returns the best one on the way.
func (w *aligner) align(p *plate, scene []float32, a affine) aligned {
	best := aligned{a, -1}
	for i := range steps + 1 {
		n, sums := w.sample(p, scene, a)
		if float32(n) < overlap*float32(p.n*p.n) {
			break
		}
		f := sums.fit(n)
		if f.r > best.r {
			best = aligned{a, f.r}
		}
		if i == steps {
			break
		}
		next, ok := a.before(w.change(p, n, f))
		if !ok || next.near(a) {
			break
		}
		a = next
	}
	return best
}

// sums are those of the values of plate (p) and scene (s) where they overlap.
type sums struct{ p, s, pp, ss, ps float32 }

// sample reads the scene, bilinearly, where the pixels of the plate fall on it.
func (w *aligner) sample(p *plate, scene []float32, a affine) (count int, t sums) {
	n := p.n
	half, last := float32(n)/2, float32(n-1)
	ax, ay := a[1]*half, a[4]*half
	for y, v := range p.place {
		bx := float32((a[0]+float32(a[2]*v)+1)*half) - 0.5
		by := float32((a[3]+float32(a[5]*v)+1)*half) - 0.5
		for x, u := range p.place {
			fx, fy := bx+float32(ax*u), by+float32(ay*u)
			if !(fx >= 0 && fy >= 0 && fx < last && fy < last) {
				continue
			}
			x0, y0 := int(fx), int(fy)
			dx, dy := fx-float32(x0), fy-float32(y0)
			q := scene[y0*n+x0:][:n+2]
			above := q[0] + float32(dx*(q[1]-q[0]))
			below := q[n] + float32(dx*(q[n+1]-q[n]))
			s := above + float32(dy*(below-above))
			i := y*n + x
			g := p.v[i]
			w.value[count], w.at[count] = s, int32(i)
			count++
			t.p += g
			t.s += s
			t.pp += float32(g * g)
			t.ss += float32(s * s)
			t.ps += float32(g * s)
		}
	}
	return count, t
}

// fit is what two sets of values have in common: their means, the gain from
// scene to plate, and the correlation.
type fit struct{ plate, scene, gain, r float32 }

func (t sums) fit(count int) fit {
	k := 1 / float32(count)
	f := fit{plate: t.p * k, scene: t.s * k}
	vp := max(float32(t.pp*k)-float32(f.plate*f.plate), 1)
	vs := max(float32(t.ss*k)-float32(f.scene*f.scene), 1)
	f.gain = root32(vp / vs)
	f.r = (float32(t.ps*k) - float32(f.plate*f.scene)) / root32(vp*vs)
	return f
}

// change returns the parameters by which the plate would have to move.
func (w *aligner) change(p *plate, count int, f fit) (d [6]float64) {
	var g [6]float32
	for k, i := range w.at[:count] {
		e := float32(f.gain*(w.value[k]-f.scene)) - (p.v[i] - f.plate)
		q := &p.steep[i]
		g[0] += float32(q[0] * e)
		g[1] += float32(q[1] * e)
		g[2] += float32(q[2] * e)
		g[3] += float32(q[3] * e)
		g[4] += float32(q[4] * e)
		g[5] += float32(q[5] * e)
	}
	whole := float64(p.n*p.n) / float64(count)
	for j := range 6 {
		for k := range 6 {
			d[j] += float64(p.inv[j][k] * float64(g[k]))
		}
		d[j] *= whole
	}
	return d
}

// before returns a after the inverse of the small change d, and whether that is
// still a map that a camera or an augmentation might make.
func (a affine) before(d [6]float64) (affine, bool) {
	m, n, o, p := 1+d[1], d[2], d[4], 1+d[5]
	det := float64(m*p) - float64(n*o)
	if det < 0.1 && det > -0.1 {
		return a, false
	}
	m, n, o, p = p/det, -n/det, -o/det, m/det
	x, y := -(float64(m*d[0]) + float64(n*d[3])), -(float64(o*d[0]) + float64(p*d[3]))
	var out affine
	for r := 0; r < 6; r += 3 {
		t, u, v := float64(a[r]), float64(a[r+1]), float64(a[r+2])
		out[r] = float32(t + float64(u*x) + float64(v*y))
		out[r+1] = float32(float64(u*m) + float64(v*o))
		out[r+2] = float32(float64(u*n) + float64(v*p))
	}
	area := float32(out[1]*out[5]) - float32(out[2]*out[4])
	area = max(area, -area)
	inside := out[0] < 0.8 && out[0] > -0.8 && out[3] < 0.8 && out[3] > -0.8
	return out, inside && area > 0.35 && area < 2.9
}

// near tells whether no parameter differs by more than still.
func (a affine) near(b affine) bool {
	for i := range a {
		if d := a[i] - b[i]; d > still || d < -still {
			return false
		}
	}
	return true
}
