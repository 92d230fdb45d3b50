package nn

import (
	"errors"
	"fmt"

	"gorgonia.org/gorgonia"
)

// Predictor evaluates a network with its running statistics.
type Predictor struct {
	prepare, plan  *plan
	batch          int
	images, logits []float32 // images are those of a call that gives fewer than a batch
	readers        []*[]float32
	features       []float32 // [batch][channels] before the dense layer
}

// NewPredictor prepares evaluation of up to batch images at a time, at least 1,
// on the given number of workers, at least 1, which changes no result. A
// predictor keeps the network as it is now, with its normalisations folded into
// the convolutions: call Refresh when it has changed. Close releases the workers.
func (n *Net) NewPredictor(batch, workers int) (*Predictor, error) {
	p, err := n.newPredictor(batch, n.config.Size, n.config.Size, 3, workers)
	if err != nil {
		return nil, fmt.Errorf("prepare evaluation of %s on batches of %d: %w", n.config.Arch, batch, err)
	}
	return p, nil
}

func (n *Net) newPredictor(batch, height, width, channels, workers int) (*Predictor, error) {
	if batch < 1 {
		return nil, errors.New("a batch has at least 1 image")
	}
	p := &Predictor{
		batch: batch, images: make([]float32, batch*height*width*channels), logits: make([]float32, batch*n.config.Outputs),
		features: make([]float32, batch*n.features),
	}
	l := n.evaluation()
	logits := n.body(l, l.input("images", p.images, batch, height, width, channels), n.config.Outputs)
	if l.err != nil {
		return nil, l.err
	}
	var err error
	if p.prepare, err = newPlan(l.prepare.builder, l.prepare.results, workers); err != nil {
		return nil, err
	}
	if p.plan, err = newPlan(l.builder, map[*gorgonia.Node][]float32{logits: p.logits, l.features: p.features}, workers); err != nil {
		return nil, err
	}
	p.readers = p.plan.readers(p.images)
	return p, p.Refresh()
}

// Refresh takes in the weights and running statistics that the network has now.
func (p *Predictor) Refresh() error {
	if p.plan == nil {
		return errors.New("refresh predictor: it is closed")
	}
	p.prepare.run()
	return nil
}

// Logits returns one row of Config.Outputs logits for each of the first count
// images, NHWC and normalised. The result is valid until the next call and does
// not depend on the other images of the batch.
func (p *Predictor) Logits(images []float32, count int) ([]float32, error) {
	size := len(p.images) / p.batch
	switch {
	case p.plan == nil:
		return nil, errors.New("predict: predictor is closed")
	case count < 0 || count > p.batch:
		return nil, fmt.Errorf("predict: %d images, want 0..%d", count, p.batch)
	case len(images) < count*size:
		return nil, fmt.Errorf("predict: %d image values for %d images, want %d", len(images), count, count*size)
	}
	if count < p.batch {
		clear(p.images[copy(p.images, images[:count*size]):])
		images = p.images
	}
	for _, r := range p.readers {
		*r = images
	}
	p.plan.run()
	return p.logits[:count*len(p.logits)/p.batch], nil
}

// Features returns what the last layer made its logits from in the last call of
// Logits: a row for each image of the batch, those past its count meaningless.
// They are valid until the next call.
func (p *Predictor) Features() []float32 { return p.features }

// Close ends the workers. Further calls fail; closing twice is harmless.
func (p *Predictor) Close() error {
	if p.plan != nil {
		p.prepare.pool.close()
		p.plan.pool.close()
		p.plan = nil
	}
	return nil
}
