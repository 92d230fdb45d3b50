package evaluate_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
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

// BenchmarkMillionFromFile measures as many from their predictions.csv, which
// has logits, too, and is written beforehand.
func BenchmarkMillionFromFile(b *testing.B) {
	const n, known, chunk = 1_000_000, 50, 10_000
	labels := []string{"na"}
	for i := range known {
		labels = append(labels, fmt.Sprint("gesture", i))
	}
	rule := evaluate.Rule{Threshold: 0.87, HasNA: true}
	r := rand.New(rand.NewPCG(1, 2))
	name := filepath.Join(b.TempDir(), evaluate.PredictionsFile)
	f, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	header := false
	for range n / chunk {
		lines := make([]evaluate.Prediction, chunk)
		for i := range lines {
			p := &lines[i]
			p.ID, p.Role, p.Kind, p.Group = fmt.Sprintf("gesture%d-p%d-%08x", i%known, i%40, r.Uint32()), "test", evaluate.Kinds()[i%3], fmt.Sprint("p", i%40)
			if p.Category = "other"; p.Kind == evaluate.Known {
				p.Target = 1 + i%known
				p.Category = labels[p.Target]
			}
			for range known + 1 {
				v := r.Float32() * 0.9
				p.Probabilities, p.Logits = append(p.Probabilities, v), append(p.Logits, float32(math.Log(float64((v+0.01)/(1-v)))))
			}
			if p.Decision, err = rule.Decide(p.Outputs); err != nil {
				b.Fatal(err)
			}
		}
		var text bytes.Buffer
		if err := evaluate.WritePredictions(&text, labels, true, lines); err != nil {
			b.Fatal(err)
		}
		if header {
			if _, err := text.ReadBytes('\n'); err != nil {
				b.Fatal(err)
			}
		}
		header = true
		if _, err := text.WriteTo(f); err != nil {
			b.Fatal(err)
		}
	}
	if size, err := f.Seek(0, io.SeekCurrent); err != nil {
		b.Fatal(err)
	} else {
		b.SetBytes(size)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			b.Fatal(err)
		}
		lines, err := evaluate.ReadPredictions(f, labels, rule)
		if err != nil {
			b.Fatal(err)
		}
		outcomes := make([]evaluate.Outcome, len(lines))
		for i := range lines {
			outcomes[i] = lines[i].Outcome
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
