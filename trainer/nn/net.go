package nn

import (
	"errors"
	"fmt"
	"math"

	"github.com/gesturekit/gesturekit/rng"
	"gorgonia.org/gorgonia"
)

// Config describes a network.
type Config struct {
	Arch    string // Tiny, SlimResNet or XResNet18
	Outputs int    // logits per image, at least 1
	Size    int    // input height and width in pixels: a multiple of 8, 32..256; 3 channels, NHWC
}

// Validate reports all faults of c at once.
func (c Config) Validate() error {
	var faults []error
	if _, ok := architecture(c.Arch); !ok {
		faults = append(faults, fmt.Errorf("arch is %q, want %q, %q or %q", c.Arch, Tiny, SlimResNet, XResNet18))
	}
	if c.Outputs < 1 {
		faults = append(faults, fmt.Errorf("outputs is %d, want at least 1", c.Outputs))
	}
	if c.Size < 32 || c.Size > 256 || c.Size%8 != 0 {
		faults = append(faults, fmt.Errorf("size is %d, want a multiple of 8 in 32..256", c.Size))
	}
	return errors.Join(faults...)
}

// Param is a named array of a network. Graphs read Data and write Grad where
// they are: change the elements, not the slices.
type Param struct {
	Name  string    // as in PyTorch: "layer1.0.bn1.weight"
	Shape []int     // convolutions [height][width][input][output], dense [input][output]
	Data  []float32 // row-major
	Grad  []float32 // of Data's length; nil for a buffer
	Decay bool      // weight decay applies: convolution and dense weights
}

// Net is the weights and running statistics of a network. It is not safe for
// concurrent use while a Trainer steps.
type Net struct {
	config  Config
	body    body
	params  []*Param
	buffers []*Param
	arrays  map[string]array

	features int // numbers an image that go into the last layer
}

// array is the memory of one node of the graph, of which a normalisation's gamma
// and beta, or running mean and variance, are the two rows.
type array struct{ data, grad []float32 }

// New returns a network with initial weights drawn from key: convolutions
// uniform with the variance 2/fan-in of He et al. (2015), the dense layer uniform
// in +-1/sqrt(fan-in), gamma 1 except 0 in the last normalisation of a residual
// block, beta and bias 0. The error lists the faults of c.
func New(c Config, key rng.Key) (*Net, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("build network: %w", err)
	}
	body, _ := architecture(c.Arch)
	return newNet(c, body, 3, key)
}

// newNet builds body once, on a batch of one square image, to declare its parameters.
func newNet(c Config, body body, channels int, key rng.Key) (*Net, error) {
	n := &Net{config: c, body: body, arrays: map[string]array{}}
	l := &layers{builder: newBuilder(), net: n, key: &key, training: true}
	images := l.input("images", nil, 1, c.Size, c.Size, channels)
	if body(l, images, c.Outputs); l.err != nil {
		return nil, fmt.Errorf("build network %s: %w", c.Arch, l.err)
	}
	return n, nil
}

// Config returns what the network was built from.
func (n *Net) Config() Config { return n.config }

// Features returns how many features an image has: the input of the last dense
// layer.
func (n *Net) Features() int { return n.features }

// Params returns the trainable parameters in a stable order. They are the
// network's own: writing to them changes it.
func (n *Net) Params() []*Param { return n.params }

// Buffers returns the running means and variances in a stable order.
func (n *Net) Buffers() []*Param { return n.buffers }

// layers adds layers with parameters to a graph. With a key it declares the
// parameters, without it they must have been declared.
type layers struct {
	*builder
	net      *Net
	key      *rng.Key
	training bool
	features *gorgonia.Node // input of the last dense layer
	weights  []weightNode   // training only
	norms    []normLayer    // training only
	prepare  *layers        // evaluation only: the graph that folds weights
	results  map[*gorgonia.Node][]float32
}

// evaluation returns the layers of an evaluation graph of n.
func (n *Net) evaluation() *layers {
	prepare := &layers{builder: newBuilder(), net: n, results: map[*gorgonia.Node][]float32{}}
	return &layers{builder: newBuilder(), net: n, prepare: prepare}
}

// weightNode is a trainable array in a training graph.
type weightNode struct {
	name string
	node *gorgonia.Node
	grad []float32
}

// normLayer is a normalisation in a training graph.
type normLayer struct {
	stats   *gorgonia.Node
	running []float32 // [2][channels]
	count   int       // values a channel
}

