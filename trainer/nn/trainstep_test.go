package nn

import (
	"math"
	"testing"

	"github.com/gesturekit/gesturekit/rng"
	"gorgonia.org/gorgonia"
)

// oracleNet is the net of trainstep_*.json, described there.
func oracleNet(l *layers, x *gorgonia.Node, outputs int) *gorgonia.Node {
	a := l.conv("stem", "bn0", x, 4, 3, 2, nil, 1, true)
	r := l.conv("sc", "bns", a, 6, 1, 2, nil, 1, false)
	b := l.conv("c1", "bn1", a, 6, 3, 2, nil, 1, true)
	c := l.conv("c2", "bn2", b, 6, 3, 1, r, 1, true)
	return l.dense("fc", l.globalAverage(c), outputs)
}

type trainStep struct {
	Init, Final map[string]nested
	Steps       []struct {
		X, Logits nested
		Target    []int
		Loss      float64
		Grads     map[string]nested
	}
	EvalLogits nested  `json:"eval_logits"`
	EvalInput  float32 `json:"eval_input_constant"`
}

// state returns a golden array in the layout of p.
func state(p *Param, arrays map[string]nested) nested {
	a := arrays[p.Name]
	if p.Decay {
		return a.hwio()
	}
	return a
}

func TestTrainingMatchesTheOracle(t *testing.T) {
	for _, name := range []string{"ce", "bce", "bcena"} {
		t.Run(name, func(t *testing.T) {
			var g trainStep
			readGolden(t, "trainstep_"+name+".json", &g)
			testTraining(t, name, g)
		})
	}
}

func testTraining(t *testing.T, name string, g trainStep) {
	net, err := newNet(Config{Arch: "oracle", Outputs: 4, Size: 9}, oracleNet, 3, rng.New(1))
	if err != nil {
		t.Fatal(err)
	}
	all := append(append([]*Param(nil), net.Params()...), net.Buffers()...)
	if len(all) != len(g.Init) {
		t.Fatalf("%d arrays, the oracle has %d", len(all), len(g.Init))
	}
	for _, p := range all {
		if n := copy(p.Data, state(p, g.Init).data); n != len(p.Data) {
			t.Fatalf("%s: the oracle has %d of %d elements", p.Name, n, len(p.Data))
		}
	}
	loss := CrossEntropy
	if name != "ce" {
		loss = BinaryCrossEntropy
	}
	shape := g.Steps[0].X.nhwc().shape
	trainer, err := net.newTrainer(shape[0], shape[1], shape[2], 3, loss, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	optimizer := adamW{m: map[string][]float64{}, v: map[string][]float64{}}
	for i, s := range g.Steps {
		value, err := trainer.Step(s.X.nhwc().data, targetRows(name, s.Target, 4))
		if err != nil {
			t.Fatal(err)
		}
		near(t, "logits", trainer.Logits(), s.Logits.exact, 1e-5)
		near(t, "loss", []float32{value}, []float64{s.Loss}, 2e-6)
		for _, p := range net.Params() {
			if i == 0 {
				near(t, p.Name+" gradient", p.Grad, state(p, s.Grads).exact, 1e-5)
			}
			optimizer.step(p, i+1)
		}
	}
	for _, p := range all {
		near(t, "final "+p.Name, p.Data, state(p, g.Final).exact, 2e-5)
	}
	testEvaluation(t, net, shape, g)
}

func testEvaluation(t *testing.T, net *Net, shape []int, g trainStep) {
	p, err := net.newPredictor(1, shape[1], shape[2], 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	image := make([]float32, shape[1]*shape[2]*3)
	for i := range image {
		image[i] = g.EvalInput
	}
	logits, err := p.Logits(image, 1)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "evaluation logits", logits, g.EvalLogits.exact, 1e-5)
}

// adamW is the oracle's optimiser, in float64.
type adamW struct{ m, v map[string][]float64 }

func (o adamW) step(p *Param, count int) {
	const rate, beta1, beta2, eps, decay = 0.01, 0.9, 0.99, 1e-8, 0.01
	if o.m[p.Name] == nil {
		o.m[p.Name], o.v[p.Name] = make([]float64, len(p.Data)), make([]float64, len(p.Data))
	}
	m, v := o.m[p.Name], o.v[p.Name]
	for i, g32 := range p.Grad {
		g, x := float64(g32), float64(p.Data[i])
		if p.Decay {
			x -= rate * decay * x
		}
		m[i] = beta1*m[i] + (1-beta1)*g
		v[i] = beta2*v[i] + (1-beta2)*g*g
		mean, square := m[i]/(1-math.Pow(beta1, float64(count))), v[i]/(1-math.Pow(beta2, float64(count)))
		p.Data[i] = float32(x - rate*mean/(math.Sqrt(square)+eps))
	}
}
