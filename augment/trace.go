package augment

import (
	"encoding/json"
	"fmt"
)

// Trace is a drawn recipe: the steps taken, each parameter a point. It is
// written as JSON in the language of recipes; the identity is [].
type Trace []drawn

// drawn is an op with its parameters.
type drawn struct {
	op *Op
	v  values
}

// String returns the trace as JSON.
func (t Trace) String() string { return string(t.append(nil)) }

// MarshalJSON returns the trace as JSON.
func (t Trace) MarshalJSON() ([]byte, error) { return t.append(nil), nil }

func (t Trace) append(b []byte) []byte {
	b = append(b, '[')
	for i := range t {
		if i > 0 {
			b = append(b, ", "...)
		}
		d := &t[i]
		b = append(d.op.append(append(b, '{'), func(i int) Range { return Point(d.v[i]) }), '}')
	}
	return append(b, ']')
}

// UnmarshalJSON reads a trace.
func (t *Trace) UnmarshalJSON(text []byte) (err error) {
	*t, err = ParseTrace(text)
	return err
}

// ParseTrace reads what MarshalJSON wrote. A recipe whose steps leave anything
// to chance is refused. Steps that change nothing are left out, as Draw does.
func ParseTrace(text []byte) (Trace, error) {
	r, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("read trace: %w", err)
	}
	t := make(Trace, 0, len(r.steps))
	for i := range r.steps {
		s := &r.steps[i]
		if s.op == nil || s.p != 1 {
			return nil, fmt.Errorf("read trace: step %d leaves a choice open; a trace has ops without p only", i+1)
		}
		d := drawn{op: s.op}
		for j, v := range s.ranges {
			if !v.IsPoint() {
				return nil, fmt.Errorf("read trace: step %d: %s: %s is %v; a trace gives every parameter one number",
					i+1, s.op.Name, s.op.Params[j].Name, v)
			}
			d.v[j] = v.Lo
		}
		if !d.op.neutral(&d.v) {
			t = append(t, d)
		}
	}
	return t, nil
}

var _ json.Unmarshaler = (*Trace)(nil)
