package trainer

import (
	"context"
	"fmt"
	"image"
	"iter"

	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/rng"
	"github.com/gesturekit/gesturekit/trainer/nn"
)

// Augment draws from key what to do to src, a picture of a category, writes the
// result to dst and returns the category that it shows: another one if src was
// mirrored and its mirror image means something else. Both pictures have one
// size and lie at (0, 0). It must be a function of src, category and key alone,
// and it is called from one goroutine at a time.
type Augment func(dst, src *image.RGBA, category string, key rng.Key) (shown string, err error)

// Augmentation is what is done to training images anew in every epoch. The zero
// Augmentation leaves them as they are.
type Augmentation struct {
	// Settings say what New's functions do, as YAML would write it. They are
	// part of what decides the weights.
	Settings any
	// New makes an Augment with its own scratch memory, one a worker.
	New func() Augment
}

// batch is what a training step is fed.
type batch struct {
	images  []float32 // size x size x 3 an image, normalised
	targets []float32 // a row an image
	terms   []nn.Term // how each counts
	err     error
}

// loader makes the batches of an epoch: the next one while the network trains
// on the last. Every image of the set is in an epoch; the last batch is filled
// up with the first images of the epoch's order.
type loader struct {
	set       *images
	normalise *normaliser
	options   Options
	loss      Loss
	weights   []float32      // of an image, by label
	meaning   map[string]int // the label of each category in training
	size      int            // images a batch, at most those of the set
	outputs   int
	key       rng.Key
	workers   int
	painters  chan *painter
	free      chan *batch
}

// painter is what one worker needs to augment an image.
type painter struct {
	augment  Augment // nil leaves images as they are
	src, dst *image.RGBA
}

func newLoader(d *Data, o Options, a Augmentation, env pipeline.Env) *loader {
	l := &loader{
		set: &d.train, normalise: newNormaliser(d.Mean, d.Std), options: o, loss: o.Loss, meaning: d.meaning, weights: o.Balance.weights(d.train.labels, len(d.Labels)),
		size: min(o.Batch, d.train.count()), outputs: o.Loss.outputs(len(d.Labels)), key: env.Key,
		workers: max(1, env.Workers),
	}
	l.painters = make(chan *painter, l.workers)
	square := image.Rect(0, 0, d.Size, d.Size)
	for range l.workers {
		p := &painter{}
		if a.New != nil {
			p.augment, p.src, p.dst = a.New(), image.NewRGBA(square), image.NewRGBA(square)
		}
		l.painters <- p
	}
	l.free = make(chan *batch, 2)
	for range cap(l.free) {
		l.free <- &batch{
			images:  make([]float32, l.size*d.Size*d.Size*3),
			targets: make([]float32, l.size*l.outputs),
			terms:   make([]nn.Term, l.size),
		}
	}
	return l
}

// steps returns how many batches an epoch has.
func (l *loader) steps() int { return (l.set.count() + l.size - 1) / l.size }

// epoch yields the batches of epoch n, counted from 1. A batch is valid until
// the next one is asked for.
func (l *loader) epoch(ctx context.Context, n int) iter.Seq2[*batch, error] {
	return func(yield func(*batch, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		ready := make(chan *batch)
		go l.produce(ctx, n, ready)
		defer func() { // wait until the producer has given all batches back
			cancel()
			for b := range ready {
				l.free <- b
			}
		}()
		for b := range ready {
			more := yield(b, b.err)
			l.free <- b
			if !more {
				return
			}
		}
	}
}

func (l *loader) produce(ctx context.Context, n int, ready chan<- *batch) {
	defer close(ready)
	order := l.key.With("order").WithInt(n).Rand().Perm(l.set.count())
	order = append(order, order...)
	for step := range l.steps() {
		b := <-l.free
		b.err = l.fill(ctx, b, order[step*l.size:][:l.size], l.key.With("augment").WithInt(n))
		ready <- b
		if b.err != nil {
			return
		}
	}
}

// paint augments image at of the set and returns the label of what it shows.
func (l *loader) paint(p *painter, at int, key rng.Key) (label int, err error) {
	category := l.set.categories[at]
	shown, err := p.augment(p.dst, p.src, category, key)
	if err != nil || shown == category {
		return l.set.labels[at], err
	}
	label, ok := l.meaning[shown]
	if !ok {
		return 0, fmt.Errorf("its mirror image is %q, of which training has no sample", shown)
	}
	return label, nil
}

// aim writes what image i of a batch should come out as.
func (l *loader) aim(b *batch, i, label int) {
	if !l.loss.uses(label) { // the mirror image of a known gesture
		clear(b.targets[i*l.outputs:][:l.outputs])
		b.terms[i] = nn.Term{}
		return
	}
	l.loss.row(b.targets[i*l.outputs:][:l.outputs], label, l.options.Smoothing)
	b.terms[i] = nn.Term{Weight: l.weights[label]}
	if l.loss == Objectosphere {
		b.terms[i].Push = float32(l.options.FeaturePush)
		if label != evaluate.NA {
			b.terms[i].Margin = float32(l.options.FeatureNorm)
		}
	}
}

// fill makes a batch of the images at the given places of the set.
func (l *loader) fill(ctx context.Context, b *batch, places []int, key rng.Key) error {
	slots := make([]int, len(places))
	for i := range slots {
		slots[i] = i
	}
	pixels := len(b.images) / len(places)
	_, err := pipeline.Each(ctx, l.workers, slots, func(_ context.Context, i int) (struct{}, error) {
		p := <-l.painters
		defer func() { l.painters <- p }()
		at := places[i]
		dst := b.images[i*pixels:][:pixels]
		if p.augment == nil {
			l.aim(b, i, l.set.labels[at])
			l.normalise.apply(dst, l.set.at(at), 3)
			return struct{}{}, nil
		}
		unpack(p.src, l.set.at(at))
		label, err := l.paint(p, at, key.With(l.set.ids[at]))
		if err != nil {
			return struct{}{}, fmt.Errorf("augment sample %s: %w", l.set.ids[at], err)
		}
		l.aim(b, i, label)
		l.normalise.apply(dst, p.dst.Pix, 4)
		return struct{}{}, nil
	})
	return err
}
