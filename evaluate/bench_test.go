package evaluate_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/evaluate"
)

// BenchmarkMillion decides a million predictions of 50 categories and na from
// their probabilities and measures them: every matrix, curve, area, sweep and
// reliability diagram, for 40 people. peak-MiB is the largest memory of the
// process, the probabilities (195 MiB) included.
func BenchmarkMillion(b *testing.B) {
	const n, known = 1_000_000, 50
	probabilities := make([]float32, n*(known+1))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range probabilities {
		probabilities[i] = r.Float32() * 0.9
	}
	people := make([]string, 40)
	for i := range people {
		people[i] = fmt.Sprint("p", i)
	}
	rule := evaluate.Rule{Threshold: 0.87, HasNA: true}
	b.ReportAllocs()
	for b.Loop() {
		outcomes := make([]evaluate.Outcome, n)
		for i := range outcomes {
			o := &outcomes[i]
			row := evaluate.Outputs{Probabilities: probabilities[i*(known+1):][:known+1]}
			o.Kind, o.Group, o.Confidence = evaluate.Kinds()[i%3], people[i%len(people)], row.TopProbability()
			if o.Kind == evaluate.Known {
				o.Target = 1 + i%known
			}
			var err error
			if o.Decision, err = rule.Decide(row); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := evaluate.Measure(outcomes, known); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(peakMiB(b), "peak-MiB")
}

// peakMiB returns the process's largest resident memory, 0 where that is not to
// be had.
func peakMiB(b *testing.B) float64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if kib := 0.0; strings.HasPrefix(line, "VmHWM:") {
			if _, err := fmt.Sscanf(line, "VmHWM: %f", &kib); err != nil {
				b.Fatal(err)
			}
			return kib / 1024
		}
	}
	return 0
}
