package augment

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/pixel"
)

// PreviewFile is the contact sheet that the stage writes.
const PreviewFile = "preview.png"

// Stage writes variants of the train images, images/<category>/<id>-a<copy>.jpg,
// and the contact sheet. Only train samples are augmented; a variant inherits
// its capture, group, partition, role and label.
type Stage struct {
	Options Options
	Codec   pixel.Codec
}

// Name returns "augment".
func (Stage) Name() string { return "augment" }

// Version identifies the ops and the codec.
func (s Stage) Version() string { return "augment/3 " + s.Codec.Identity() }

// Settings returns the options with the steps in place of a preset's name.
func (s Stage) Settings() any {
	s.Options.Recipe.name = ""
	return s.Options
}

// Inputs returns nil.
func (Stage) Inputs() []string { return nil }

// Run returns the manifest with the variants. What an interrupted run wrote is
// taken as it is.
func (s Stage) Run(ctx context.Context, in dataset.Manifest, env pipeline.Env) (dataset.Manifest, error) {
	if err := s.Options.Validate(); err != nil {
		return in, err
	}
	parents := in.Select(func(p *dataset.Sample) bool { return p.Role == dataset.Train && p.Parent == "" }).Samples
	if err := s.preview(parents, env); err != nil {
		return in, err
	}
	meanings, err := s.mirrored(in)
	if err != nil || s.Options.Copies == 0 {
		return in, err
	}
	for _, c := range folders(parents, meanings) {
		if err := os.MkdirAll(filepath.Join(env.Dir, "images", c), 0o755); err != nil {
			return in, fmt.Errorf("make the variants' folder: %w", err)
		}
	}
	var done atomic.Int64
	pool := sync.Pool{New: func() any {
		return &worker{options: s.Options, meanings: meanings, env: env, renderer: renderer{codec: s.Codec}}
	}}
	made, err := pipeline.Each(ctx, env.Workers, parents, func(_ context.Context, p dataset.Sample) ([]dataset.Sample, error) {
		w := pool.Get().(*worker)
		defer pool.Put(w)
		v, err := w.variants(&p)
		env.Report(int(done.Add(1)), len(parents), "images")
		return v, err
	})
	if err != nil {
		return in, err
	}
	out := in.Clone().Samples
	for _, v := range made {
		out = append(out, v...)
	}
	return dataset.New(out), nil
}

// mirrored returns what the flipped samples of each category are.
func (s Stage) mirrored(in dataset.Manifest) (map[string]meaning, error) {
	if !s.Options.Recipe.Uses("flip") {
		return nil, nil
	}
	return s.Options.Mirror.meanings(in)
}

// folders returns the categories of the parents and of their mirror images.
func folders(parents []dataset.Sample, meanings map[string]meaning) []string {
	all := dataset.New(parents).Categories()
	for _, c := range all {
		if m, ok := meanings[c]; ok && m.category != c {
			all = append(all, m.category)
		}
	}
	return all
}

// worker holds what one goroutine reuses from picture to picture.
type worker struct {
	options  Options
	meanings map[string]meaning
	env      pipeline.Env
	trace    Trace
	renderer
}

// draw draws the trace of a variant and returns the variant's line.
func (w *worker) draw(p *dataset.Sample, k int) dataset.Sample {
	w.trace = w.options.Recipe.Draw(w.trace[:0], w.env.Key.With(p.ID).WithInt(k))
	v := *p
	w.trace, v.Category = w.options.Mirror.Apply(w.trace, p.Category)
	if v.Category != p.Category {
		m := w.meanings[p.Category]
		v.Partition, v.Label = m.partition, m.label
	}
	v.Parent = p.ID
	v.ID = fmt.Sprintf("%s-a%d", p.ID, k)
	v.Path = path.Join("augment", "images", v.Category, v.ID+".jpg")
	v.Trace = json.RawMessage(w.trace.String())
	return v
}

// variants writes the variants of a sample and returns their lines. The sample
// is decoded at most once.
func (w *worker) variants(p *dataset.Sample) ([]dataset.Sample, error) {
	var src *image.RGBA
	out := make([]dataset.Sample, 0, w.options.Copies)
	for k := 1; k <= w.options.Copies; k++ {
		v := w.draw(p, k)
		out = append(out, v)
		name := filepath.Join(w.env.Dir, "images", v.Category, v.ID+".jpg")
		if _, err := os.Stat(name); err == nil {
			continue
		}
		if src == nil {
			var err error
			if src, _, err = w.codec.ReadFile(w.env.Image(p), pixel.DefaultLimits()); err != nil {
				return nil, fmt.Errorf("augment sample %s: %w", p.ID, err)
			}
		}
		if err := w.write(name, src); err != nil {
			return nil, fmt.Errorf("augment sample %s, copy %d, trace %s: %w", p.ID, k, w.trace, err)
		}
	}
	return out, nil
}

// write applies the trace to src and writes the result.
func (w *worker) write(name string, src *image.RGBA) error {
	return atomicfile.Write(name, func(out io.Writer) error {
		return w.render(out, w.trace, src, w.options.Quality)
	})
}

// Examples returns the samples to show in a contact sheet: the first of each of
// the first six categories that occur.
func Examples(samples []dataset.Sample) []dataset.Sample {
	const most = 6
	var out []dataset.Sample
	seen := map[string]bool{}
	for _, s := range samples {
		if !seen[s.Category] && len(out) < most {
			seen[s.Category] = true
			out = append(out, s)
		}
	}
	return out
}

// preview writes the contact sheet.
func (s Stage) preview(parents []dataset.Sample, env pipeline.Env) error {
	var pictures []*image.RGBA
	for _, p := range Examples(parents) {
		img, _, err := s.Codec.ReadFile(env.Image(&p), pixel.DefaultLimits())
		if err != nil {
			return fmt.Errorf("preview sample %s: %w", p.ID, err)
		}
		pictures = append(pictures, img)
	}
	sheet, err := Sheet(s.Options.Recipe, env.Key.With("preview"), pictures)
	if err != nil {
		return fmt.Errorf("preview: %w", err)
	}
	return atomicfile.Write(filepath.Join(env.Dir, PreviewFile), func(out io.Writer) error {
		return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(out, sheet)
	})
}
