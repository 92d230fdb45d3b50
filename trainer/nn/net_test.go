package nn

import (
	"math"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/rng"
)

func TestNewInitialisesAsDocumented(t *testing.T) {
	for arch, want := range map[string]struct{ low, high int }{Tiny: {250_000, 350_000}, SlimResNet: {650_000, 750_000}, XResNet18: {11_100_000, 11_300_000}} {
		n := mustNew(t, Config{Arch: arch, Outputs: 6, Size: 64})
		total, names := 0, map[string]bool{}
		for _, p := range n.Params() {
			total += len(p.Data)
			checkParam(t, p)
			names[p.Name] = true
		}
		for _, p := range n.Buffers() {
			names[p.Name] = true
			if p.Grad != nil || p.Decay {
				t.Errorf("buffer %s has a gradient or decays", p.Name)
			}
		}
		if total < want.low || total > want.high {
			t.Errorf("%s has %d parameters, want %d..%d", arch, total, want.low, want.high)
		}
		if len(names) != len(n.Params())+len(n.Buffers()) {
			t.Errorf("%s: names repeat", arch)
		}
	}
}

// checkParam compares a fresh parameter with the initialisation that its name calls for.
func checkParam(t *testing.T, p *Param) {
	t.Helper()
	size := 1
	for _, extent := range p.Shape {
		size *= extent
	}
	if len(p.Data) != size || len(p.Grad) != size || p.Decay != (len(p.Shape) > 1) {
		t.Errorf("%s: shape %v, %d elements, %d gradients, decay %v", p.Name, p.Shape, len(p.Data), len(p.Grad), p.Decay)
	}
	sum, squares := 0.0, 0.0
	for _, x := range p.Data {
		sum += float64(x)
		squares += float64(x) * float64(x)
	}
	mean, variance := sum/float64(size), squares/float64(size)
	want := 0.0
	switch {
	case len(p.Shape) == 4:
		want = 2 / float64(size/p.Shape[3])
	case len(p.Shape) == 2:
		want = 1 / (3 * float64(p.Shape[0]))
	case strings.HasSuffix(p.Name, ".weight") && !strings.Contains(p.Name, "bn2"):
		if mean != 1 || variance != 1 {
			t.Errorf("%s: mean %v, want all 1", p.Name, mean)
		}
		return
	}
	if want == 0 && variance != 0 || math.Abs(variance-want) > 0.2*want || math.Abs(mean) > 5*math.Sqrt(want/float64(size)) {
		t.Errorf("%s: mean %v, mean square %v, want 0, %v", p.Name, mean, variance, want)
	}
}

func TestNewDependsOnKeyOnly(t *testing.T) {
	c := Config{Arch: SlimResNet, Outputs: 3, Size: 32}
	a, b := mustNew(t, c), mustNew(t, c)
	other, err := New(c, rng.New(2))
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range a.Params() {
		if !equalBits(p.Data, b.Params()[i].Data) {
			t.Errorf("%s: one key gives two networks", p.Name)
		}
		if p.Decay && equalBits(p.Data, other.Params()[i].Data) {
			t.Errorf("%s: two keys give one network", p.Name)
		}
	}
	if got := a.Config(); got != c {
		t.Errorf("Config() = %+v, want %+v", got, c)
	}
	var names []string
	for _, p := range append(a.Params()[:5:5], a.Buffers()[0]) {
		names = append(names, p.Name)
	}
	want := "stem.conv.weight stem.bn.weight stem.bn.bias layer1.0.conv1.weight layer1.0.bn1.weight stem.bn.running_mean"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("names are %s, want %s", got, want)
	}
}

func TestNewReportsAllFaults(t *testing.T) {
	_, err := New(Config{Arch: "vgg", Outputs: 0, Size: 33}, rng.New(1))
	if err == nil {
		t.Fatal("a bad config is accepted")
	}
	for _, want := range []string{"build network", `"vgg"`, "outputs is 0", "size is 33"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not say %q", err, want)
		}
	}
	for _, size := range []int{24, 264, -8} {
		if (Config{Arch: Tiny, Outputs: 1, Size: size}).Validate() == nil {
			t.Errorf("size %d is accepted", size)
		}
	}
}

func TestEverySizeTrains(t *testing.T) {
	for _, arch := range append(architectures, XResNet18) {
		sizes := []int{32, 40, 72, 136}
		if arch == XResNet18 {
			sizes = sizes[:2]
		}
		for _, size := range sizes {
			c := Config{Arch: arch, Outputs: 1, Size: size}
			images, targets := example(c, 2)
			trainer, err := mustNew(t, c).NewTrainer(2, BinaryCrossEntropy, 1)
			if err != nil {
				t.Fatal(err)
			}
			if loss, err := trainer.Step(images, targets); err != nil || !(loss > 0 && loss < 10) {
				t.Errorf("%s at %d pixels: loss %v, error %v", arch, size, loss, err)
			}
			trainer.Close()
		}
	}
}

