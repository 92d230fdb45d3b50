package trainer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"

	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/progress"
	"github.com/gesturekit/gesturekit/trainer/nn"
)

// Fit trains a new model on its data and yields every epoch when it is over.
// When the loop ends, also by a break, m has the weights of the best epoch so
// far. An error is yielded once and ends the loop.
//
// With env.Dir set, the state of the training is kept there after every epoch,
// before it is yielded. A Fit of the same work that finds it yields the finished
// epochs again, at once, and goes on as if it had never been interrupted. Of
// env, Key and Dir matter to the result, Workers does not.
func Fit(ctx context.Context, m *Model, d *Data, o Options, a Augmentation, env pipeline.Env) iter.Seq2[Epoch, error] {
	return func(yield func(Epoch, error) bool) {
		f, err := newFitting(m, d, o, a, env)
		if err != nil {
			yield(Epoch{}, err)
			return
		}
		defer f.close()
		for _, e := range f.history {
			if !yield(e, nil) {
				return
			}
		}
		for !f.over() {
			e, err := f.epoch(ctx)
			if err != nil {
				yield(Epoch{}, err)
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// fitting is a training under way.
type fitting struct {
	model     *Model
	data      *Data
	options   Options
	env       pipeline.Env
	work      string // fingerprint of all that decides the result
	net       *nn.Trainer
	optimiser *adamW
	average   *average // nil without train.ema
	loader    *loader
	schedule  oneCycle
	predictor *Predictor
	history   []Epoch
	bestModel [][]float32 // the best epoch's tensors, in the order of Model.tensors
}

func newFitting(m *Model, d *Data, o Options, a Augmentation, env pipeline.Env) (*fitting, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	f := &fitting{model: m, data: d, options: o, env: env, loader: newLoader(d, o, a, env)}
	f.schedule = newOneCycle(o.Epochs*f.loader.steps(), o.LearningRate, o.Warmup)
	f.optimiser = newAdamW(m.net.Params(), o.WeightDecay)
	f.average = newAverage(o.EMA, m.tensors())
	for _, t := range m.tensors() {
		f.bestModel = append(f.bestModel, append([]float32(nil), t.data...))
	}
	var err error
	if f.work, err = fingerprint(m, d, o, a, env); err != nil {
		return nil, err
	}
	if err := f.resume(); err != nil {
		return nil, err
	}
	if f.net, err = m.net.NewTrainer(f.loader.size, o.Loss.engine(), f.loader.workers); err != nil {
		return nil, err
	}
	f.predictor, err = m.NewPredictor(evaluationBatch(d.validation.count(), f.loader.workers), f.loader.workers)
	if err != nil {
		return nil, errors.Join(err, f.net.Close())
	}
	return f, nil
}

// close leaves the best epoch's weights in the model.
func (f *fitting) close() {
	f.net.Close()
	f.predictor.Close()
	if b := best(f.history); b != nil {
		f.model.Epoch = b.N
		for i, t := range f.model.tensors() {
			copy(t.data, f.bestModel[i])
		}
	}
}

// over reports whether there is no further epoch to make.
func (f *fitting) over() bool {
	n := len(f.history)
	if n >= f.options.Epochs {
		return true
	}
	b := best(f.history)
	return f.options.Patience > 0 && b != nil && n-b.N >= f.options.Patience
}

// epoch makes the next epoch and keeps the state behind it.
func (f *fitting) epoch(ctx context.Context) (Epoch, error) {
	e := Epoch{N: len(f.history) + 1}
	var err error
	if e.Loss, e.LearningRate, err = f.train(ctx, e.N); err != nil {
		return e, err
	}
	if err := f.judge(ctx, &e); err != nil {
		return e, fmt.Errorf("validate epoch %d: %w", e.N, err)
	}
	f.history = append(f.history, e)
	if err := f.save(); err != nil {
		return e, err
	}
	f.report(f.loader.steps(), e.N, note(e, f.options.Epochs))
	return e, nil
}

// judge validates the epoch's model, or its moving average if there is one, and
// keeps it if it is the best so far.
func (f *fitting) judge(ctx context.Context, e *Epoch) (err error) {
	f.average.swap()
	defer f.average.swap()
	if e.Validation, err = f.validate(ctx); err != nil {
		return err
	}
	b := best(f.history)
	if e.Best = b == nil || e.Validation.better(b.Validation); e.Best {
		for i, t := range f.model.tensors() {
			copy(f.bestModel[i], t.data)
		}
	}
	return nil
}

func note(e Epoch, epochs int) string {
	v, _ := e.Validation.Accuracy.Value()
	return fmt.Sprintf("epoch %d/%d: loss %.3f, validation loss %.3f, accuracy %.3f", e.N, epochs, e.Loss, e.Validation.Loss, v)
}

// report tells how many images of the whole training are done after a step of
// epoch n.
func (f *fitting) report(step, n int, note string) {
	done := (n-1)*f.loader.steps() + step
	f.env.Progress.Report(progress.Event{
		Stage: f.env.Name, Done: done * f.loader.size, Total: f.schedule.steps * f.loader.size, Unit: "images", Note: note,
	})
}

// train makes the steps of epoch n and returns their mean loss and the last
// learning rate.
func (f *fitting) train(ctx context.Context, n int) (loss, rate float64, err error) {
	step := 0
	for b, err := range f.loader.epoch(ctx, n) {
		if err != nil {
			return 0, 0, err
		}
		if err := f.net.SetTerms(b.terms); err != nil {
			return 0, 0, err
		}
		l, err := f.net.Step(b.images, b.targets)
		if err != nil {
			return 0, 0, err
		}
		if step++; notFinite([]float32{l}) >= 0 {
			return 0, 0, f.diverged(n, fmt.Sprintf("step %d: the loss is %v", step, l))
		}
		if f.options.Clip > 0 {
			clip(f.model.net.Params(), f.options.Clip)
		}
		rate = f.schedule.rate((n-1)*f.loader.steps() + step - 1)
		f.optimiser.step(rate)
		f.average.step(f.optimiser.count)
		loss += float64(l)
		if step < f.loader.steps() {
			f.report(step, n, "")
		}
	}
	for _, t := range f.model.tensors() {
		if i := notFinite(t.data); i >= 0 {
			return 0, 0, f.diverged(n, fmt.Sprintf("%s: number %d is %v", t.name, i, t.data[i]))
		}
	}
	return loss / float64(step), rate, nil
}

// ErrDiverged marks a training whose loss is no longer a number.
var ErrDiverged = errors.New("the training diverged")

func (f *fitting) diverged(n int, what string) error {
	return fmt.Errorf("%w in epoch %d, %s: lower train.learning_rate (now %v) or set train.clip to 1",
		ErrDiverged, n, what, f.options.LearningRate)
}

// validate evaluates the model on the validation samples.
func (f *fitting) validate(ctx context.Context) (Validation, error) {
	set, p, loss := &f.data.validation, f.predictor, f.model.Loss
	if err := p.net.Refresh(); err != nil {
		return Validation{}, err
	}
	outputs := loss.outputs(len(f.data.Labels))
	target, row := make([]float32, outputs), make([]float32, outputs)
	confusion := evaluate.NewConfusion(len(f.data.Labels) - 1)
	sum := 0.0
	for start := 0; start < set.count(); start += p.batch {
		if err := ctx.Err(); err != nil {
			return Validation{}, err
		}
		logits, err := p.logits(set, start)
		if err != nil {
			return Validation{}, err
		}
		for i := range len(logits) / outputs {
			label, x := set.labels[start+i], logits[i*outputs:][:outputs]
			loss.probabilities(row, x)
			decision, err := evaluate.Decide(f.model.Rule(), row)
			if err != nil {
				return Validation{}, f.diverged(len(f.history)+1, err.Error())
			}
			confusion[label][decision.Label]++
			loss.row(target, label, 0)
			sum += loss.value(x, target, row)
		}
	}
	v := Validation{
		Loss: sum / float64(set.count()), Accuracy: confusion.Accuracy(),
		KnownAccuracy: confusion.KnownAccuracy(), UnknownRecall: confusion.Labels()[evaluate.NA].Recall,
	}
	if math.IsInf(v.Loss, 0) || math.IsNaN(v.Loss) {
		return v, f.diverged(len(f.history)+1, fmt.Sprintf("the validation loss is %v", v.Loss))
	}
	return v, nil
}
