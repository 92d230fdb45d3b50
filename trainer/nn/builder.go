package nn

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// builder adds nodes to one graph. The first error stays in err; after it, nodes
// are nil and further calls do nothing.
type builder struct {
	g     *gorgonia.ExprGraph
	ops   int
	err   error
	bound map[*gorgonia.Node][]float32 // input nodes and the slices they read

	workers int // that weight gradients are arranged for, which changes no result
}

func newBuilder() *builder {
	return &builder{g: gorgonia.NewGraph(), bound: map[*gorgonia.Node][]float32{}, workers: 1}
}

// input adds an input node that reads data. The name must be unique.
func (b *builder) input(name string, data []float32, shape ...int) *gorgonia.Node {
	n := gorgonia.NewTensor(b.g, tensor.Float32, len(shape), gorgonia.WithName(name), gorgonia.WithShape(shape...))
	b.bound[n] = data
	return n
}

// apply adds the node of o applied to in, filling in o's identity and input shapes.
func (b *builder) apply(o *op, in ...*gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	b.ops++
	o.id, o.b = b.ops, b
	for _, n := range in {
		o.in = append(o.in, n.Shape())
	}
	if o.cost == 0 {
		o.cost = o.out.TotalSize()
	}
	n, err := gorgonia.ApplyOp(o, in...)
	if err != nil {
		b.err = fmt.Errorf("add %s to the graph: %w", o.name, err)
	}
	return n
}

// dims returns the four extents of an image tensor node, zeros after an error.
func (b *builder) dims(x *gorgonia.Node) (n, h, w, c int) {
	if b.err != nil {
		return
	}
	s := x.Shape()
	if len(s) != 4 {
		b.err = fmt.Errorf("build graph: node %v has shape %v, want [images height width channels]", x, s)
		return
	}
	return s[0], s[1], s[2], s[3]
}
