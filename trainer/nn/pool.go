package nn

import (
	"runtime"
	"sync/atomic"
)

// pool runs the tasks of one operation at a time on a fixed set of goroutines.
// Which worker takes a task is left to chance; what a task computes is not.
//
// An operation takes tens of microseconds, about as long as it takes to wake a
// goroutine. So whoever waits looks for news some time before it sleeps.
type pool struct {
	scratch [][]float32 // one per worker
	workers []*sleeper  // all but the caller of run
	caller  sleeper
	round   atomic.Int64 // phases begun
	busy    atomic.Int64 // workers that have not ended the round
	shares  []portion    // of the tasks, one per worker
	closed  bool         // set before the last round
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

// portion is the part of the tasks that a worker begins with: the same in every
// operation, so that what it reads is in its own cache. Then it helps the others.
type portion struct {
	next atomic.Int64
	end  int64
	_    [48]byte // a cache line each
}

// newPool starts workers-1 goroutines, which live until close; the caller of run
// is the first worker. scratch is the number of float32 each may need.
func newPool(workers, scratch int) *pool {
	p := &pool{scratch: make([][]float32, workers), shares: make([]portion, workers), caller: newSleeper()}
	for i := range p.scratch {
		p.scratch[i] = make([]float32, scratch)
	}
	for i := 1; i < workers; i++ {
		s := newSleeper()
		p.workers = append(p.workers, &s)
		go p.work(i, &s)
	}
	return p
}

// work takes part in every round from the first on, until the pool is closed.
func (p *pool) work(worker int, s *sleeper) {
	for round := int64(1); ; round++ {
		s.until(func() bool { return p.round.Load() >= round })
		if p.closed {
			return
		}
		p.drain(worker)
		if p.busy.Add(-1) == 0 {
			p.caller.wake()
		}
	}
}

// smallJob is the output size below which waking the others costs more than it
// saves.
const smallJob = 1 << 12

// run computes out from in with all phases of o.
func (p *pool) run(o *op, out []float32, in [][]float32) {
	for phase, tasks := range o.phases {
		p.job = job{o, phase, tasks, out, in}
		for i := range p.shares {
			p.shares[i].next.Store(int64(i * tasks / len(p.shares)))
			p.shares[i].end = int64((i + 1) * tasks / len(p.shares))
		}
		if tasks > 1 && o.cost >= smallJob {
			p.begin()
		}
		p.drain(0)
		p.caller.until(func() bool { return p.busy.Load() == 0 })
	}
}

// begin starts a round.
func (p *pool) begin() {
	p.busy.Store(int64(len(p.workers)))
	p.round.Add(1)
	for _, s := range p.workers {
		s.wake()
	}
}

func (p *pool) drain(worker int) {
	j := &p.job
	for i := range p.shares {
		s := &p.shares[(worker+i)%len(p.shares)]
		for task := s.next.Add(1) - 1; task < s.end; task = s.next.Add(1) - 1 {
			j.op.run(j.phase, int(task), j.out, j.in, p.scratch[worker])
		}
	}
}

// close ends the workers. What is run afterwards is run by the caller alone.
func (p *pool) close() {
	p.closed = true
	p.begin()
	p.workers = nil
	p.busy.Store(0)
}

// sleeper waits for a condition that another goroutine brings about.
type sleeper struct {
	asleep atomic.Bool
	bell   chan struct{}
}

func newSleeper() sleeper { return sleeper{bell: make(chan struct{}, 1)} }

// until returns when condition holds. Whoever makes it hold must call wake then.
func (s *sleeper) until(condition func() bool) {
	const looks, pause = 4000, 100 // some 20 microseconds; every so often others may run
	for i := range looks {
		if condition() {
			return
		}
		if i%pause == pause-1 {
			runtime.Gosched()
		}
	}
	for !condition() {
		s.asleep.Store(true)
		if condition() && s.asleep.CompareAndSwap(true, false) {
			return
		}
		<-s.bell
	}
}

// wake ends the sleep of s, if it sleeps.
func (s *sleeper) wake() {
	if s.asleep.CompareAndSwap(true, false) {
		s.bell <- struct{}{}
	}
}
