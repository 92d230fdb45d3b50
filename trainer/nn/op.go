package nn

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// op is an operation of the graph: a gorgonia.SDOp of fixed input and output
// shapes. An op belongs to one node of one graph; its id makes its hash unique,
// because gorgonia merges nodes of equal hash.
type op struct {
	name    string
	id      int
	in      []tensor.Shape
	out     tensor.Shape // empty for a scalar
	phases  []int        // tasks of each phase; a phase starts when the one before has ended
	scratch int          // float32 of private scratch that a task needs
	cost    int          // about the number of multiplications, or of elements touched
	shared  *workspace   // memory of all tasks and phases, or nil
	alone   *op          // the same as a single task, if that may go on beside other ops, or nil
	inPlace int          // 1 + the input whose buffer the output may take, 0 for none

	// run computes one task. Tasks of a phase write disjoint parts of out.
	run func(phase, task int, out []float32, in [][]float32, scratch []float32)
	// wrt says by which inputs the op can be differentiated; diff returns the
	// gradient nodes, nil for the others.
	wrt  []bool
	diff func(in gorgonia.Nodes, out, grad *gorgonia.Node) gorgonia.Nodes
	b    *builder
}

// workspace is memory that an op uses while it runs. Its data is set before the
// op runs; ops that run one after the other have the same. As one task, an op has
// it in its scratch.
type workspace struct {
	size int
	data []float32
}

func (o *op) Arity() int { return len(o.in) }

func (o *op) Type() hm.Type {
	types := make([]hm.Type, 0, len(o.in)+1)
	for _, s := range o.in {
		types = append(types, typeOf(s))
	}
	return hm.NewFnType(append(types, typeOf(o.out))...)
}

func typeOf(s tensor.Shape) hm.Type {
	if len(s) == 0 {
		return tensor.Float32
	}
	return gorgonia.TensorType{Dims: len(s), Of: tensor.Float32}
}

// InferShape returns the output shape; the input shapes must be the declared ones.
func (o *op) InferShape(dims ...gorgonia.DimSizer) (tensor.Shape, error) {
	for i, d := range dims {
		if s, ok := d.(tensor.Shape); !ok || !s.Eq(o.in[i]) {
			return nil, fmt.Errorf("infer shape of %s: input %d is %v, want %v", o.name, i, d, o.in[i])
		}
	}
	return o.out, nil
}

// Do computes the op on one goroutine into a new value, for gorgonia's own machines.
func (o *op) Do(values ...gorgonia.Value) (gorgonia.Value, error) {
	in := make([][]float32, len(values))
	for i, v := range values {
		if in[i] = floats(v); len(in[i]) != o.in[i].TotalSize() {
			return nil, fmt.Errorf("compute %s: input %d has %d elements, want %d", o.name, i, len(in[i]), o.in[i].TotalSize())
		}
	}
	out := make([]float32, o.out.TotalSize())
	if o.shared != nil {
		o.shared.data = make([]float32, o.shared.size)
	}
	newPool(1, o.scratch).run(o, out, in)
	if len(o.out) == 0 {
		return gorgonia.NewF32(out[0]), nil
	}
	return tensor.New(tensor.WithShape(o.out...), tensor.WithBacking(out)), nil
}

// floats returns the elements of a float32 value, nil if it is of another kind.
func floats(v gorgonia.Value) []float32 {
	switch x := v.Data().(type) {
	case []float32:
		return x
	case float32:
		return []float32{x}
	}
	return nil
}

func (o *op) ReturnsPtr() bool     { return false }
func (o *op) CallsExtern() bool    { return false }
func (o *op) OverwritesInput() int { return -1 }

func (o *op) WriteHash(h hash.Hash) { fmt.Fprintf(h, "gesturekit %s %d", o.name, o.id) }

func (o *op) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

func (o *op) String() string { return fmt.Sprintf("%s#%d", o.name, o.id) }

// DiffWRT says by which inputs the op can be differentiated.
func (o *op) DiffWRT(inputs int) []bool {
	if o.wrt == nil {
		return make([]bool, inputs)
	}
	return o.wrt
}

// SymDiff adds the nodes of the gradients to the graph.
func (o *op) SymDiff(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	if o.diff == nil {
		return nil, fmt.Errorf("differentiate %s: it has no derivative", o.name)
	}
	grads := o.diff(in, out, grad)
	return grads, o.b.err
}

var _ gorgonia.SDOp = (*op)(nil)
