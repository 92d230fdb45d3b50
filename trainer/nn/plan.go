package nn

import (
	"fmt"
	"strings"

	"gorgonia.org/gorgonia"
)

// plan is a graph lowered to steps over fixed buffers. Running it allocates
// nothing.
type plan struct {
	steps []step
	pool  *pool
}

// step is one operation with its operands. One that is aside is a single task of
// which no other step needs the result: it goes on beside those that follow.
type step struct {
	op    *op
	out   []float32
	in    [][]float32
	aside bool
}

func (p *plan) run() {
	for i := range p.steps {
		s := &p.steps[i]
		if s.aside {
			p.pool.setAside(s)
		} else {
			p.pool.run(s.op, s.out, s.in)
		}
	}
	p.pool.settle()
}

// readers returns where the steps that read data, which is bound to a node,
// have it: to read other data of the same length, set them.
func (p *plan) readers(data []float32) (slots []*[]float32) {
	for _, s := range p.steps {
		for i, in := range s.in {
			if len(in) > 0 && &in[0] == &data[0] {
				slots = append(slots, &s.in[i])
			}
		}
	}
	return slots
}

// newPlan lowers what the outputs need of b's graph. outputs maps nodes to the
// slices that receive their values; every other node shares buffers by liveness.
func newPlan(b *builder, outputs map[*gorgonia.Node][]float32, workers int) (*plan, error) {
	if workers < 1 {
		return nil, fmt.Errorf("plan graph: %d workers, want at least 1", workers)
	}
	sorted, err := gorgonia.Sort(b.g)
	if err != nil {
		return nil, fmt.Errorf("plan graph: %w", err)
	}
	l := lowering{b: b, outputs: outputs, uses: map[*gorgonia.Node]int{}, memory: map[*gorgonia.Node]*buffer{}}
	l.countUses(sorted)
	if err := l.list(sorted); err != nil {
		return nil, err
	}
	l.setAside(workers)
	p, scratch, shared := &plan{}, 0, []*workspace(nil)
	for _, s := range l.planned {
		if err := l.place(s, workers); err != nil {
			return nil, err
		}
		scratch = max(scratch, s.op.scratch)
		if s.op.shared != nil {
			shared = append(shared, s.op.shared)
		}
	}
	share(shared)
	p.steps = l.resolve()
	p.pool = newPool(workers, scratch)
	return p, nil
}

// share gives all workspaces the same memory.
func share(list []*workspace) {
	size := 0
	for _, w := range list {
		size = max(size, w.size)
	}
	data := slab(size)
	for _, w := range list {
		w.data = data[:w.size]
	}
}

// lowering assigns buffers to nodes in the order of execution.
type lowering struct {
	b       *builder
	outputs map[*gorgonia.Node][]float32
	uses    map[*gorgonia.Node]int // readers still to come
	memory  map[*gorgonia.Node]*buffer
	free    []*buffer
	planned []*plannedStep
	aside   []gorgonia.Nodes // inputs of the steps aside that may not have ended
}

// buffer is memory that successive nodes share; size is the largest of them.
type buffer struct {
	size int
	data []float32
}

type plannedStep struct {
	op    *op
	node  *gorgonia.Node
	aside bool
	in    []operand
	out   operand
}

// operand is n elements of a buffer, or of a slice outside the plan.
type operand struct {
	buffer   *buffer
	external []float32
	n        int
}

// children lists the inputs of n in order.
func (l *lowering) children(n *gorgonia.Node) (list gorgonia.Nodes) {
	for it := l.b.g.From(n.ID()); it != nil && it.Next(); {
		list = append(list, it.Node().(*gorgonia.Node))
	}
	return list
}

// isInput reports whether n is a value from outside: bound data or a constant.
func (l *lowering) isInput(n *gorgonia.Node) bool {
	_, bound := l.b.bound[n]
	return bound || n.Op() == nil || n.Op().Arity() == 0
}

// countUses counts the readers of every node that an output depends on; the
// outside world is one more reader of an output.
func (l *lowering) countUses(sorted gorgonia.Nodes) {
	for n := range l.outputs {
		l.uses[n]++
	}
	for _, n := range sorted {
		if l.uses[n] == 0 {
			continue
		}
		for _, child := range l.children(n) {
			l.uses[child]++
		}
	}
}

// operation returns the op of n. The only operation that gorgonia adds by itself
// is the addition of gradients, for which addOp stands in.
func (l *lowering) operation(n *gorgonia.Node) (*op, error) {
	if o, ok := n.Op().(*op); ok {
		return o, nil
	}
	if strings.HasPrefix(n.Op().String(), "+") && len(l.children(n)) == 2 {
		return addOp(n.Shape()), nil
	}
	return nil, fmt.Errorf("plan graph: no kernel for operation %v of node %v", n.Op(), n)
}

