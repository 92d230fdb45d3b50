package augment

import (
	"fmt"
	"strconv"

	"github.com/goccy/go-yaml/ast"

	"github.com/gesturekit/gesturekit/rng"
)

// Recipe is a list of steps. The zero Recipe changes nothing. Recipes come from
// Parse, Preset and YAML decoding, which refuse what is not valid.
//
// In YAML it is the name of a preset, or a list of steps:
//
//   - rotate: {degrees: [-10, 10]}    # an op; a parameter left out is drawn from its default
//     p: 0.5                          # probability of the step, 1 if left out
//   - vignette                        # an op with its defaults
//   - one_of: [blur, noise]           # one of the steps, each as likely; its own p follows
//   - some_of: [gamma, cast, cutout]  # so many of the steps, in the order written
//     count: [1, 2]
type Recipe struct {
	name  string // of the preset, "" for steps of one's own
	steps []step
}

// step is an op with its ranges, or a group to choose from.
type step struct {
	p      float64
	stream string // name of the random stream: the op, numbered from its second use on
	op     *Op
	ranges []Range // of op, in the order of its parameters
	group  string  // "", oneOf or someOf
	count  Range   // of a group
	of     []step
}

const (
	oneOf  = "one_of"
	someOf = "some_of"
)

// Name returns the preset that the recipe is, or "".
func (r Recipe) Name() string { return r.name }

// IsNone reports whether the recipe has no step.
func (r Recipe) IsNone() bool { return len(r.steps) == 0 }

// Uses reports whether the recipe may apply the named op.
func (r Recipe) Uses(op string) bool { return uses(r.steps, op) }

func uses(steps []step, op string) bool {
	for i := range steps {
		if s := &steps[i]; s.op != nil && s.op.Name == op || uses(s.of, op) {
			return true
		}
	}
	return false
}

// Parse reads a recipe from YAML or JSON. It reports every fault with its line and column.
func Parse(text []byte) (Recipe, error) {
	n, err := body(text)
	if err != nil {
		return Recipe{}, err
	}
	return checkedFromNode(n)
}

// UnmarshalYAML reads a recipe that is part of a larger document.
func (r *Recipe) UnmarshalYAML(n ast.Node) (err error) {
	*r, err = checkedFromNode(n)
	return err
}

// UnmarshalText reads a recipe from a flag: a preset's name or YAML steps.
func (r *Recipe) UnmarshalText(text []byte) (err error) {
	*r, err = Parse(text)
	return err
}

// MarshalYAML returns the preset's name or the steps, one to a line.
func (r Recipe) MarshalYAML() ([]byte, error) {
	if r.name != "" || r.IsNone() {
		return []byte(r.String()), nil
	}
	var b []byte
	for i := range r.steps {
		b = append(r.steps[i].append(append(b, "- "...)), '\n')
	}
	return b, nil
}

// MarshalText returns what UnmarshalText reads.
func (r Recipe) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// MarshalJSON returns the preset's name or the steps.
func (r Recipe) MarshalJSON() ([]byte, error) {
	if r.name != "" {
		return strconv.AppendQuote(nil, r.name), nil
	}
	return appendSteps(nil, r.steps), nil
}

// String returns the preset's name, or the steps as JSON, which is YAML.
func (r Recipe) String() string {
	if r.name != "" {
		return r.name
	}
	return string(appendSteps(nil, r.steps))
}

func appendSteps(b []byte, steps []step) []byte {
	b = append(b, '[')
	for i := range steps {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = steps[i].append(b)
	}
	return append(b, ']')
}

func (s *step) append(b []byte) []byte {
	if s.op != nil {
		b = s.op.append(append(b, '{'), func(i int) Range { return s.ranges[i] })
	} else {
		b = appendSteps(append(append(append(b, `{"`...), s.group...), `": `...), s.of)
	}
	if s.group == someOf {
		b = s.count.append(append(b, `, "count": `...))
	}
	if s.p != 1 {
		b = appendNumber(append(b, `, "p": `...), s.p)
	}
	return append(b, '}')
}

// append appends `"name": {"parameter": range, ...}`.
func (o *Op) append(b []byte, value func(i int) Range) []byte {
	b = append(append(append(b, '"'), o.Name...), `": {`...)
	for i := range o.Params {
		p := &o.Params[i]
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(append(append(b, '"'), p.Name...), `": `...)
		if v := value(i); p.Choices != nil {
			b = append(append(append(b, '"'), p.Choices[int(v.Lo)]...), '"')
		} else {
			b = v.append(b)
		}
	}
	return append(b, '}')
}

// appendNumber appends the shortest decimal that reads back as v.
func appendNumber(b []byte, v float64) []byte {
	if v == float64(int64(v)) && v > -1e15 && v < 1e15 {
		return strconv.AppendInt(b, int64(v), 10)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}

// checkPerspective makes n draws, extreme ones too, and reports one that folds a
// picture; ops that are each fine may fold together.
func (r Recipe) checkPerspective(n int) error {
	var t Trace
	for i := range n {
		t = drawSteps(t[:0], r.steps, &source{rng.New(uint64(i)), true})
		for _, size := range [][2]int{{64, 64}, {64, 36}, {36, 64}} {
			if _, err := t.matrix(size[0], size[1], size[0], size[1]); err != nil {
				return fmt.Errorf("within its ranges, as in %s, %w", t, err)
			}
		}
	}
	return nil
}
