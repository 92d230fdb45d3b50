package serve

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gesturekit/gesturekit/pixel"
	"github.com/gesturekit/gesturekit/rng"
	"github.com/gesturekit/gesturekit/trainer"
)

// TestStreamsGoFirst has more single pictures wait than may: some are told that there
// are too many, a stream's frame is not, and it waits behind one of them only.
func TestStreamsGoFirst(t *testing.T) {
	o := trainer.Default()
	o.Arch = "tiny"
	m, err := trainer.New(&trainer.Data{Size: 32, Labels: []string{"na", "fist"}, Std: trainer.RGB{1, 1, 1}}, o, rng.New(1))
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRecogniser(Options{Fit: pixel.Crop, Quality: 95, Workers: 1, Now: time.Now}, m)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	var file bytes.Buffer
	if err := jpeg.Encode(&file, image.NewRGBA(image.Rect(0, 0, 64, 64)), nil); err != nil {
		t.Fatal(err)
	}
	held := <-r.idle
	var busy, done atomic.Int64
	var wg sync.WaitGroup
	const singles = maxWaiting + 30
	for range singles {
		wg.Go(func() {
			switch _, _, err := r.recognise(t.Context(), file.Bytes(), true); {
			case errors.Is(err, errBusy):
				busy.Add(1)
			case err != nil:
				t.Error(err)
			default:
				done.Add(1)
			}
		})
	}
	for busy.Load() < singles-maxWaiting-1 {
		time.Sleep(time.Millisecond)
	}
	before := make(chan int64)
	go func() {
		if _, _, err := r.recognise(t.Context(), file.Bytes(), false); err != nil {
			t.Errorf("a stream's frame: %v", err)
		}
		before <- done.Load()
	}()
	time.Sleep(100 * time.Millisecond) // for it to be waiting too
	r.idle <- held
	if n := <-before; n > maxWaiting/2 { // one, and what finishes while this looks
		t.Errorf("%d single pictures went before the stream's frame", n)
	}
	wg.Wait()
	if done.Load() != maxWaiting+1 {
		t.Errorf("%d were evaluated and %d refused, want %d evaluated", done.Load(), busy.Load(), maxWaiting+1)
	}
}
