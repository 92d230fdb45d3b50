package nn

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestStepsAsideKeepTheirOperands looks at the steps that may run beside a step
// aside, up to the one before which the pool waits for it: none writes what it
// reads, and none touches what it writes.
func TestStepsAsideKeepTheirOperands(t *testing.T) {
	for _, arch := range append(architectures, XResNet18) {
		for _, workers := range []int{1, 2, 3, 8} {
			net := mustNew(t, Config{Arch: arch, Outputs: 6, Size: 32})
			trainer, err := net.NewTrainer(4, CrossEntropy, workers)
			if err != nil {
				t.Fatal(err)
			}
			steps := trainer.plan.steps
			var aside []int
			for i, s := range steps {
				if s.aside {
					aside = append(aside, i)
				}
			}
			if (len(aside) > 0) != (workers == 2 || workers == 3) {
				t.Errorf("%s, %d workers: %d steps aside", arch, workers, len(aside))
			}
			for k, i := range aside {
				end := len(steps)
				if next := k + len(trainer.plan.pool.aside); next < len(aside) {
					end = aside[next]
				}
				for _, other := range steps[i+1 : end] {
					clash := overlap(other.out, steps[i].out)
					for _, in := range steps[i].in {
						clash = clash || overlap(other.out, in)
					}
					for _, in := range other.in {
						clash = clash || overlap(in, steps[i].out)
					}
					if clash {
						t.Errorf("%s, %d workers: %v and %v, which is aside, clash", arch, workers, other.op, steps[i].op)
					}
				}
			}
			trainer.Close()
		}
	}
}

// overlap reports whether two operands share memory: buffers are disjoint, and
// whoever uses one uses it from its start.
func overlap(a, b []float32) bool { return len(a) > 0 && len(b) > 0 && &a[0] == &b[0] }

// TestPoolRunsEveryTaskOnce also lets the race detector see that phases begin when
// the one before has ended.
func TestPoolRunsEveryTaskOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 8} {
		const rounds, tasks, aside = 300, 13, 11
		p := newPool(workers, 1)
		marks := make([]float32, tasks)
		phases := &op{phases: []int{tasks, 1, tasks}, cost: smallJob}
		phases.run = func(phase, task int, out []float32, _ [][]float32, scratch []float32) {
			scratch[0]++
			switch phase {
			case 0:
				marks[task] = 1
			case 1:
				for i := range marks {
					out[0] += marks[i]
				}
			case 2:
				marks[task] = 0
			}
		}
		single := &op{phases: []int{1}, run: func(_, _ int, out []float32, _ [][]float32, scratch []float32) {
			scratch[0]++
			out[0]++
		}}
		plan, results := plan{pool: p}, make([]float32, 2*aside)
		for i := range aside {
			plan.steps = append(plan.steps, step{op: single, out: results[2*i:][:1], aside: true}, step{op: phases, out: results[2*i+1:][:1]})
		}
		for range rounds {
			plan.run()
		}
		p.close()
		for i := range aside {
			if once, sum := results[2*i], results[2*i+1]; once != rounds || sum != rounds*tasks {
				t.Errorf("%d workers: step %d aside ran %v times, want %d; %v tasks of %d came before the second phase", workers, i, once, rounds, sum, rounds*tasks)
			}
		}
		ran := float32(0)
		for _, scratch := range p.scratch {
			ran += scratch[0]
		}
		if want := rounds * aside * (2*tasks + 2); ran != float32(want) {
			t.Errorf("%d workers: %v tasks ran, want %d", workers, ran, want)
		}
	}
}

// TestPoolWakesWhoSleeps runs in bubbles, whose time goes on when all sleep: a wake-up
// that is lost takes time or stops the bubble, and so does a worker that close leaves.
func TestPoolWakesWhoSleeps(t *testing.T) {
	sleep := func(seconds int) func(int, int, []float32, [][]float32, []float32) {
		return func(int, int, []float32, [][]float32, []float32) { time.Sleep(time.Duration(seconds) * time.Second) }
	}
	for _, workers := range []int{1, 2, 3, 8, 16} {
		short, long := step{op: &op{phases: []int{1}, run: sleep(1)}, aside: true}, step{op: &op{phases: []int{1}, run: sleep(60)}, aside: true}
		phases := step{op: &op{phases: []int{workers, 1}, cost: smallJob, run: sleep(1)}}
		longest := 60
		if workers == 1 {
			longest = 62
		}
		synctest.Test(t, func(t *testing.T) {
			p := newPool(workers, 0)
			for i, c := range []struct {
				steps   []step
				seconds int
			}{
				{slices.Repeat([]step{short}, workers), 1},
				{[]step{phases}, 2},
				{[]step{long, phases}, longest},
			} {
				time.Sleep(time.Second) // the workers fall asleep
				start := time.Now()
				(&plan{c.steps, p}).run()
				if got := time.Since(start).Seconds(); got != float64(c.seconds) {
					t.Errorf("%d workers: plan %d takes %v s, want %v", workers, i, got, c.seconds)
				}
			}
			time.Sleep(time.Second)
			p.close()
		})
	}
}
