package augment

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/gesturekit/gesturekit/internal/nearest"
)

// parse reads a recipe without checking what its ops do together.
func parse(text []byte) (Recipe, error) {
	n, err := body(text)
	if err != nil {
		return Recipe{}, err
	}
	return fromNode(n)
}

// body returns the one document of a text.
func body(text []byte) (ast.Node, error) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, fmt.Errorf("not YAML: %w", err)
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil {
			bodies = append(bodies, doc.Body)
		}
	}
	if len(bodies) != 1 {
		return nil, fmt.Errorf("%d documents; give one: a preset's name or a list of steps, [] for none", len(bodies))
	}
	return bodies[0], nil
}

// checkedFromNode is fromNode and then checkPerspective.
func checkedFromNode(n ast.Node) (Recipe, error) {
	r, err := fromNode(n)
	if err != nil {
		return Recipe{}, err
	}
	if err := r.checkPerspective(1000); err != nil {
		rd := reader{}
		rd.fault(n, "%w", err)
		return Recipe{}, rd.faults[0]
	}
	return r, nil
}

// fromNode reads a preset's name or a list of steps.
func fromNode(n ast.Node) (Recipe, error) {
	if s, ok := n.(*ast.StringNode); ok {
		return Preset(s.Value)
	}
	rd := reader{ops: Ops(), uses: map[string]int{}}
	steps := rd.steps(n, 1)
	return Recipe{steps: steps}, errors.Join(rd.faults...)
}

// reader collects the steps and the faults of one recipe.
type reader struct {
	ops    []Op
	uses   map[string]int // of each op and kind of group so far
	faults []error
}

const maxNesting = 8

func (rd *reader) fault(n ast.Node, format string, args ...any) {
	line, column := 0, 0
	if t := begin(n).GetToken(); t != nil && t.Position != nil {
		line, column = t.Position.Line, t.Position.Column
	}
	rd.faults = append(rd.faults, fmt.Errorf("line %d, column %d: "+format, append([]any{line, column}, args...)...))
}

// begin returns the node that n begins with: of a mapping without braces, whose
// own token is the first colon, the first key.
func begin(n ast.Node) ast.Node {
	switch m := n.(type) {
	case *ast.MappingNode:
		if !m.IsFlowStyle && len(m.Values) > 0 {
			return m.Values[0].Key
		}
	case *ast.MappingValueNode:
		return m.Key
	}
	return n
}

func (rd *reader) steps(n ast.Node, depth int) []step {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		rd.fault(n, "expected a list of steps, such as [rotate, exposure: {stops: [-1, 1]}]")
		return nil
	}
	if depth > maxNesting {
		rd.fault(n, "groups are nested more than %d deep; flatten them", maxNesting)
		return nil
	}
	out := make([]step, 0, len(list.Values))
	for _, v := range list.Values {
		out = append(out, rd.step(v, depth))
	}
	return out
}

// step reads one step: an op's name, or a mapping of one op or group, with p
// and count beside it.
func (rd *reader) step(n ast.Node, depth int) step {
	s := step{p: 1, count: Point(1)}
	if name, ok := n.(*ast.StringNode); ok {
		rd.head(&s, name, nil, depth)
		return s
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		rd.fault(n, "expected a step: an op's name, or a mapping such as rotate: {degrees: [-10, 10]}")
		return s
	}
	var count ast.Node
	for it := m.MapRange(); it.Next(); {
		switch key, value := it.Key(), it.Value(); key.GetToken().Value {
		case "p":
			if r, ok := rd.number(value, "p", Range{0, 1}); ok && r.IsPoint() {
				s.p = r.Lo
			} else if ok {
				rd.fault(value, "p is %v; give one number", r)
			}
		case "count":
			count = value
			s.count, _ = rd.number(value, "count", Range{0, maxGroup})
		default:
			rd.head(&s, key, value, depth)
		}
	}
	rd.checkStep(n, &s, count)
	return s
}

// checkStep reports what is wrong with a step as a whole.
func (rd *reader) checkStep(n ast.Node, s *step, count ast.Node) {
	switch {
	case s.stream == "":
		rd.fault(n, "the step names no op; give one, such as rotate: {degrees: [-10, 10]}")
	case count != nil && s.group != someOf:
		rd.fault(count, "count belongs to %s only", someOf)
	case s.group == someOf && count == nil:
		rd.fault(n, "%s needs count: how many of its steps to take, such as count: [1, 2]", someOf)
	case count != nil && (s.count.Lo != float64(int(s.count.Lo)) || s.count.Hi != float64(int(s.count.Hi)) || s.count.Hi > float64(len(s.of))):
		rd.fault(count, "count %v must be whole and at most the number of steps, %d", s.count, len(s.of))
	}
}

