package serve

import (
	"context"
	"errors"
	"fmt"
	"image"
	"sync/atomic"
	"time"

	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/pixel"
	"github.com/gesturekit/gesturekit/trainer"
)

// errBusy says that too many pictures wait for a predictor.
var errBusy = errors.New("too many pictures are waiting: try again in a second")

// errPicture marks pictures that cannot be read.
var errPicture = errors.New("the picture cannot be read")

// What bounds a single picture, 4K, and a frame of a stream, which is one of many.
const (
	maxPixels       = 3840 * 2160
	maxStreamPixels = 1920 * 1080
)

// maxWaiting is how many single pictures may wait for their turn.
const maxWaiting = 64

// recogniser makes outputs of pictures, one on each of its predictors at a time.
type recogniser struct {
	o       Options
	model   *trainer.Model
	idle    chan *trainer.Predictor
	single  chan struct{} // holds an element for each single picture that has its turn
	waiting atomic.Int64  // single pictures that have not
}

func newRecogniser(o Options, model *trainer.Model) (*recogniser, error) {
	r := &recogniser{o: o, model: model, idle: make(chan *trainer.Predictor, o.Workers), single: make(chan struct{}, o.Workers)}
	for range o.Workers {
		p, err := model.NewPredictor(1, 1)
		if err != nil {
			return nil, errors.Join(err, r.close())
		}
		r.idle <- p
	}
	return r, nil
}

// close ends the predictors. No picture may be in work.
func (r *recogniser) close() (err error) {
	for range len(r.idle) {
		err = errors.Join(err, (<-r.idle).Close())
	}
	return err
}

// took says how long the parts of a recognition took.
type took struct{ Wait, Decode, Predict time.Duration }

// recognise decodes a picture, a single one or a frame of a stream, as ingest does
// and evaluates it. What the header gives away is refused without waiting for a
// predictor. Faults of the picture are in errPicture.
func (r *recogniser) recognise(ctx context.Context, data []byte, single bool) (o evaluate.Outputs, t took, err error) {
	limits := pixel.Limits{Pixels: maxStreamPixels}
	if single {
		limits.Pixels = maxPixels
	}
	info, err := pixel.Header(data, limits)
	if err != nil {
		return o, t, fmt.Errorf("%w: %w", errPicture, err)
	}
	if info.Format != pixel.JPEG && info.Format != pixel.PNG {
		return o, t, fmt.Errorf("%w: it is %s, want JPEG or PNG", errPicture, info.Format)
	}
	began := r.o.Now()
	if single {
		end, err := r.turn(ctx)
		if err != nil {
			return o, t, err
		}
		defer end()
	}
	p, err := r.take(ctx)
	if err != nil {
		return o, t, err
	}
	defer func() { r.idle <- p }()
	started := r.o.Now()
	img, err := r.o.Codec.Working(data, limits, r.model.Size, r.o.Fit, r.o.Quality)
	if err != nil {
		return o, t, fmt.Errorf("%w: %w", errPicture, err)
	}
	decoded := r.o.Now()
	rows, err := p.Outputs([]*image.RGBA{img})
	if err != nil {
		return o, t, err
	}
	return rows[0], took{started.Sub(began), decoded.Sub(started), r.o.Now().Sub(decoded)}, nil
}

// turn waits until it is a single picture's turn and returns what ends it. As many
// have it as there are predictors, so that a frame of a stream waits behind no more
// of them, however many there are.
func (r *recogniser) turn(ctx context.Context) (end func(), err error) {
	if r.waiting.Add(1) > maxWaiting {
		r.waiting.Add(-1)
		return nil, errBusy
	}
	defer r.waiting.Add(-1)
	select {
	case r.single <- struct{}{}:
		return func() { <-r.single }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (r *recogniser) take(ctx context.Context) (*trainer.Predictor, error) {
	select {
	case p := <-r.idle:
		return p, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
