package trainer

import (
	"context"
	"fmt"
	"image"
	"path/filepath"
	"slices"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/pixel"
	"github.com/gesturekit/gesturekit/trainer/nn"
)

// Predictor evaluates a model, as it was when the predictor was made, on images.
// It is for one goroutine at a time.
type Predictor struct {
	model     *Model
	net       *nn.Predictor
	normalise *normaliser
	batch     int
	input     []float32 // batch images, normalised
}

// NewPredictor prepares the evaluation of batch images at a time, from 1, on so
// many workers, from 1; neither changes a probability. Close releases the
// workers.
func (m *Model) NewPredictor(batch, workers int) (*Predictor, error) {
	net, err := m.net.NewPredictor(batch, workers)
	if err != nil {
		return nil, err
	}
	return &Predictor{
		model: m, net: net, normalise: newNormaliser(m.Mean, m.Std), batch: batch,
		input: make([]float32, batch*m.Size*m.Size*3),
	}, nil
}

// Close ends the workers. Further calls fail.
func (p *Predictor) Close() error { return p.net.Close() }

// slot returns the part of the input that belongs to image i of a batch.
func (p *Predictor) slot(i int) []float32 {
	n := p.model.Size * p.model.Size * 3
	return p.input[i*n : (i+1)*n]
}

// logits evaluates the images of a set from one on, as many as fit the batch.
func (p *Predictor) logits(set *images, from int) ([]float32, error) {
	n := min(p.batch, set.count()-from)
	for i := range n {
		p.normalise.apply(p.slot(i), set.at(from+i), 3)
	}
	return p.net.Logits(p.input, n)
}

// outcome returns all that scores are made from for image i of the batch that
// the logits are of.
func (p *Predictor) outcome(logits []float32, i int) (evaluate.Outputs, error) {
	m := p.model
	width := m.Loss.outputs(len(m.Labels))
	o, err := m.Loss.outcome(logits[i*width:][:width])
	if err != nil {
		return o, err
	}
	label := 1 + first(o.Logits)
	if m.Loss.HasNA() {
		label = 1 + first(o.Logits[1:])
	}
	o.Distance = m.density.distance(p.net.Features()[i*m.net.Features():][:m.net.Features()], label)
	if notFinite([]float32{o.Distance}) >= 0 {
		return o, fmt.Errorf("the distance is %v: the features are beyond all bounds", o.Distance)
	}
	return o, nil
}

// Outputs returns what the network makes of each image: K+1 logits and
// probabilities for label 0 (na) to K, or K for labels 1 to K when the model has
// no output for na. Model.Rule decides by them. The images, any number, are
// opaque squares of Card.Size pixels at (0, 0).
func (p *Predictor) Outputs(images []*image.RGBA) ([]evaluate.Outputs, error) {
	rows := make([]evaluate.Outputs, 0, len(images))
	err := p.visit(images, func(o evaluate.Outputs, _ []float32) { rows = append(rows, o) })
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// Features returns for each image what the network's last layer decides by.
// Images are as for Outputs.
func (p *Predictor) Features(images []*image.RGBA) ([][]float32, error) {
	rows := make([][]float32, 0, len(images))
	err := p.visit(images, func(_ evaluate.Outputs, f []float32) { rows = append(rows, slices.Clone(f)) })
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// visit calls f for each image, in order. The features are valid during the call.
func (p *Predictor) visit(images []*image.RGBA, f func(o evaluate.Outputs, features []float32)) error {
	done := 0
	for chunk := range slices.Chunk(images, p.batch) {
		for i, img := range chunk {
			if size := p.model.Size; img.Rect != image.Rect(0, 0, size, size) || img.Stride != 4*size {
				return fmt.Errorf("predict: image %d covers %v, want %dx%d pixels at (0,0)", done+i, img.Rect, size, size)
			}
			p.normalise.apply(p.slot(i), img.Pix, 4)
		}
		logits, err := p.net.Logits(p.input, len(chunk))
		if err != nil {
			return err
		}
		features, width := p.net.Features(), p.model.net.Features()
		for i := range chunk {
			o, err := p.outcome(logits, i)
			if err != nil {
				return fmt.Errorf("predict: image %d: %w", done, err)
			}
			f(o, features[:width])
			features = features[width:]
			done++
		}
	}
	return nil
}

// Prediction is what a model says about a sample.
type Prediction struct {
	ID string
	evaluate.Outputs
}

// Predict evaluates a model on the samples of a manifest, in their order, at
// most 64 at a time. Paths are relative to root. workers, from 1, change no
// prediction. report may be nil.
func Predict(ctx context.Context, model *Model, m dataset.Manifest, root string, workers int, report func(done, total int)) ([]Prediction, error) {
	out := make([]Prediction, 0, len(m.Samples))
	err := model.visit(ctx, m, root, workers, report, func(o evaluate.Outputs, _ []float32) {
		out = append(out, Prediction{ID: m.Samples[len(out)].ID, Outputs: o})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Features returns the features of the samples of a manifest; see Predict and
// Predictor.Features.
func Features(ctx context.Context, model *Model, m dataset.Manifest, root string, workers int, report func(done, total int)) ([][]float32, error) {
	out := make([][]float32, 0, len(m.Samples))
	err := model.visit(ctx, m, root, workers, report, func(_ evaluate.Outputs, f []float32) { out = append(out, slices.Clone(f)) })
	if err != nil {
		return nil, err
	}
	return out, nil
}

// visit calls f for each sample of a manifest, in order.
func (m *Model) visit(ctx context.Context, of dataset.Manifest, root string, workers int, report func(done, total int), f func(o evaluate.Outputs, features []float32)) error {
	workers = max(1, workers)
	p, err := m.NewPredictor(evaluationBatch(len(of.Samples), workers), workers)
	if err != nil {
		return err
	}
	defer p.Close()
	done := 0
	for chunk := range slices.Chunk(of.Samples, p.batch) {
		images, err := pipeline.Each(ctx, workers, chunk, func(_ context.Context, s dataset.Sample) (*image.RGBA, error) {
			return readSquare(filepath.Join(root, filepath.FromSlash(s.Path)), m.Size)
		})
		if err != nil {
			return err
		}
		if err := p.visit(images, f); err != nil {
			return err
		}
		if done += len(chunk); report != nil {
			report(done, len(of.Samples))
		}
	}
	return nil
}

// evaluationBatch is how many of count images are evaluated at a time: so few for
// each worker that more of what it computes stays in its own cache, at most 64 for
// their memory, and in batches as even as can be, for each takes the time of a full one.
func evaluationBatch(count, workers int) int {
	most := min(16*max(1, workers), 64)
	batches := max(1, (count+most-1)/most)
	return max(1, (count+batches-1)/batches)
}

// readSquare decodes an image that must have size x size pixels.
func readSquare(name string, size int) (*image.RGBA, error) {
	img, _, err := pixel.ReadFile(name, pixel.DefaultLimits())
	if err != nil {
		return nil, err
	}
	if img.Rect.Dx() != size || img.Rect.Dy() != size {
		return nil, fmt.Errorf("%s is %dx%d pixels, want %dx%d as the images trained on", name, img.Rect.Dx(), img.Rect.Dy(), size, size)
	}
	return img, nil
}