// head reads the op or group that a step is about.
func (rd *reader) head(s *step, key, value ast.Node, depth int) {
	name := key.GetToken().Value
	if s.stream != "" {
		rd.fault(key, "a second op, %q, in the step of %q; begin a new step with a dash", name, s.stream)
		return
	}
	s.stream = name
	if rd.uses[name]++; rd.uses[name] > 1 {
		s.stream += " " + strconv.Itoa(rd.uses[name])
	}
	if name == oneOf || name == someOf {
		s.group = name
		if value == nil {
			rd.fault(key, "%s needs a list of steps", name)
		} else if s.of = rd.steps(value, depth+1); len(s.of) < 1 || len(s.of) > maxGroup {
			rd.fault(value, "%s has %d steps; give 1 to %d", name, len(s.of), maxGroup)
		}
		return
	}
	for i := range rd.ops {
		if rd.ops[i].Name == name {
			s.op = &rd.ops[i]
			rd.params(s, value)
			return
		}
	}
	names := []string{oneOf, someOf}
	for i := range rd.ops {
		names = append(names, rd.ops[i].Name)
	}
	rd.fault(key, "unknown op %q%s", name, hint(name, names))
}

// params reads the parameters of a step's op; the rest keep their defaults.
func (rd *reader) params(s *step, n ast.Node) {
	var names []string
	for _, p := range s.op.Params {
		s.ranges = append(s.ranges, p.Default)
		names = append(names, p.Name)
	}
	if _, null := n.(*ast.NullNode); n == nil || null {
		return
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		rd.fault(n, "%s: expected its parameters as a mapping; it has %s", s.op.Name, strings.Join(names, ", "))
		return
	}
next:
	for it := m.MapRange(); it.Next(); {
		key := it.Key().GetToken().Value
		for i := range s.op.Params {
			if s.op.Params[i].Name == key {
				rd.param(s, i, it.Value())
				continue next
			}
		}
		rd.fault(it.Key(), "%s: unknown parameter %q%s", s.op.Name, key, hint(key, names))
	}
}

func (rd *reader) param(s *step, i int, n ast.Node) {
	p := &s.op.Params[i]
	where := s.op.Name + ": " + p.Name
	if p.Choices == nil {
		r, ok := rd.number(n, where, p.Limits)
		if ok && p.Integer && (r.Lo != float64(int64(r.Lo)) || r.Hi != float64(int64(r.Hi))) {
			rd.fault(n, "%s: %v must be whole", where, r)
		} else if ok {
			s.ranges[i] = r
		}
		return
	}
	name := n.GetToken().Value
	for k, c := range p.Choices {
		if c == name {
			s.ranges[i] = Point(float64(k))
			return
		}
	}
	rd.fault(n, "%s: unknown choice %q%s", where, name, hint(name, p.Choices))
}

// number reads a number or [lo, hi] within limits.
func (rd *reader) number(n ast.Node, where string, limits Range) (r Range, ok bool) {
	ends := []ast.Node{n, n}
	if list, is := n.(*ast.SequenceNode); is {
		ends = list.Values
	}
	if len(ends) != 2 {
		rd.fault(n, "%s: expected a number or [lo, hi] within %v, found %d values", where, limits, len(ends))
		return r, false
	}
	for i, to := range []*float64{&r.Lo, &r.Hi} {
		v, err := scalar(ends[i])
		if err != nil {
			rd.fault(ends[i], "%s: %w; expected a number or [lo, hi] within %v", where, err, limits)
			return r, false
		}
		*to = v
	}
	if err := r.check(limits); err != nil {
		rd.fault(n, "%s: %w", where, err)
		return r, false
	}
	return r, true
}

func scalar(n ast.Node) (float64, error) {
	if _, text := n.(*ast.StringNode); !text {
		if _, is := n.(ast.ScalarNode); !is {
			return 0, errors.New("not a number")
		}
	}
	text := strings.TrimPrefix(n.GetToken().Value, ".") // .nan and .inf
	if v, err := strconv.ParseFloat(text, 64); err == nil && text[0] > '9' {
		return v, nil // NaN and infinities, refused by the range check
	}
	v, err := strconv.ParseFloat(n.GetToken().Value, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number", n.GetToken().Value)
	}
	return v, nil
}

// hint names the candidate nearest to what was written, or all of them.
func hint(wrote string, candidates []string) string {
	if near := nearest.Hint(wrote, candidates); near != "" {
		return near
	}
	return "; want one of " + strings.Join(candidates, ", ")
}
