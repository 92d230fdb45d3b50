package pipeline

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// Each calls f for every item on at most workers goroutines and returns the
// results in the order of the items, whatever order they finished in. The first
// error cancels the context of the calls still running; of the errors, that of
// the lowest item is returned. A cancelled ctx stops it with
// ctx.Err(). Each is the only worker pool of the stages.
func Each[T, R any](ctx context.Context, workers int, items []T, f func(ctx context.Context, item T) (R, error)) ([]R, error) {
	results := make([]R, len(items))
	errs := make([]error, len(items))
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(max(workers, 1), len(items)) {
		wg.Go(func() {
			for inner.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(items) {
					return
				}
				if results[i], errs[i] = f(inner, items[i]); errs[i] != nil {
					cancel()
				}
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var first error
	for _, err := range errs {
		switch {
		case err == nil:
		case !errors.Is(err, context.Canceled): // not just the echo of another's error
			return nil, err
		case first == nil:
			first = err
		}
	}
	return results, first
}
