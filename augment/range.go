package augment

import (
	"fmt"
	"math"
)

// Range is a closed interval that a parameter is drawn from; a point when both
// ends are equal. In YAML it is [lo, hi], or one number for a point.
type Range struct{ Lo, Hi float64 }

// Point returns the range that holds v only.
func Point(v float64) Range { return Range{v, v} }

// IsPoint reports whether the range holds one value.
func (r Range) IsPoint() bool { return r.Lo == r.Hi }

// check reports what is wrong with r as a range within limits.
func (r Range) check(limits Range) error {
	switch {
	case math.IsNaN(r.Lo) || math.IsNaN(r.Hi):
		return fmt.Errorf("range %v holds NaN; give two numbers within %v", r, limits)
	case r.Lo > r.Hi:
		return fmt.Errorf("range %v is reversed; write %v", r, Range{r.Hi, r.Lo})
	case r.Lo < limits.Lo || r.Hi > limits.Hi:
		return fmt.Errorf("%v is outside %v", r, limits)
	}
	return nil
}

// String returns the range as YAML.
func (r Range) String() string { return string(r.append(nil)) }

func (r Range) append(b []byte) []byte {
	if r.IsPoint() {
		return appendNumber(b, r.Lo)
	}
	b = appendNumber(append(b, '['), r.Lo)
	b = appendNumber(append(b, ", "...), r.Hi)
	return append(b, ']')
}
