package nn

import (
	"errors"
	"fmt"

	"gorgonia.org/gorgonia"
)

// momentum is the weight of the newest batch in the running statistics.
const momentum = 0.1

// Trainer computes losses and gradients of a network on batches of one size.
type Trainer struct {
	plan            *plan
	images          []*[]float32 // of the steps that read them
	targets, logits []float32
	terms           []float32
	loss            []float32
	norms           []runningNorm
}

// runningNorm joins the batch statistics of a normalisation with its running ones.
type runningNorm struct {
	batch, running []float32 // [2][channels]: mean, variance
	unbias         float64   // count/(count-1)
}

// NewTrainer prepares training with the given loss on batches of batch images,
// at least 1, on the given number of workers, at least 1, which changes no
// result. Close releases the workers.
func (n *Net) NewTrainer(batch int, loss Loss, workers int) (*Trainer, error) {
	t, err := n.newTrainer(batch, n.config.Size, n.config.Size, 3, loss, workers)
	if err != nil {
		return nil, fmt.Errorf("prepare training of %s on batches of %d: %w", n.config.Arch, batch, err)
	}
	return t, nil
}

func (n *Net) newTrainer(batch, height, width, channels int, loss Loss, workers int) (*Trainer, error) {
	if batch < 1 {
		return nil, errors.New("a batch has at least 1 image")
	}
	outputs := n.config.Outputs
	images := make([]float32, batch*height*width*channels) // stand in for those of a step
	t := &Trainer{
		targets: make([]float32, batch*outputs), logits: make([]float32, batch*outputs), loss: make([]float32, 1),
		terms: make([]float32, batch*termSize),
	}
	for i := range batch {
		t.terms[i*termSize] = 1
	}
	l := &layers{builder: newBuilder(), net: n, training: true}
	l.workers = workers
	logits := n.body(l, l.input("images", images, batch, height, width, channels), outputs)
	targets, terms := l.input("targets", t.targets, batch, 1, 1, outputs), l.input("terms", t.terms, batch, 1, 1, termSize)
	cost := l.loss(loss, logits, targets, terms, l.features)
	if l.err != nil {
		return nil, l.err
	}
	results := map[*gorgonia.Node][]float32{cost: t.loss, logits: t.logits}
	if err := l.differentiate(cost, results); err != nil {
		return nil, err
	}
	for _, norm := range l.norms {
		r := runningNorm{make([]float32, len(norm.running)), norm.running, 1}
		if norm.count > 1 {
			r.unbias = float64(norm.count) / float64(norm.count-1)
		}
		results[norm.stats] = r.batch
		t.norms = append(t.norms, r)
	}
	var err error
	if t.plan, err = newPlan(l.builder, results, workers); err != nil {
		return nil, err
	}
	t.images = t.plan.readers(images)
	return t, nil
}

// differentiate lets gorgonia add the gradients of cost by all weights and adds
// them to results, to be written to the weights' gradients.
func (l *layers) differentiate(cost *gorgonia.Node, results map[*gorgonia.Node][]float32) error {
	nodes := make(gorgonia.Nodes, len(l.weights))
	for i, w := range l.weights {
		nodes[i] = w.node
	}
	grads, err := gorgonia.Grad(cost, nodes...)
	if err != nil {
		return fmt.Errorf("differentiate: %w", err)
	}
	for i, g := range grads {
		if _, taken := results[g]; taken {
			return fmt.Errorf("differentiate: gradient of %s is also another result", l.weights[i].name)
		}
		results[g] = l.weights[i].grad
	}
	return nil
}

// Step sets every Param.Grad to the gradient of the mean loss of one batch,
// updates the running statistics (momentum 0.1, unbiased variance) and returns
// the loss, which is not finite if the network has diverged. images are
// normalised, NHWC; targets are one row of Config.Outputs numbers per image:
// one-hot, soft, or zeros. Both are read during the call only.
func (t *Trainer) Step(images, targets []float32) (loss float32, err error) {
	switch {
	case t.plan == nil:
		return 0, errors.New("training step: trainer is closed")
	case len(images) != len(*t.images[0]):
		return 0, fmt.Errorf("training step: %d image values, want %d", len(images), len(*t.images[0]))
	case len(targets) != len(t.targets):
		return 0, fmt.Errorf("training step: %d target values, want %d", len(targets), len(t.targets))
	}
	for _, r := range t.images {
		*r = images
	}
	copy(t.targets, targets)
	t.plan.run()
	for _, n := range t.norms {
		n.update()
	}
	return t.loss[0], nil
}

// SetTerms tells how the images of the next steps count, one term an image. At
// first each has a weight of 1 and no push.
func (t *Trainer) SetTerms(terms []Term) error {
	if len(terms)*termSize != len(t.terms) {
		return fmt.Errorf("training step: %d terms, want %d", len(terms), len(t.terms)/termSize)
	}
	for i, term := range terms {
		copy(t.terms[i*termSize:], []float32{term.Weight, term.Push, term.Margin})
	}
	return nil
}

func (n runningNorm) update() {
	c := len(n.running) / 2
	for i, old := range n.running {
		x := float64(n.batch[i])
		if i >= c {
			x *= n.unbias
		}
		n.running[i] = float32(float64((1-momentum)*float64(old)) + float64(momentum*x))
	}
}

// Logits returns the logits of the last step, one row of Config.Outputs per
// image, valid until the next.
func (t *Trainer) Logits() []float32 { return t.logits }

// Close ends the workers. Further steps fail; closing twice is harmless.
func (t *Trainer) Close() error {
	if t.plan != nil {
		t.plan.pool.close()
		t.plan = nil
	}
	return nil
}