// list lists the steps in order.
func (l *lowering) list(sorted gorgonia.Nodes) error {
	for i := len(sorted) - 1; i >= 0; i-- {
		n := sorted[i]
		if l.uses[n] == 0 || l.isInput(n) {
			continue
		}
		o, err := l.operation(n)
		if err != nil {
			return err
		}
		l.planned = append(l.planned, &plannedStep{op: o, node: n})
	}
	return nil
}

// setAside sets aside the steps that one worker can take and of which only the
// outside reads the result. So workers need not meet in a weight gradient, and read
// nothing in it that another writes. Beside the last steps there is little else to do:
// one of them for each worker but two stays where it is, and all do if that leaves
// too few to be worth the scratch that every worker needs for them.
func (l *lowering) setAside(workers int) {
	var list []*plannedStep
	for _, s := range l.planned {
		if _, isOutput := l.outputs[s.node]; isOutput && s.op.alone != nil && l.uses[s.node] == 1 {
			list = append(list, s)
		}
	}
	if n := len(list) - max(0, workers-2); n >= workers {
		for _, s := range list[:n] {
			s.op, s.aside = s.op.alone, true
		}
	}
}

// place plans a step: it finds the inputs, gives the output memory that no later
// reader needs, and releases inputs read for the last time. The inputs of a step aside
// are in use until the pool waits for its end, which it does before it sets aside
// the one that follows it by the number of workers.
func (l *lowering) place(s *plannedStep, workers int) error {
	o, n := s.op, s.node
	children := l.children(n)
	if s.aside && len(l.aside) == workers {
		l.release(l.aside[0])
		l.aside = l.aside[1:]
	}
	for _, child := range children {
		in, err := l.operandOf(child)
		if err != nil {
			return err
		}
		s.in = append(s.in, in)
	}
	s.out.n = n.Shape().TotalSize()
	external, isOutput := l.outputs[n]
	switch {
	case isOutput:
		s.out.external = external
	case o.inPlace > 0 && l.uses[children[o.inPlace-1]] == 1 && s.in[o.inPlace-1].buffer != nil:
		s.out.buffer = s.in[o.inPlace-1].buffer
		l.uses[children[o.inPlace-1]] = -1 // taken over, not to be released
	default:
		s.out.buffer = l.allocate(s.out.n)
	}
	if s.out.buffer != nil {
		l.memory[n] = s.out.buffer
	}
	if s.aside {
		l.aside = append(l.aside, children)
	} else {
		l.release(children)
	}
	return nil
}

// release counts one reader less of each node, and gives back the memory of those
// that have none left.
func (l *lowering) release(nodes gorgonia.Nodes) {
	for _, n := range nodes {
		if l.uses[n]--; l.uses[n] == 0 && l.memory[n] != nil {
			l.free = append(l.free, l.memory[n])
		}
	}
}

// operandOf finds where node n has its value.
func (l *lowering) operandOf(n *gorgonia.Node) (operand, error) {
	size := max(1, n.Shape().TotalSize())
	if data, ok := l.b.bound[n]; ok {
		return operand{external: data, n: size}, nil
	}
	if data, ok := l.outputs[n]; ok {
		return operand{external: data, n: size}, nil
	}
	if m := l.memory[n]; m != nil {
		return operand{buffer: m, n: size}, nil
	}
	if v := n.Value(); v != nil {
		if data := floats(v); len(data) == size {
			return operand{external: data, n: size}, nil
		}
	}
	return operand{}, fmt.Errorf("plan graph: node %v has no float32 value", n)
}

// allocate takes the free buffer that fits n best: the smallest that is large
// enough, or else the largest, enlarged.
func (l *lowering) allocate(n int) *buffer {
	best := -1
	for i, m := range l.free {
		if best < 0 || fitsBetter(m.size, l.free[best].size, n) {
			best = i
		}
	}
	if best < 0 {
		return &buffer{size: n}
	}
	m := l.free[best]
	l.free = append(l.free[:best], l.free[best+1:]...)
	m.size = max(m.size, n)
	return m
}

func fitsBetter(a, b, n int) bool {
	if (a >= n) != (b >= n) {
		return a >= n
	}
	return (a < b) == (a >= n) && a != b
}

// resolve allocates the buffers and turns operands into slices.
func (l *lowering) resolve() []step {
	const line = 16 // float32 of a line of the cache
	buffers, size := map[*buffer]int{}, 0
	for _, s := range l.planned {
		if b := s.out.buffer; b != nil {
			if _, ok := buffers[b]; !ok {
				buffers[b] = size
				size += (b.size + line - 1) / line * line
			}
		}
	}
	data := slab(size)
	for b, at := range buffers {
		b.data = data[at:][:b.size:b.size]
	}
	slice := func(x operand) []float32 {
		if x.buffer == nil {
			return x.external[:x.n]
		}
		return x.buffer.data[:x.n]
	}
	steps := make([]step, len(l.planned))
	for i, s := range l.planned {
		steps[i] = step{op: s.op, out: slice(s.out), aside: s.aside}
		for _, in := range s.in {
			steps[i].in = append(steps[i].in, slice(in))
		}
	}
	return steps
}
