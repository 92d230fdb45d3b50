package trainer

import (
	"context"
	"runtime"
	"testing"

	"github.com/gesturekit/gesturekit/rng"
)

// TestTenThousandStepsLeakNothing trains for 10,000 steps, augmentation and
// checkpoints included, and compares the heap of the first tenth with the last.
func TestTenThousandStepsLeakNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute, or more")
	}
	m, env := shapes(t, 12)
	o := quick()
	o.Batch, o.Clip, o.EMA = 2, 1, 0.99
	d := readShapes(t, m, o.Loss, env)
	perEpoch := (d.train.count() + 1) / 2
	o.Epochs = (10_000 + perEpoch - 1) / perEpoch
	model, err := New(d, o, rng.New(1))
	if err != nil {
		t.Fatal(err)
	}
	var early, late runtime.MemStats
	goroutines := 0
	for e, err := range Fit(context.Background(), model, d, o, jitter(), env) {
		if err != nil {
			t.Fatal(err)
		}
		switch e.N {
		case o.Epochs / 10:
			runtime.GC()
			runtime.ReadMemStats(&early)
			goroutines = runtime.NumGoroutine()
		case o.Epochs - 1:
			runtime.GC()
			runtime.ReadMemStats(&late)
			if n := runtime.NumGoroutine(); n > goroutines {
				t.Errorf("%d goroutines, %d at first", n, goroutines)
			}
		}
	}
	steps := uint64((o.Epochs - 1 - o.Epochs/10) * perEpoch)
	if early.Mallocs == 0 || steps < 8_000 {
		t.Fatalf("%d epochs of %d steps were not watched", o.Epochs, perEpoch)
	}
	// An epoch has its record and its checkpoint; a step has nothing of its own to keep.
	if grown := int64(late.HeapAlloc) - int64(early.HeapAlloc); grown > 256<<10 {
		t.Errorf("the heap grew by %d bytes in %d steps", grown, steps)
	}
	t.Logf("%d steps: heap %d to %d bytes, %.1f allocations a step", steps, early.HeapAlloc, late.HeapAlloc, float64(late.Mallocs-early.Mallocs)/float64(steps))
}
