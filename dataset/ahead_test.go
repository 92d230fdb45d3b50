package dataset_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/gesturekit/gesturekit/dataset"
)

func TestAheadGivesTheSameStream(t *testing.T) {
	broken := errors.New("broken")
	for _, n := range []int{0, 1, 511, 512, 513, 3000} {
		for _, end := range []error{nil, broken} {
			source := func(yield func(*dataset.Sample, error) bool) {
				var one dataset.Sample
				for i := range n {
					if one.ID = fmt.Sprint(i); !yield(&one, nil) {
						return
					}
				}
				if end != nil {
					yield(nil, end)
				}
			}
			for range 2 { // it may be gone through again
				got := 0
				var err error
				for s, e := range dataset.Ahead(source) {
					if err = e; err == nil {
						if s.ID != fmt.Sprint(got) {
							t.Fatalf("%d samples: %s stands at %d", n, s.ID, got)
						}
						got++
					}
				}
				if got != n || err != end {
					t.Errorf("%d samples and %v: got %d and %v", n, end, got, err)
				}
			}
		}
	}
}

func TestAheadEndsWithItsReader(t *testing.T) {
	before := runtime.NumGoroutine()
	closed := 0
	endless := func(yield func(*dataset.Sample, error) bool) {
		defer func() { closed++ }()
		for yield(&dataset.Sample{}, nil) {
		}
	}
	for range 20 {
		n := 0
		for range dataset.Ahead(endless) {
			if n++; n == 700 {
				break
			}
		}
	}
	if closed != 20 {
		t.Errorf("%d of 20 streams were closed", closed)
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}
