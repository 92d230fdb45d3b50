package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/rng"
	"github.com/gesturekit/gesturekit/trainer"
)

// fixture is a run's folder as the stages before the report leave it, with
// drawn images and invented predictions.
type fixture struct {
	root        string
	known       []string
	unknown     []string
	unseen      []string
	manifest    dataset.Manifest
	predictions []evaluate.Prediction
	hasNA       bool
	threshold   float64
	score       evaluate.Score
	epochs      int
	per         int // samples a category and group
}

// standard is a run with all that a report can show.
func standard() *fixture {
	return &fixture{
		known:   []string{"five", "fist", "ok", "one", "pinch", "two"},
		unknown: []string{"idle", "scratch"}, unseen: []string{"point", "thumb", "wave"}, hasNA: true, threshold: 0.4, epochs: 16, per: 7,
	}
}

// build writes the folder and returns the environment of the report stage.
func (f *fixture) build(t *testing.T) pipeline.Env {
	t.Helper()
	f.root = t.TempDir()
	for _, dir := range []string{"ingest/images", "train", "augment", "validate", "report"} {
		f.must(t, os.MkdirAll(filepath.Join(f.root, dir), 0o755))
	}
	f.samples(t)
	f.predict()
	f.results(t)
	f.training(t)
	f.write(t, "augment/preview.png", contactSheet())
	f.write(t, pipeline.LockName, []byte(lockText()))
	return pipeline.Env{
		Name: "report", Root: f.root, Dir: filepath.Join(f.root, "report"), Workers: 2, Key: rng.New(1).With("report"),
	}
}

func (f *fixture) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) write(t *testing.T, name string, data []byte) {
	t.Helper()
	f.must(t, os.WriteFile(filepath.Join(f.root, name), data, 0o644))
}

func (f *fixture) samples(t *testing.T) {
	var out []dataset.Sample
	labels := map[string]int{}
	var pictures [][]byte
	for i := range 17 {
		pictures = append(pictures, picture(fmt.Sprint(i)))
	}
	add := func(p dataset.Partition, names ...string) {
		for _, c := range names {
			if p == dataset.Known {
				labels[c] = len(labels) + 1
			}
			for g, group := range []string{"ann", "bob", "cy", "dan", "eve"} {
				role := []dataset.Role{dataset.Train, dataset.Train, dataset.Validation, dataset.Test, dataset.Test}[g]
				if p == dataset.Unseen && role != dataset.Test {
					role = dataset.Unused
				}
				for i := range f.per {
					s := dataset.Sample{
						ID: fmt.Sprintf("%s-%s-%02d", c, group, i), Category: c, Group: group,
						Partition: p, Role: role, Label: labels[c],
					}
					s.Path = fmt.Sprintf("ingest/images/%d.png", len(out))
					s.Source, s.SHA256 = s.ID+".png", "00"+s.ID
					out = append(out, s)
					if role == dataset.Test {
						f.write(t, s.Path, pictures[len(out)%len(pictures)])
					}
					if role == dataset.Train {
						a := s
						a.ID, a.Parent, a.Path = s.ID+"-a1", s.ID, "augment/"+s.Path
						out = append(out, a)
					}
				}
			}
		}
	}
	add(dataset.Known, f.known...)
	add(dataset.Unknown, f.unknown...)
	add(dataset.Unseen, f.unseen...)
	f.manifest = dataset.New(out)
	f.must(t, f.manifest.Validate())
}

