package nn

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"gorgonia.org/gorgonia"
)

// nested is a JSON number or nested list of numbers, flattened row-major.
type nested struct {
	shape []int
	data  []float32
	exact []float64
}

func (n *nested) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	n.flatten(v, 0)
	return nil
}

func (n *nested) flatten(v any, depth int) {
	switch x := v.(type) {
	case []any:
		if len(n.shape) == depth {
			n.shape = append(n.shape, len(x))
		}
		for _, e := range x {
			n.flatten(e, depth+1)
		}
	case float64:
		n.exact = append(n.exact, x)
		n.data = append(n.data, float32(x))
	}
}

// permute returns n with its axes in the given order.
func (n nested) permute(axes ...int) nested {
	out := nested{}
	for _, a := range axes {
		out.shape = append(out.shape, n.shape[a])
	}
	index := make([]int, len(axes))
	for range n.data {
		at := 0
		for a := range n.shape {
			for i, axis := range axes {
				if axis == a {
					at = at*n.shape[a] + index[i]
				}
			}
		}
		out.data, out.exact = append(out.data, n.data[at]), append(out.exact, n.exact[at])
		for i := len(index) - 1; i >= 0; i-- {
			if index[i]++; index[i] < out.shape[i] {
				break
			}
			index[i] = 0
		}
	}
	return out
}

func (n nested) nhwc() nested {
	if len(n.shape) == 2 {
		n.shape = []int{n.shape[0], n.shape[1], 1, 1}
	}
	return n.permute(0, 2, 3, 1)
}

// hwio is the weight layout of the package: HWIO, or [1][1][inputs][outputs].
func (n nested) hwio() nested {
	if len(n.shape) == 2 {
		n.shape = []int{n.shape[0], n.shape[1], 1, 1}
	}
	return n.permute(2, 3, 1, 0)
}

