package augment

import "github.com/gesturekit/gesturekit/rng"

// Draw appends to dst the steps that a draw chose, each parameter a point, and
// returns it. It is a function of the recipe and the key. Steps that change
// nothing are left out, so a trace of length 0 is the identity.
//
// Every step draws from key.With(name of the op), the second use of an op from
// "name 2", so adding a step to a recipe moves no other step's draw.
func (r Recipe) Draw(dst Trace, key rng.Key) Trace {
	return drawSteps(dst, r.steps, &source{key: key})
}

// source gives uniform numbers in [0, 1) by name. With extreme set, every step
// is taken, and a parameter lies at an end of its range in two of three draws.
type source struct {
	key     rng.Key
	extreme bool
}

func (u *source) choice(stream, name string) float64 { return u.key.With(stream).With(name).Unit() }

func (u *source) value(stream, name string) float64 {
	v := u.choice(stream, name)
	switch {
	case !u.extreme:
		return v
	case v < 1.0/3:
		return 0
	case v < 2.0/3:
		return 1 - 1.0/(1<<53)
	}
	return float64(3*v) - 2
}

func drawSteps(dst Trace, steps []step, u *source) Trace {
	for i := range steps {
		dst = steps[i].draw(dst, u)
	}
	return dst
}

func (s *step) draw(dst Trace, u *source) Trace {
	if s.p < 1 && !u.extreme && u.choice(s.stream, "p") >= s.p {
		return dst
	}
	if s.op == nil {
		return s.drawGroup(dst, u)
	}
	d := drawn{op: s.op}
	for i := range s.ranges {
		p := &s.op.Params[i]
		if r := s.ranges[i]; r.IsPoint() {
			d.v[i] = r.Lo
		} else {
			d.v[i] = p.draw(r, u.value(s.stream, p.Name))
		}
	}
	if s.op.neutral(&d.v) {
		return dst
	}
	return append(dst, d)
}

// drawGroup takes count of the steps: those that rank lowest by a number of
// their own.
func (s *step) drawGroup(dst Trace, u *source) Trace {
	var rank [maxGroup]float64
	for i := range s.of {
		rank[i] = u.choice(s.of[i].stream, "rank")
	}
	count := s.count.Lo
	if !s.count.IsPoint() {
		count = (&Param{Integer: true}).draw(s.count, u.choice(s.stream, "count"))
	}
	for i := range s.of {
		before := 0.0
		for j := range s.of {
			if rank[j] < rank[i] || rank[j] == rank[i] && j < i {
				before++
			}
		}
		if before < count {
			dst = s.of[i].draw(dst, u)
		}
	}
	return dst
}

// maxGroup is the largest number of steps in a group.
const maxGroup = 32