// conv adds a size x size convolution, "<convName>.weight", without bias, and its
// batch normalisation with gamma at first, by batch statistics in training and
// running statistics otherwise; then skip unless nil, then a rectifier if relu is
// set, as it must be with a skip.
func (l *layers) conv(convName, normName string, x *gorgonia.Node, outputs, size, stride int, skip *gorgonia.Node, gamma float32, relu bool) *gorgonia.Node {
	if !l.training {
		return l.folded(convName, normName, x, outputs, size, stride, skip, relu)
	}
	_, _, _, c := l.dims(x)
	y := l.builder.conv(x, l.convWeight(convName, c, outputs, size), stride, size/2)
	n, h, w, _ := l.dims(y)
	affine, running := l.normArrays(normName, outputs, gamma)
	if l.err != nil {
		return nil
	}
	stats := l.stats(y)
	l.norms = append(l.norms, normLayer{stats, l.bound[running], n * h * w})
	return l.norm(y, affine, stats, skip, relu)
}

// convWeight returns the node of a convolution's weight.
func (l *layers) convWeight(name string, inputs, outputs, size int) *gorgonia.Node {
	return l.weight(name, []int{size, size, inputs, outputs}, math.Sqrt(6/float64(size*size*inputs)))
}

// normArrays returns the nodes of a normalisation's gamma and beta, and of its
// running statistics.
func (l *layers) normArrays(name string, c int, gamma float32) (affine, running *gorgonia.Node) {
	affine = l.array(name+".affine", []int{2, c}, true, func(a array) { l.declarePair(name, a, c, "weight", "bias", gamma, 0) })
	running = l.array(name+".running", []int{2, c}, false, func(a array) { l.declarePair(name, a, c, "running_mean", "running_var", 0, 1) })
	return affine, running
}

// dense adds "<name>.weight" and "<name>.bias" for x of one pixel.
func (l *layers) dense(name string, x *gorgonia.Node, outputs int) *gorgonia.Node {
	l.features = x
	n, h, w, c := l.dims(x)
	l.net.features = c
	if l.training {
		return l.builder.dense(x, l.weight(name, []int{c, outputs}, 1/math.Sqrt(float64(c))), l.bias(name, outputs))
	}
	p := l.prepare
	weight, bias := p.weight(name, []int{c, outputs}, 0), p.bias(name, outputs)
	if p.err != nil {
		return nil
	}
	v := newConv(n, h, w, c, outputs, 1, 1, 0)
	return l.apply(v.forward(finish{bias: true}), x, l.prepared(name+".weight", p.apply(v.pack(), weight)), l.prepared(name+".bias", p.apply(duplicate(bias.Shape()), bias)))
}

// bias returns the node of "<name>.bias", zero at first.
func (l *layers) bias(name string, outputs int) *gorgonia.Node {
	return l.array(name+".bias", []int{outputs}, true, func(a array) {
		l.declare(&Param{Name: name + ".bias", Shape: []int{outputs}, Data: a.data, Grad: a.grad})
	})
}

// weight returns the node of "<name>.weight", uniform in +-bound at first. A
// dense weight is a convolution of one pixel to the graph.
func (l *layers) weight(name string, shape []int, bound float64) *gorgonia.Node {
	node := shape
	if len(shape) == 2 {
		node = []int{1, 1, shape[0], shape[1]}
	}
	return l.array(name+".weight", node, true, func(a array) {
		r := l.key.With(name + ".weight").Rand()
		for i := range a.data {
			a.data[i] = float32(float64(2*r.Float64()-1) * bound)
		}
		l.declare(&Param{Name: name + ".weight", Shape: shape, Data: a.data, Grad: a.grad, Decay: true})
	})
}

// declarePair declares the two rows of an array of c columns with their initial values.
func (l *layers) declarePair(name string, a array, c int, first, second string, x, y float32) {
	for i := range c {
		a.data[i], a.data[c+i] = x, y
	}
	for i, suffix := range []string{first, second} {
		p := &Param{Name: name + "." + suffix, Shape: []int{c}, Data: a.data[i*c : (i+1)*c : (i+1)*c]}
		if a.grad != nil {
			p.Grad = a.grad[i*c : (i+1)*c : (i+1)*c]
		}
		l.declare(p)
	}
}

func (l *layers) declare(p *Param) {
	if p.Grad != nil {
		l.net.params = append(l.net.params, p)
	} else {
		l.net.buffers = append(l.net.buffers, p)
	}
}

// array returns the node of a named array. While declaring it makes the array
// and calls declare to fill and name it.
func (l *layers) array(name string, shape []int, trainable bool, declare func(array)) *gorgonia.Node {
	if l.err != nil {
		return nil
	}
	a, ok := l.net.arrays[name]
	if !ok {
		size := 1
		for _, extent := range shape {
			size *= extent
		}
		a.data = make([]float32, size)
		if trainable {
			a.grad = make([]float32, size)
		}
		declare(a)
		l.net.arrays[name] = a
	}
	n := l.input(name, a.data, shape...)
	if trainable && l.training {
		l.weights = append(l.weights, weightNode{name, n, a.grad})
	}
	return n
}
