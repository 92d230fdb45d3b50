package evaluate_test

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/evaluate"
)

func TestPredictionsRoundTrip(t *testing.T) {
	labels := labels()
	for _, hasNA := range []bool{true, false} {
		want := some(50, hasNA)
		var a, b bytes.Buffer
		if err := evaluate.WritePredictions(&a, labels, hasNA, want); err != nil {
			t.Fatal(err)
		}
		got, err := evaluate.ReadPredictions(bytes.NewReader(a.Bytes()), labels, evaluate.Rule{Threshold: 0.4, HasNA: hasNA})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if err := evaluate.WritePredictions(&b, labels, hasNA, got); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("writing what was read gives other bytes, %v", err)
		}
	}
}

// TestReadPredictionsKeepsNoText: the text of a line is as large as what is read
// from it, and an ID that is a part of the line would hold on to all of it.
func TestReadPredictionsKeepsNoText(t *testing.T) {
	labels := []string{"na"}
	p := evaluate.Prediction{ID: "idle-ann-0001", Role: "test", Category: "idle", Outcome: evaluate.Outcome{Kind: evaluate.Unknown, Group: "ann"}}
	for i := range 200 {
		labels = append(labels, fmt.Sprint("gesture", i))
		p.Probabilities, p.Logits = append(p.Probabilities, 0.12345678), append(p.Logits, -1.2345678)
	}
	rule := evaluate.Rule{Threshold: 0.4}
	var err error
	if p.Decision, err = rule.Decide(p.Outputs); err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := evaluate.WritePredictions(&text, labels, false, slices.Repeat([]evaluate.Prediction{p}, 3000)); err != nil {
		t.Fatal(err)
	}
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	lines, err := evaluate.ReadPredictions(bytes.NewReader(text.Bytes()), labels, rule)
	if err != nil {
		t.Fatal(err)
	}
	if kept := heap() - before; kept > uint64(text.Len()) {
		t.Errorf("%d predictions keep %d bytes, their text has %d", len(lines), kept, text.Len())
	}
	runtime.KeepAlive(lines)
}

func TestReadPredictionsErrors(t *testing.T) {
	const header = "id,role,partition,category,group,target,prediction,score,p_na,p_one,z_na,z_one,energy,distance\n"
	labels, rule := []string{"na", "one"}, evaluate.Rule{Threshold: 0.4, HasNA: true}
	for name, c := range map[string]struct{ in, want string }{
		"empty":       {"", "header"},
		"header":      {"id\n", `header is "id"`},
		"short":       {header + "a,test\n", "line 2"},
		"probability": {header + "a,test,known,one,ann,one,one,0.9,x,0.9,0,0,0,0\n", `line 2: invalid input: p_na is "x", want a finite number`},
		"NaN":         {header + "a,test,known,one,ann,one,one,0.9,NaN,0.9,0,0,0,0\n", `line 2: invalid input: p_na is "NaN", want a finite number`},
		"target":      {header + "a,test,known,one,ann,two,one,0.9,0.1,0.9,0,0,0,0\n", `line 2: invalid input: target is "two", want na or one`},
		"output":      {header + "a,test,known,one,ann,one,one,0.9,0.1,0.9,0,0,0,\n", `line 2: invalid input: distance is "", want a finite number`},
		"score":       {header + "a,test,known,one,ann,one,one,NaN,0.1,0.9,0,0,0,0\n", `line 2: invalid input: score is "NaN", but the outputs say "0.9": run the validate stage again`},
		"role":        {header + "a,train,known,one,ann,one,one,0.9,0.1,0.9,0,0,0,0\n", `line 2: invalid input: role is "train", want validation or test`},
		"category":    {header + "a,test,known,two,ann,one,one,0.9,0.1,0.9,0,0,0,0\n", `target is "one", want "two", for category "two" is known`},
		"no target":   {header + "a,test,known,one,ann,na,one,0.9,0.1,0.9,0,0,0,0\n", `target is "na", want "one", for category "one" is known`},
		"named":       {header + "a,test,unseen,two,ann,one,one,0.9,0.1,0.9,0,0,0,0\n", `target is "one", want "na", for category "two" is unseen`},
		"partition":   {header + "a,test,seen,one,ann,one,one,0.9,0.1,0.9,0,0,0,0\n", `partition is "seen", want known, unknown or unseen`},
		"other rule":  {header + "a,test,known,one,ann,one,na,0.9,0.1,0.9,0,0,0,0\n", `prediction is "na", but the outputs say "one"`},
	} {
		_, err := evaluate.ReadPredictions(strings.NewReader(c.in), labels, rule)
		if !errors.Is(err, evaluate.ErrInput) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want ErrInput with %q", name, err, c.want)
		}
	}
	if _, err := evaluate.ReadPredictions(strings.NewReader(""), nil, rule); !errors.Is(err, evaluate.ErrInput) {
		t.Errorf("no labels: got %v", err)
	}
}

func TestResultRoundTrip(t *testing.T) {
	m, err := evaluate.Measure(outcomes(some(60, true)), 3)
	if err != nil {
		t.Fatal(err)
	}
	want := evaluate.Result{Schema: evaluate.ResultSchema, Threshold: 0.4, HasNA: true, Labels: []string{"na", "one", "two", "three"}, Test: m}
	var buf bytes.Buffer
	if err := want.Write(&buf); err != nil {
		t.Fatal(err)
	}
	got, err := evaluate.ReadResult(bytes.NewReader(buf.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name, c := range map[string]struct{ old, new, want string }{
		"schema":     {`"schema": 3`, `"schema": 2`, "schema 2, want 3"},
		"threshold":  {`"threshold": 0.4,`, `"threshold": 4,`, "threshold 4"},
		"labels":     {`"three"`, `"three", "four"`, "do not fit 5 labels"},
		"proportion": {`"count": `, `"count": -`, "want 0 <= count"},
		"no JSON":    {"{", "", "not JSON"},
	} {
		_, err := evaluate.ReadResult(strings.NewReader(strings.Replace(buf.String(), c.old, c.new, 1)))
		if !errors.Is(err, evaluate.ErrInput) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want ErrInput with %q", name, err, c.want)
		}
	}
}
