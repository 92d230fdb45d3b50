package trainer

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/progress"
)

func TestFitLearnsShapesWithEveryLoss(t *testing.T) {
	m, env := shapes(t, 12)
	for _, loss := range []Loss{CE, CENA, BCEWithNA, BCENa, EOS, Objectosphere} {
		t.Run(string(loss), func(t *testing.T) {
			o, env := quick(), env
			o.Loss, o.Epochs, env.Dir = loss, 10, ""
			d := readShapes(t, m, loss, env)
			model, history := run(t, d, o, jitter(), env, 0)
			if len(history) != o.Epochs {
				t.Fatalf("%d epochs, want %d", len(history), o.Epochs)
			}
			b := best(history)
			for _, e := range history {
				if b.Validation.Accuracy.Count < e.Validation.Accuracy.Count {
					t.Errorf("epoch %d is better than the best, %d", e.N, b.N)
				}
			}
			if model.Epoch != b.N {
				t.Errorf("the model is from epoch %d, the best is %d", model.Epoch, b.N)
			}
			v := b.Validation
			if share, _ := v.KnownAccuracy.Value(); share < 0.9 || v.KnownAccuracy.Of != 72 {
				t.Errorf("known accuracy %+v, want above 0.9 of 72", v.KnownAccuracy)
			}
			if share, _ := v.Accuracy.Value(); loss != CE && share < 0.9 {
				t.Errorf("accuracy %+v, want above 0.9", v.Accuracy)
			}
			if history[len(history)-1].Loss > history[0].Loss {
				t.Error("the loss rises")
			}
		})
	}
}

func TestWorkersChangeNothing(t *testing.T) {
	m, env := shapes(t, 2)
	var want string
	for _, workers := range []int{1, 2, 5} {
		env.Workers, env.Dir = workers, ""
		o := quick()
		o.Loss, o.Clip, o.EMA, o.Balance, o.Smoothing = Objectosphere, 1, 0.99, Effective, 0.1
		model, history := run(t, readShapes(t, m, o.Loss, env), o, jitter(), env, 3)
		if got := files(t, model, history); want == "" {
			want = got
		} else if got != want {
			t.Errorf("%d workers give another model than 1", workers)
		}
	}
}

func TestResumeEqualsUninterrupted(t *testing.T) {
	m, env := shapes(t, 2)
	d, o := readShapes(t, m, BCENa, env), quick()
	o.Clip, o.EMA, o.Balance, o.Smoothing = 1, 0.9, Inverse, 0.1
	alone := env
	alone.Dir = ""
	model, history := run(t, d, o, jitter(), alone, 0)
	want := files(t, model, history)

	for _, stops := range [][]int{{1}, {2, 5}, {6}} {
		for _, stop := range stops {
			run(t, d, o, jitter(), env, stop)
		}
		model, history = run(t, d, o, jitter(), env, 0)
		if files(t, model, history) != want {
			t.Errorf("stopped after epochs %v, the model comes out otherwise", stops)
		}
		if err := removeState(env.Dir); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCancelInAnEpochThenResume(t *testing.T) {
	m, env := shapes(t, 2)
	d, o := readShapes(t, m, BCENa, env), quick()
	model, history := run(t, d, o, jitter(), env, 0)
	want := files(t, model, history)
	removeState(env.Dir)

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stopped := env
	stopped.Progress = func(e progress.Event) {
		if e.Done > e.Total/2 {
			cancel()
		}
	}
	model, err := New(d, o, env.Key)
	if err != nil {
		t.Fatal(err)
	}
	for _, err = range Fit(ctx, model, d, o, jitter(), stopped) {
	}
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want context.Canceled", err)
	}
	if model, history = run(t, d, o, jitter(), env, 0); files(t, model, history) != want {
		t.Error("cancelled and resumed, the model comes out otherwise")
	}
}

func TestStateOfOtherWorkOrDamagedIsLeftAlone(t *testing.T) {
	m, env := shapes(t, 2)
	d, o := readShapes(t, m, BCENa, env), quick()
	notes := warnings(&env)
	model, history := run(t, d, o, Augmentation{}, env, 0)
	want := files(t, model, history)
	other := o
	other.WeightDecay = 0.5
	name := filepath.Join(env.Dir, stateFile)
	for what, spoil := range map[string]func(){
		"other work": func() { removeState(env.Dir); run(t, d, other, Augmentation{}, env, 2) },
		"truncated":  func() { os.Truncate(name, 1000) },
		"one bit": func() {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			data[len(data)/2] ^= 1
			os.WriteFile(name, data, 0o644)
		},
		"foreign": func() { os.WriteFile(name, []byte("a note of somebody"), 0o644) },
	} {
		spoil()
		*notes = nil
		if model, history = run(t, d, o, Augmentation{}, env, 0); files(t, model, history) != want {
			t.Errorf("%s: the model comes out otherwise", what)
		}
		if told := len(*notes) > 0 && strings.Contains((*notes)[0], stateFile); told != (what != "other work") {
			t.Errorf("%s: warnings %q", what, *notes)
		}
	}
}

func TestDivergenceIsTold(t *testing.T) {
	m, env := shapes(t, 2)
	o := quick()
	for where, spoil := range map[string]func(*Data, *Model){
		"epoch 1, step 1: the loss is NaN": func(_ *Data, m *Model) {
			params := m.net.Params()
			params[len(params)-1].Data[0] = float32(math.NaN())
		},
		"epoch 1, layer1": func(d *Data, _ *Model) { d.Std[0] = math.SmallestNonzeroFloat32 },
	} {
		d := readShapes(t, m, BCENa, env)
		model, err := New(d, o, env.Key)
		if err != nil {
			t.Fatal(err)
		}
		spoil(d, model)
		for _, err = range Fit(context.Background(), model, d, o, Augmentation{}, env) {
		}
		if !errors.Is(err, ErrDiverged) || !strings.Contains(err.Error(), where) || !strings.Contains(err.Error(), "train.learning_rate") {
			t.Errorf("error %v, want one about %s", err, where)
		}
	}
}

func TestPatienceStopsEarly(t *testing.T) {
	m, env := shapes(t, 4)
	o := quick()
	o.Epochs, o.Patience, env.Dir = 40, 2, ""
	_, history := run(t, readShapes(t, m, BCENa, env), o, Augmentation{}, env, 0)
	n, b := len(history), best(history)
	if n == o.Epochs || n-b.N != o.Patience {
		t.Errorf("%d epochs, the best is %d", n, b.N)
	}
}

func TestFitRefusesBadOptions(t *testing.T) {
	m, env := shapes(t, 1)
	d, o := readShapes(t, m, BCENa, env), quick()
	model, err := New(d, o, env.Key)
	if err != nil {
		t.Fatal(err)
	}
	o.Epochs = 0
	n := 0
	for _, err = range Fit(context.Background(), model, d, o, Augmentation{}, env) {
		n++
	}
	if n != 1 || err == nil || !strings.Contains(err.Error(), "train.epochs is 0") {
		t.Errorf("%d turns, error %v", n, err)
	}
}