// picture draws a blob on a gradient, in colours that go by the name.
func picture(name string) []byte {
	r := rng.New(3).With(name).Rand()
	const size = 64
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	wall, skin := 90+r.IntN(120), 120+r.IntN(110)
	cx, cy, wide, high := 26+r.IntN(12), 26+r.IntN(12), 9+r.IntN(9), 12+r.IntN(10)
	for y := range size {
		for x := range size {
			c := color.RGBA{uint8(wall - y/3), uint8(wall - x/3), uint8(wall), 255}
			dx, dy := float64(x-cx)/float64(wide), float64(y-cy)/float64(high)
			if dx*dx+dy*dy < 1+0.4*math.Sin(5*math.Atan2(dy, dx)) {
				c = color.RGBA{uint8(skin), uint8(skin * 3 / 4), uint8(skin * 3 / 5), 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return encode(img)
}

func contactSheet() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 8*66, 3*66))
	for i := range 24 {
		cell, err := png.Decode(bytes.NewReader(picture(fmt.Sprint("sheet", i))))
		if err != nil {
			panic(err)
		}
		for y := range 64 {
			for x := range 64 {
				img.Set(i%8*66+1+x, i/8*66+1+y, cell.At(x, y))
			}
		}
	}
	return encode(img)
}

func encode(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// predict invents probabilities: known gestures mostly right, unknown ones
// mostly low, unseen ones in between.
func (f *fixture) predict() {
	for _, s := range f.manifest.Samples {
		if s.Role != dataset.Test && s.Role != dataset.Validation {
			continue
		}
		r := rng.New(5).With(s.ID).Rand()
		p := make([]float32, len(f.known)+1)
		for i := range p {
			p[i] = unit(math.Pow(r.Float64(), 6) * 0.4)
		}
		switch s.Partition {
		case dataset.Known:
			p[s.Label] = unit(1 - math.Pow(r.Float64(), 5)*0.9)
			if r.IntN(14) == 0 {
				p[1+r.IntN(len(f.known))] = unit(0.3 + 0.7*r.Float64())
			}
		case dataset.Unknown:
			if r.IntN(9) == 0 {
				p[1+r.IntN(len(f.known))] = unit(r.Float64())
			}
		case dataset.Unseen:
			p[1+min(len(f.known)-1, r.IntN(3)*r.IntN(3))] = unit(math.Pow(r.Float64(), 2.6))
		}
		f.line(s, p)
	}
}

func unit(v float64) float32 { return float32(min(max(v, 0), 1)) }

func (f *fixture) line(s dataset.Sample, p []float32) {
	if !f.hasNA {
		p = p[1:]
	}
	logits, energy := make([]float32, len(p)), float32(0)
	for i, v := range p {
		logits[i] = 8*v - 4
		energy += v
	}
	o := evaluate.Outputs{Probabilities: p, Logits: logits, Energy: 4 * energy, Distance: 3 - 4*slices.Max(p)}
	d, err := evaluate.Rule{Score: f.score, Threshold: f.threshold, HasNA: f.hasNA}.Decide(o)
	if err != nil {
		panic(err)
	}
	f.predictions = append(f.predictions, evaluate.Prediction{
		ID: s.ID, Role: string(s.Role), Category: s.Category, Outputs: o,
		Outcome: evaluate.Outcome{Kind: evaluate.Kind(s.Partition), Target: s.Label, Group: s.Group, Confidence: float64(slices.Max(p)), Decision: d},
	})
}

func (f *fixture) labels() []string { return append([]string{"na"}, f.known...) }

func (f *fixture) results(t *testing.T) {
	result := evaluate.Result{Schema: evaluate.ResultSchema, Score: f.score, Threshold: f.threshold, HasNA: f.hasNA, Labels: f.labels()}
	var test, validation []evaluate.Outcome
	for _, p := range f.predictions {
		if p.Role == "test" {
			test = append(test, p.Outcome)
		} else {
			validation = append(validation, p.Outcome)
		}
	}
	var err error
	result.Test, err = evaluate.Measure(test, len(f.known))
	f.must(t, err)
	m, err := evaluate.Measure(validation, len(f.known))
	f.must(t, err)
	result.Validation = &m
	result.Scores = []evaluate.ScoreResult{
		{Score: evaluate.MaxProbability, Threshold: 0.4}, {Score: evaluate.Energy, Threshold: 3.25, Calibrated: true},
	}
	b, err := evaluate.NewBootstrap(test, len(f.known))
	f.must(t, err)
	var replicates [][]evaluate.Figure
	for i := range 40 {
		replicates = append(replicates, b.Draw(rng.New(4).WithInt(i).Rand()))
	}
	result.Intervals, err = b.Intervals(&result.Test, replicates, 0.95)
	f.must(t, err)
	var lines, metrics bytes.Buffer
	f.must(t, evaluate.WritePredictions(&lines, f.labels(), f.hasNA, f.predictions))
	f.must(t, result.Write(&metrics))
	f.write(t, "validate/"+evaluate.PredictionsFile, lines.Bytes())
	f.write(t, "validate/"+evaluate.ResultFile, metrics.Bytes())
}

// training writes the files of the train stage with its own types, so that a
// change of their form is noticed here.
func (f *fixture) training(t *testing.T) {
	var history, card bytes.Buffer
	e := json.NewEncoder(&history)
	best := 0
	for i := range f.epochs {
		x := float64(i+1) / float64(f.epochs)
		hit := int(56 * (1 - math.Exp(-3.2*x)) * (1 + 0.04*math.Sin(9*x)))
		f.must(t, e.Encode(trainer.Epoch{
			N: i + 1, Loss: 0.6*math.Exp(-3*x) + 0.02, LearningRate: 0.003 * math.Sin(math.Pi*min(1, 0.1+x*0.9)),
			Validation: trainer.Validation{Loss: 0.55*math.Exp(-2.2*x) + 0.05, Accuracy: evaluate.Proportion{Count: hit, Of: 56}},
			Best:       hit > best,
		}))
		best = max(best, hit)
	}
	f.must(t, json.NewEncoder(&card).Encode(trainer.Card{
		Format: trainer.CardFormat, Arch: "slim-resnet", Size: 64, Labels: f.labels(), Loss: trainer.BCENa,
		Activation: trainer.BCENa.Activation(), Threshold: f.threshold, Epoch: max(1, f.epochs-2),
		Manifest: strings.Repeat("a1", 32), Weights: strings.Repeat("b2", 32),
	}))
	f.write(t, "train/"+trainer.HistoryFile, history.Bytes())
	f.write(t, "train/"+trainer.CardFile, card.Bytes())
}

// lockText is a lock file with a stage that has no part in the result.
func lockText() string {
	var b strings.Builder
	fmt.Fprint(&b, "version: 1\nstages:\n")
	stages := []string{"ingest", "split", "labels", "augment", "train", "validate"}
	for i, s := range stages {
		fmt.Fprintf(&b, "  %s:\n    code: %s/1\n    seed: 7\n    settings: {one: \"%d\", title.text: \"<b>&\"}\n    files: 3\n    output: %s\n", s, s, i, strings.Repeat(fmt.Sprint(i), 64))
		writeUpstream(&b, stages[:i])
	}
	fmt.Fprintf(&b, "  forgotten:\n    code: forgotten/1\n    seed: 9\n    settings: {}\n    files: 0\n    output: x\n")
	return b.String()
}

func writeUpstream(w io.Writer, stages []string) {
	if len(stages) == 0 {
		return
	}
	fmt.Fprint(w, "    upstream:\n")
	for _, s := range stages {
		fmt.Fprintf(w, "      %s: abc\n", s)
	}
}

// cancelled returns a context that has ended.
func cancelled(t *testing.T) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx, cancel
}
