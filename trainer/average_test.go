package trainer

import (
	"math"
	"testing"
)

func TestAverageFollowsItsFormula(t *testing.T) {
	w := []float32{1, -2}
	a := newAverage(0.5, []tensor{{"w", []int{2}, w}})
	want := []float64{1, -2}
	for step := 1; step <= 20; step++ {
		w[0], w[1] = float32(step), float32(step*step)
		a.step(step)
		d := min(0.5, float64(step)/float64(step+9))
		for i := range want {
			want[i] = d*want[i] + (1-d)*float64(w[i])
		}
	}
	for i, v := range a.data[0] {
		if math.Abs(float64(v)-want[i]) > 1e-5*math.Abs(want[i]) {
			t.Errorf("average %v, want %v", v, want[i])
		}
	}
	mean := a.data[0][0]
	a.swap()
	if w[0] != mean || a.data[0][0] != 20 {
		t.Errorf("after a swap the model is %v, the average %v", w, a.data[0])
	}
	a.swap()
	if w[0] != 20 {
		t.Errorf("after two swaps the model is %v", w)
	}
}

func TestAverageIsWhatIsValidatedAndKept(t *testing.T) {
	m, env := shapes(t, 2)
	env.Dir = ""
	d, o := readShapes(t, m, BCENa, env), quick()
	o.Epochs = 3
	plain, history := run(t, d, o, jitter(), env, 0)
	o.EMA = 0.9
	averaged, averages := run(t, d, o, jitter(), env, 0)
	for i := range history {
		if history[i].Loss != averages[i].Loss {
			t.Errorf("epoch %d: the average changes the training", i+1)
		}
	}
	if files(t, plain, nil) == files(t, averaged, nil) || history[0].Validation.Loss == averages[0].Validation.Loss {
		t.Error("the average is not what is kept")
	}
	f := fitting{model: averaged, data: d}
	var err error
	if f.predictor, err = averaged.NewPredictor(4, 1); err != nil {
		t.Fatal(err)
	}
	defer f.predictor.Close()
	got, err := f.validate(t.Context())
	if want := best(averages).Validation; err != nil || got != want {
		t.Errorf("the model kept has %+v, %v; its epoch had %+v", got, err, want)
	}
}
