package evaluate_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gesturekit/gesturekit/evaluate"
)

// person returns n samples of a person of which so many are right.
func person(name string, right, n int) (out []evaluate.Outcome) {
	for i := range n {
		label := 2
		if i < right {
			label = 1
		}
		out = append(out, evaluate.Outcome{Kind: evaluate.Known, Target: 1, Group: name, Decision: evaluate.Decision{Label: label, Argmax: label, Known: label, Score: 0.5, KnownScore: 0.5}})
	}
	return out
}

// worstInterval is the interval of worst_group_accuracy.
func worstInterval(t *testing.T, all []evaluate.Outcome, replicates int, seed uint64) evaluate.Interval {
	t.Helper()
	m, err := evaluate.Measure(all, 2)
	if err != nil {
		t.Fatal(err)
	}
	b, err := evaluate.NewBootstrap(all, 2)
	if err != nil {
		t.Fatal(err)
	}
	var drawn [][]evaluate.Figure
	for i := range replicates {
		drawn = append(drawn, b.Draw(rand.New(rand.NewPCG(seed, uint64(i)))))
	}
	out, err := b.Intervals(&m, drawn, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	return out.Figures["worst_group_accuracy"]
}

// TestWorstGroupInterval holds the interval against cases that are known.
func TestWorstGroupInterval(t *testing.T) {
	all := func(counts ...[2]int) (out []evaluate.Outcome) {
		for i, c := range counts {
			out = append(out, person(fmt.Sprint("p", i), c[0], c[1])...)
		}
		return out
	}
	// All right: nothing says that others are not.
	if i := worstInterval(t, all([2]int{9, 9}, [2]int{7, 7}), 100, 1); i.Low != 1 || i.High != 1 {
		t.Errorf("all right: %+v", i)
	}
	// All the same: chance alone. The quantiles are those of the least of 6 binomials of
	// 50 at 0.8 (in exact fractions: the first k with cdf(k) >= 1-(1-q)**(1/6)).
	if i := worstInterval(t, all([2]int{40, 50}, [2]int{40, 50}, [2]int{40, 50}, [2]int{40, 50}, [2]int{40, 50}, [2]int{40, 50}), 2000, 2); math.Abs(i.Low-0.64) > 0.021 || math.Abs(i.High-0.8) > 0.021 {
		t.Errorf("all the same: %+v, want 0.64 to 0.8", i)
	}
	// All or nothing: other people are the one or the other, so the worst of 4 is at 0 or 1.
	if i := worstInterval(t, all([2]int{20, 20}, [2]int{0, 20}, [2]int{20, 20}, [2]int{20, 20}), 500, 3); i.Low != 0 || i.High != 1 || i.Value != 0 {
		t.Errorf("all or nothing: %+v", i)
	}
	// Someone with a single image that is wrong: the value is 0, and others may be better.
	if i := worstInterval(t, all([2]int{0, 1}, [2]int{90, 100}, [2]int{88, 100}), 500, 4); i.Value != 0 || i.High < 0.5 {
		t.Errorf("one image: %+v", i)
	}
}

// TestWorstGroupIntervalCovers draws tests of people from populations, and counts
// how often the interval holds the middle of what the worst of as many other people reach.
// Drawing the people seen, as for other figures, gives 47 to 64 % there.
func TestWorstGroupIntervalCovers(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long under the race detector")
	}
	for _, c := range []struct {
		people, images int
		a, b           int // of the Beta distribution of their accuracies
		least          float64
	}{{10, 30, 18, 2, 0.93}, {10, 30, 4, 1, 0.88}, {30, 20, 18, 2, 0.95}, {5, 30, 18, 2, 0.88}} {
		r := rand.New(rand.NewPCG(uint64(c.people), uint64(c.a)))
		// A Beta variable of whole parameters is the a-th lowest of a+b-1 uniform ones.
		chance := func() float64 {
			u := make([]float64, c.a+c.b-1)
			for i := range u {
				u[i] = r.Float64()
			}
			slices.Sort(u)
			return u[c.a-1]
		}
		sizes := make([]int, c.people)
		for i := range sizes {
			sizes[i] = c.images/2 + i%3*c.images/2
		}
		draw := func() (all []evaluate.Outcome, worst float64) {
			worst = 1
			for i, n := range sizes {
				p, right := chance(), 0
				for range n {
					if r.Float64() < p {
						right++
					}
				}
				worst = min(worst, float64(right)/float64(n))
				all = append(all, person(fmt.Sprint("p", i), right, n)...)
			}
			return all, worst
		}
		var others []float64
		for range 2000 {
			_, w := draw()
			others = append(others, w)
		}
		slices.Sort(others)
		middle, held := others[1000], 0
		const trials = 120
		for i := range trials {
			all, _ := draw()
			if in := worstInterval(t, all, 120, uint64(i)); in.Low <= middle && middle <= in.High {
				held++
			}
		}
		share := float64(held) / trials
		t.Logf("%d people of some %d images, Beta(%d, %d): %.3f", c.people, c.images, c.a, c.b, share)
		if share < c.least {
			t.Errorf("%d people of some %d images, Beta(%d, %d): the intervals hold the middle in %.3f, want %v", c.people, c.images, c.a, c.b, share, c.least)
		}
	}
}
