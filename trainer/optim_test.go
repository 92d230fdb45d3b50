package trainer

import (
	"math"
	"testing"

	"github.com/gesturekit/gesturekit/trainer/nn"
)

func TestOneCycleIsThatOfPyTorch(t *testing.T) {
	var file struct {
		OneCycle []struct {
			Steps int       `json:"total_steps"`
			Peak  float64   `json:"max_lr"`
			Start float64   `json:"pct_start"`
			Div   float64   `json:"div_factor"`
			Final float64   `json:"final_div_factor"`
			Rates []float64 `json:"lr_per_step"`
		}
	}
	golden(t, "optim.json", &file)
	tested := 0
	for _, c := range file.OneCycle {
		schedule := oneCycle{steps: c.Steps, peak: c.Peak, warmup: c.Start, start: 1 / c.Div, end: 1 / c.Final}
		for i, want := range c.Rates {
			if got := schedule.rate(i); math.Abs(got-want) > 1e-12*want+1e-18 {
				t.Errorf("%d steps: rate of step %d is %v, want %v", c.Steps, i, got, want)
			}
			tested++
		}
	}
	if tested < 900 {
		t.Errorf("%d rates tested", tested)
	}
}

func TestOneCycleAtItsEnds(t *testing.T) {
	for _, warmup := range []float64{0, 0.25, 1} {
		for steps := 1; steps < 40; steps++ {
			c := newOneCycle(steps, 1, warmup)
			top := 0.0
			for i := range steps {
				r := c.rate(i)
				if !(r > 0 && r <= 1) {
					t.Errorf("warmup %v, %d steps: rate of step %d is %v", warmup, steps, i, r)
				}
				top = max(top, r)
			}
			if top < 0.5 {
				t.Errorf("warmup %v, %d steps: highest rate is %v of 1", warmup, steps, top)
			}
		}
	}
}

func TestCos(t *testing.T) {
	for i := range 1001 {
		x := float64(i) / 1000 * math.Pi / 2
		if got, want := cos(x), math.Cos(x); math.Abs(got-want) > 3e-16 {
			t.Errorf("cos(%v) = %v, want %v", x, got, want)
		}
	}
}

func TestAdamWIsThatOfPyTorch(t *testing.T) {
	var file struct {
		AdamW struct {
			Rate  float64     `json:"lr"`
			Beta1 float64     `json:"beta1"`
			Beta2 float64     `json:"beta2"`
			Decay float64     `json:"weight_decay"`
			Start []float32   `json:"param0"`
			Grads [][]float32 `json:"grads"`
			Want  [][]float64 `json:"param_after_each_step"`
		}
	}
	golden(t, "optim.json", &file)
	c := file.AdamW
	p := &nn.Param{Data: c.Start, Grad: make([]float32, len(c.Start)), Decay: true}
	a := newAdamW([]*nn.Param{p}, c.Decay)
	a.beta1, a.beta2 = c.Beta1, c.Beta2
	for step, grad := range c.Grads {
		copy(p.Grad, grad)
		a.step(c.Rate)
		for i, want := range c.Want[step] {
			if math.Abs(float64(p.Data[i])-want) > 2e-6*math.Abs(want) {
				t.Errorf("step %d: parameter %d is %v, want %v", step, i, p.Data[i], want)
			}
		}
	}
}

func TestOnlyDecayingParametersDecay(t *testing.T) {
	decays := &nn.Param{Data: []float32{1}, Grad: []float32{0}, Decay: true}
	stays := &nn.Param{Data: []float32{1}, Grad: []float32{0}}
	newAdamW([]*nn.Param{decays, stays}, 0.5).step(0.5)
	if decays.Data[0] != 0.75 || stays.Data[0] != 1 {
		t.Errorf("parameters are %v and %v, want 0.75 and 1", decays.Data[0], stays.Data[0])
	}
}

func TestClip(t *testing.T) {
	p := &nn.Param{Grad: []float32{3, 0}}
	q := &nn.Param{Grad: []float32{4}}
	clip([]*nn.Param{p, q}, 5)
	if p.Grad[0] != 3 || q.Grad[0] != 4 {
		t.Errorf("gradients at the bound change: %v %v", p.Grad, q.Grad)
	}
	clip([]*nn.Param{p, q}, 2.5)
	if p.Grad[0] != 1.5 || q.Grad[0] != 2 {
		t.Errorf("gradients %v %v, want 1.5 and 2", p.Grad, q.Grad)
	}
}

func BenchmarkAdamW(b *testing.B) {
	const n = 700_000 // as slim-resnet
	p := &nn.Param{Data: make([]float32, n), Grad: make([]float32, n), Decay: true}
	for i := range n {
		p.Grad[i] = float32(i%1000) - 500
	}
	a := newAdamW([]*nn.Param{p}, 0.01)
	b.ReportAllocs()
	for b.Loop() {
		a.step(1e-3)
	}
}