func readGolden(t testing.TB, name string, into any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../../../shared/golden", name))
	if err != nil {
		t.Skipf("no oracle: %v", err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// near fails unless got is within tolerance of want, relative to the larger of
// its size and its array's largest element.
func near(t *testing.T, what string, got []float32, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s has %d elements, want %d", what, len(got), len(want))
	}
	scale := 0.0
	for _, w := range want {
		scale = max(scale, math.Abs(w))
	}
	for i, w := range want {
		if d := math.Abs(float64(got[i]) - w); !(d <= tolerance*max(scale, 1e-3)) {
			t.Errorf("%s[%d] = %v, want %v (off by %.2g of %.2g)", what, i, got[i], w, d, scale)
			return
		}
	}
}

type layerCase struct {
	Name, Op            string
	Stride, Pad, Groups int
	Kernel              int
	Training            bool
	X, W, B, Y, Gy      nested
	Gx, Gw, Gb          nested
	Weight, Bias        nested
	MeanIn              nested `json:"running_mean_in"`
	VarIn               nested `json:"running_var_in"`
	MeanOut             nested `json:"running_mean_out"`
	VarOut              nested `json:"running_var_out"`
}

const layerTolerance = 2e-6

func TestLayersMatchTheOracle(t *testing.T) {
	var file struct{ Cases []layerCase }
	readGolden(t, "layers.json", &file)
	tested := map[string]int{}
	for _, c := range file.Cases {
		test := map[string]func(*testing.T, layerCase){
			"conv2d": testConv, "batchnorm2d": testNorm, "global_avg_pool": testAverage, "linear": testConv, "maxpool2d": testMaxPool,
		}[c.Op]
		if test == nil || c.Groups > 1 {
			continue
		}
		tested[c.Op]++
		t.Run(c.Name, func(t *testing.T) { test(t, c) })
	}
	if tested["conv2d"] < 10 || tested["batchnorm2d"] < 4 || tested["global_avg_pool"] < 3 || tested["linear"] < 1 || tested["maxpool2d"] < 6 {
		t.Errorf("cases tested: %v, fewer than the oracle had", tested)
	}
}

// gradients evaluates y and the gradients of sum(y*gy) by wrt.
func gradients(t *testing.T, b *builder, y *gorgonia.Node, gy []float32, wrt ...*gorgonia.Node) (value []float32, grads [][]float32) {
	t.Helper()
	if b.err != nil {
		t.Fatal(b.err)
	}
	nodes, err := gorgonia.Backpropagate(gorgonia.Nodes{y}, gorgonia.Nodes{b.input("gy", gy, y.Shape()...)}, wrt)
	if err != nil {
		t.Fatal(err)
	}
	value = make([]float32, y.Shape().TotalSize())
	results := map[*gorgonia.Node][]float32{y: value}
	for _, n := range nodes {
		grads = append(grads, make([]float32, n.Shape().TotalSize()))
		results[n] = grads[len(grads)-1]
	}
	p, err := newPlan(b, results, 2)
	if err != nil {
		t.Fatal(err)
	}
	p.run()
	p.pool.close()
	return value, grads
}

func testConv(t *testing.T, c layerCase) {
	x, w, gy := c.X.nhwc(), c.W.hwio(), c.Gy.nhwc()
	b := newBuilder()
	xn, wn := b.input("x", x.data, x.shape...), b.input("w", w.data, w.shape...)
	y, wrt := b.conv(xn, wn, max(1, c.Stride), c.Pad), gorgonia.Nodes{xn, wn}
	if c.B.data != nil {
		bias := b.input("b", c.B.data, c.B.shape...)
		y, wrt = b.bias(y, bias), append(wrt, bias)
	}
	value, grads := gradients(t, b, y, gy.data, wrt...)
	near(t, "y", value, c.Y.nhwc().exact, layerTolerance)
	near(t, "gx", grads[0], c.Gx.nhwc().exact, layerTolerance)
	near(t, "gw", grads[1], c.Gw.hwio().exact, layerTolerance)
	if c.B.data != nil {
		near(t, "gb", grads[2], c.Gb.exact, layerTolerance)
	}
}

func testNorm(t *testing.T, c layerCase) {
	x, gy, channels := c.X.nhwc(), c.Gy.nhwc(), len(c.Weight.data)
	b := newBuilder()
	xn := b.input("x", x.data, x.shape...)
	affine := b.input("affine", append(c.Weight.data, c.Bias.data...), 2, channels)
	running := append(c.MeanIn.data, c.VarIn.data...)
	if !c.Training {
		stats := b.input("stats", running, 2, channels)
		value, grads := gradients(t, b, b.norm(xn, affine, stats, nil, false), gy.data, affine)
		near(t, "y", value, c.Y.nhwc().exact, layerTolerance)
		near(t, "g affine", grads[0], append(c.Gw.exact, c.Gb.exact...), layerTolerance)
		return
	}
	stats := b.stats(xn)
	value, grads := gradients(t, b, b.norm(xn, affine, stats, nil, false), gy.data, xn, affine)
	near(t, "y", value, c.Y.nhwc().exact, layerTolerance)
	near(t, "gx", grads[0], c.Gx.nhwc().exact, layerTolerance)
	near(t, "g affine", grads[1], append(c.Gw.exact, c.Gb.exact...), layerTolerance)

	count := float64(len(x.data) / channels)
	r := runningNorm{make([]float32, 2*channels), running, count / (count - 1)}
	p, err := newPlan(b, map[*gorgonia.Node][]float32{stats: r.batch}, 1)
	if err != nil {
		t.Fatal(err)
	}
	p.run()
	r.update()
	near(t, "running", running, append(c.MeanOut.exact, c.VarOut.exact...), layerTolerance)
}

func testAverage(t *testing.T, c layerCase) {
	x := c.X.nhwc()
	b := newBuilder()
	xn := b.input("x", x.data, x.shape...)
	value, grads := gradients(t, b, b.globalAverage(xn), c.Gy.data, xn)
	near(t, "y", value, c.Y.exact, layerTolerance)
	near(t, "gx", grads[0], c.Gx.nhwc().exact, layerTolerance)
}

func testMaxPool(t *testing.T, c layerCase) {
	x := c.X.nhwc()
	b := newBuilder()
	xn := b.input("x", x.data, x.shape...)
	value, grads := gradients(t, b, b.maxPool(xn, c.Kernel, c.Stride, c.Pad), c.Gy.nhwc().data, xn)
	near(t, "y", value, c.Y.nhwc().exact, 0)
	near(t, "gx", grads[0], c.Gx.nhwc().exact, layerTolerance)
}

func TestLossesMatchTheOracle(t *testing.T) {
	var file struct {
		Cases []struct {
			Name, Loss   string
			Logits, Grad nested
			Target       []int
			Rows         nested `json:"target_rows"`
			Value        float64
		}
	}
	readGolden(t, "losses.json", &file)
	tested := 0
	for _, c := range file.Cases {
		loss, known := map[string]Loss{
			"ce": CrossEntropy, "eos": CrossEntropy, "soft_ce": CrossEntropy,
			"bce": BinaryCrossEntropy, "bcena": BinaryCrossEntropy, "soft_bce": BinaryCrossEntropy,
		}[c.Loss]
		if !known {
			continue
		}
		tested++
		t.Run(c.Name, func(t *testing.T) {
			n, k := c.Logits.shape[0], c.Logits.shape[1]
			rows := c.Rows.data
			if rows == nil {
				rows = targetRows(c.Loss, c.Target, k)
			}
			b := newBuilder()
			logits := b.input("logits", c.Logits.data, n, 1, 1, k)
			cost := b.loss(loss, logits, b.input("targets", rows, n, 1, 1, k), plainTerms(b, n), nil)
			value, grads := gradients(t, b, cost, []float32{1}, logits)
			if d := math.Abs(float64(value[0]) - c.Value); d > 1e-6*max(math.Abs(c.Value), 1e-6) {
				t.Errorf("loss = %v, want %v", value[0], c.Value)
			}
			for i, want := range c.Grad.exact {
				if d := math.Abs(float64(grads[0][i]) - want); d > 1e-7 {
					t.Errorf("gradient[%d] = %v, want %v", i, grads[0][i], want)
				}
			}
		})
	}
	if tested < 50 {
		t.Errorf("%d cases tested, want at least 50", tested)
	}
}

// targetRows returns one-hot rows, with a zero na column for bcena and uniform
// rows for the unknown of eos.
func targetRows(loss string, target []int, k int) []float32 {
	rows := make([]float32, len(target)*k)
	for i, c := range target {
		row := rows[i*k:][:k]
		switch {
		case c < 0:
			for j := range row {
				row[j] = 1 / float32(k)
			}
		case loss != "bcena" || c > 0:
			row[c] = 1
		}
	}
	return rows
}
