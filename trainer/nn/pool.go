package nn

import (
	"runtime"
	"sync/atomic"
)

// pool runs the tasks of one operation at a time on a fixed set of goroutines,
// and beside them operations that were set aside, each on one goroutine. Which
// worker takes a task is left to chance; what a task computes is not.
//
// An operation takes tens of microseconds, about as long as it takes to wake a
// goroutine. So whoever waits looks for news some time before it sleeps.
type pool struct {
	scratch [][]float32 // one per worker
	workers []*sleeper  // all but the caller of run
	caller  sleeper
	ended   atomic.Bool

	// The phase at work. Workers enter while it is open and look at the job only
	// inside; the caller changes the job when it is not open and nobody is inside.
	state  atomic.Int64 // phases begun, whether the last is open, workers inside
	shares []portion    // of the tasks, one per worker
	job    job

	aside  []asideStep  // as many as there are workers, used in turn
	posted atomic.Int64 // steps set aside
	taken  atomic.Int64 // steps that a worker has begun, in order
}

// The parts of pool.state: workers inside below isOpen, phases begun above.
const (
	isOpen   = 1 << 20
	onePhase = 2 * isOpen
)

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

// asideStep is a step that was set aside and has not ended while it is busy.
type asideStep struct {
	step *step
	busy atomic.Bool
}

// newPool starts workers-1 goroutines, which live until close; the caller of run
// is the first worker. scratch is the number of float32 each may need.
func newPool(workers, scratch int) *pool {
	p := &pool{scratch: make([][]float32, workers), shares: make([]portion, workers), aside: make([]asideStep, workers), caller: newSleeper()}
	for i := range p.scratch {
		p.scratch[i] = slab(scratch)
	}
	for i := 1; i < workers; i++ {
		s := newSleeper()
		p.workers = append(p.workers, &s)
		go p.work(i, &s)
	}
	return p
}

// work takes steps that were set aside, and when there are none takes part in the
// phases that it finds open, until the pool is closed.
func (p *pool) work(worker int, s *sleeper) {
	last := int64(0) // phase that it has taken part in
	isNews := func() bool {
		state := p.state.Load()
		return p.taken.Load() < p.posted.Load() || state&isOpen != 0 && state/onePhase != last || p.ended.Load()
	}
	for !p.ended.Load() {
		s.until(isNews)
		if p.takeAside(worker) {
			continue
		}
		state := p.state.Load()
		if state&isOpen == 0 || state/onePhase == last || !p.state.CompareAndSwap(state, state+1) {
			continue
		}
		last = state / onePhase
		p.drain(worker)
		if p.state.Add(-1)&(isOpen-1) == 0 {
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
		if tasks == 1 || o.cost < smallJob {
			p.drain(0)
			continue
		}
		p.state.Add(onePhase + isOpen)
		p.wake()
		p.drain(0)
		p.state.Add(-isOpen)
		p.caller.until(func() bool { return p.state.Load()&(isOpen-1) == 0 })
	}
}

func (p *pool) wake() {
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

// setAside leaves s, a step of one task, to the next worker that has nothing to
// do. It first waits for the end of the step that was set aside len(p.aside) steps
// before.
func (p *pool) setAside(s *step) {
	next := p.posted.Load()
	slot := &p.aside[next%int64(len(p.aside))]
	p.await(slot)
	slot.step = s
	slot.busy.Store(true)
	p.posted.Store(next + 1)
	p.wake()
}

// settle returns when all steps set aside have ended.
func (p *pool) settle() {
	for i := range p.aside {
		p.await(&p.aside[i])
	}
}

// await returns when the step of a slot has ended. Until then the caller takes steps
// that nobody has taken.
func (p *pool) await(slot *asideStep) {
	for slot.busy.Load() {
		if !p.takeAside(0) {
			p.caller.until(func() bool { return !slot.busy.Load() })
		}
	}
}

// takeAside computes the first step set aside that nobody has taken, if any.
func (p *pool) takeAside(worker int) bool {
	for {
		next := p.taken.Load()
		if next == p.posted.Load() {
			return false
		}
		if !p.taken.CompareAndSwap(next, next+1) {
			continue
		}
		slot := &p.aside[next%int64(len(p.aside))]
		s := slot.step
		s.op.run(0, 0, s.out, s.in, p.scratch[worker])
		slot.busy.Store(false)
		p.caller.wake()
		return true
	}
}

// close ends the workers. Nothing may be running.
func (p *pool) close() {
	p.ended.Store(true)
	p.wake()
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