// TestDescentLowersTheLoss trains on four images until they are known by heart.
func TestDescentLowersTheLoss(t *testing.T) {
	for _, arch := range architectures {
		for _, loss := range []Loss{CrossEntropy, BinaryCrossEntropy} {
			c := Config{Arch: arch, Outputs: 4, Size: 32}
			net := mustNew(t, c)
			images, _ := example(c, 4)
			targets := []float32{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}
			trainer, err := net.NewTrainer(4, loss, 2)
			if err != nil {
				t.Fatal(err)
			}
			first, last := float32(0), float32(0)
			optimizer := adamW{m: map[string][]float64{}, v: map[string][]float64{}}
			for step := range 12 {
				if last, err = trainer.Step(images, targets); err != nil {
					t.Fatal(err)
				}
				if step == 0 {
					first = last
				}
				for _, p := range net.Params() {
					optimizer.step(p, step+1)
				}
			}
			trainer.Close()
			if !(last < first/10) {
				t.Errorf("%s, %s: loss went from %v to %v", arch, loss, first, last)
			}
		}
	}
}

func TestMisuseIsAnError(t *testing.T) {
	c := Config{Arch: Tiny, Outputs: 3, Size: 32}
	net := mustNew(t, c)
	images, targets := example(c, 2)
	trainer, err := net.NewTrainer(2, CrossEntropy, 1)
	if err != nil {
		t.Fatal(err)
	}
	predictor, err := net.NewPredictor(2, 1)
	if err != nil {
		t.Fatal(err)
	}
	step := func(x, y []float32) func() error { return func() error { _, err := trainer.Step(x, y); return err } }
	predict := func(x []float32, n int) func() error {
		return func() error { _, err := predictor.Logits(x, n); return err }
	}
	for _, c := range []struct {
		want string
		call func() error
	}{
		{"image values", step(images[1:], targets)},
		{"target values", step(images, targets[1:])},
		{"want 0..2", predict(images, 3)},
		{"want 0..2", predict(images, -1)},
		{"image values", predict(images[1:], 2)},
		{"at least 1 image", func() error { _, err := net.NewTrainer(0, CrossEntropy, 1); return err }},
		{"at least 1 image", func() error { _, err := net.NewPredictor(0, 1); return err }},
		{"workers", func() error { _, err := net.NewTrainer(1, CrossEntropy, 0); return err }},
		{"workers", func() error { _, err := net.NewPredictor(1, 0); return err }},
		{"unknown loss", func() error { _, err := net.NewTrainer(1, "hinge", 1); return err }},
		{"", trainer.Close},
		{"", trainer.Close},
		{"closed", step(images, targets)},
		{"", predictor.Close},
		{"", predictor.Close},
		{"closed", predict(images, 1)},
	} {
		if err := c.call(); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("error is %v, want %q", err, c.want)
		}
	}
}

func TestPredictionsIgnoreTheRestOfTheBatch(t *testing.T) {
	c := Config{Arch: SlimResNet, Outputs: 3, Size: 32}
	net := mustNew(t, c)
	images, _ := example(c, 5)
	whole := predictAll(t, net, images, 5)
	size := len(images) / 5
	for i := range 5 {
		one := predictAll(t, net, images[i*size:], 1)
		if !equalBits(one, whole[i*3:][:3]) {
			t.Errorf("image %d alone gives %v, in a batch %v", i, one, whole[i*3:][:3])
		}
	}
}

// What a predictor is made for decides which kernels run, and changes no bit.
func TestSizeOfBatchChangesNoBit(t *testing.T) {
	const count = 33
	for _, c := range []Config{{Tiny, 3, 32}, {SlimResNet, 3, 48}, {XResNet18, 3, 32}} {
		t.Run(string(c.Arch), func(t *testing.T) {
			net := mustNew(t, c)
			images, _ := example(c, count)
			size := len(images) / count
			var want []float32
			for _, batch := range []int{count, 16, 5, 1} {
				p, err := net.NewPredictor(batch, 1)
				if err != nil {
					t.Fatal(err)
				}
				defer p.Close()
				var got []float32
				for from := 0; from < count; from += batch {
					logits, err := p.Logits(images[from*size:], min(batch, count-from))
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, logits...)
				}
				if want == nil {
					want = got
				}
				if !equalBits(got, want) {
					t.Errorf("%d at a time have other logits than %d", batch, count)
				}
			}
		})
	}
}

// predictAll returns the logits of count images from a predictor of five.
func predictAll(t *testing.T, net *Net, images []float32, count int) []float32 {
	t.Helper()
	p, err := net.NewPredictor(5, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	logits, err := p.Logits(images, count)
	if err != nil {
		t.Fatal(err)
	}
	return append([]float32(nil), logits...)
}
