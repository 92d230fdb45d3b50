package nn

import (
	"sync"
	"sync/atomic"
)

// pool runs the tasks of one operation at a time on a fixed set of goroutines.
// Which worker takes a task is left to chance; what a task computes is not.
type pool struct {
	scratch [][]float32 // one per worker
	wake    []chan struct{}
	idle    sync.WaitGroup
	next    atomic.Int64
	job     job
}

// job is one phase of an operation with its operands.
type job struct {
	op    *op
	phase int
	tasks int
	out   []float32
	in    [][]float32
}

// newPool starts workers-1 goroutines, which live until close; the caller of run
// is the first worker. scratch is the number of float32 each may need.
func newPool(workers, scratch int) *pool {
	p := &pool{scratch: make([][]float32, workers)}
	for i := range p.scratch {
		p.scratch[i] = make([]float32, scratch)
	}
	for i := 1; i < workers; i++ {
		wake := make(chan struct{}, 1)
		p.wake = append(p.wake, wake)
		go func() {
			for range wake {
				p.drain(i)
				p.idle.Done()
			}
		}()
	}
	return p
}

// smallJob is the output size below which waking the others costs more than it
// saves.
const smallJob = 1 << 12

// run computes out from in with all phases of o.
func (p *pool) run(o *op, out []float32, in [][]float32) {
	for phase, tasks := range o.phases {
		p.job = job{o, phase, tasks, out, in}
		p.next.Store(0)
		if tasks > 1 && o.cost >= smallJob {
			p.idle.Add(len(p.wake))
			for _, wake := range p.wake {
				wake <- struct{}{}
			}
		}
		p.drain(0)
		p.idle.Wait()
	}
}

func (p *pool) drain(worker int) {
	j := &p.job
	for task := int(p.next.Add(1)) - 1; task < j.tasks; task = int(p.next.Add(1)) - 1 {
		j.op.run(j.phase, task, j.out, j.in, p.scratch[worker])
	}
}

func (p *pool) close() {
	for _, wake := range p.wake {
		close(wake)
	}
	p.wake = nil
}
