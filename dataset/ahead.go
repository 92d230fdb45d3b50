package dataset

import "iter"

// batch is samples on their way from one goroutine to another.
type batch struct {
	samples []Sample
	err     error
}

const batchSize = 512

// Ahead returns the samples of a stream, which another goroutine reads while
// they are used. A sample is valid until the next one.
func Ahead(samples iter.Seq2[*Sample, error]) iter.Seq2[*Sample, error] {
	return func(yield func(*Sample, error) bool) {
		full, empty, stop, done := make(chan batch, 2), make(chan []Sample, 4), make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			defer close(full)
			send(samples, full, empty, stop)
		}()
		defer func() { close(stop); <-done }()
		for b := range full {
			for i := range b.samples {
				if !yield(&b.samples[i], nil) {
					return
				}
			}
			if b.err != nil {
				yield(nil, b.err)
				return
			}
			empty <- b.samples[:0]
		}
	}
}

// send fills batches, those that come back before new ones, until the stream
// ends or stop is closed.
func send(samples iter.Seq2[*Sample, error], full chan<- batch, empty <-chan []Sample, stop <-chan struct{}) {
	var b batch
	pass := func() bool {
		select {
		case full <- b:
		case <-stop:
			return false
		}
		select {
		case b.samples = <-empty:
		default:
			b.samples = make([]Sample, 0, batchSize)
		}
		return true
	}
	for s, err := range samples {
		if err != nil {
			b.err = err
			break
		}
		if b.samples = append(b.samples, *s); len(b.samples) == batchSize && !pass() {
			return
		}
	}
	pass()
}
