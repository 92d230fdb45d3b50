package trainer

import (
	"math"
	"testing"
)

func TestBalanceWeights(t *testing.T) {
	var labels []int
	for l, n := range []int{60, 30, 10} {
		for range n {
			labels = append(labels, l)
		}
	}
	effective := func(n float64) float64 { return 0.001 / (1 - math.Pow(0.999, n)) }
	for b, raw := range map[Balance][3]float64{
		NoBalance: {1, 1, 1},
		Inverse:   {1. / 60, 1. / 30, 1. / 10},
		Effective: {effective(60), effective(30), effective(10)},
	} {
		got := b.weights(labels, 4)
		sum := 60*raw[0] + 30*raw[1] + 10*raw[2]
		for l, r := range raw {
			if want := 100 * r / sum; math.Abs(float64(got[l])-want) > 1e-6 {
				t.Errorf("%s: label %d has weight %v, want %v", b, l, got[l], want)
			}
		}
		if got[3] != 0 {
			t.Errorf("%s: a label without images has weight %v", b, got[3])
		}
	}
	if got := NoBalance.weights(labels, 3); got[0] != 1 || got[1] != 1 || got[2] != 1 {
		t.Errorf("without balance the weights are %v, want exactly 1", got)
	}
}

func TestBalanceChangesTheWeightsOnlyWhereLabelsDiffer(t *testing.T) {
	m, env := shapes(t, 2)
	env.Dir = ""
	d, o := readShapes(t, m, BCENa, env), quick()
	o.Epochs = 1
	model, history := run(t, d, o, Augmentation{}, env, 0)
	plain := files(t, model, history)
	o.Balance = Inverse
	model, history = run(t, d, o, Augmentation{}, env, 0)
	if files(t, model, history) != plain {
		t.Error("labels of equal size are not left alone")
	}
	// without half of the discs
	few := d.train
	d.train = images{size: few.size}
	for i, l := range few.labels {
		if l != 1 || i%2 == 0 {
			d.train.ids = append(d.train.ids, few.ids[i])
			d.train.labels = append(d.train.labels, l)
			d.train.pixels = append(d.train.pixels, few.at(i)...)
		}
	}
	model, history = run(t, d, o, Augmentation{}, env, 0)
	balanced := files(t, model, history)
	o.Balance = NoBalance
	model, history = run(t, d, o, Augmentation{}, env, 0)
	if files(t, model, history) == balanced {
		t.Error("balance changes nothing where labels differ in size")
	}
}
