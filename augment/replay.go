package augment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/pixel"
)

// Render writes what the trace makes of src as a JPEG of the given quality. The
// stage writes its variants so; rendering a variant's trace on its parent's
// picture, as the same codec decodes it, gives the variant's bytes again.
func Render(w io.Writer, t Trace, src *image.RGBA, codec pixel.Codec, quality int) error {
	return (&renderer{codec: codec}).render(w, t, src, quality)
}

// renderer holds what one goroutine reuses from picture to picture.
type renderer struct {
	codec   pixel.Codec
	scratch Scratch
	dst     *image.RGBA
}

func (r *renderer) render(w io.Writer, t Trace, src *image.RGBA, quality int) error {
	if r.dst == nil || r.dst.Rect != src.Rect {
		r.dst = image.NewRGBA(src.Rect)
	}
	if err := t.Apply(r.dst, src, &r.scratch); err != nil {
		return err
	}
	return r.codec.EncodeJPEG(w, r.dst, quality)
}

// Replay rebuilds the variants from their parents, samples of m, and their
// traces, and compares the bytes with their files below env.Root. It reports
// every variant that differs or cannot be rebuilt, up to 20 in words, in
// dataset.ErrInvalid. It writes nothing.
func Replay(ctx context.Context, m dataset.Manifest, variants []dataset.Sample, codec pixel.Codec, quality int, env pipeline.Env) error {
	byParent := map[string][]dataset.Sample{}
	for _, v := range variants {
		byParent[v.Parent] = append(byParent[v.Parent], v)
	}
	parents := m.Select(func(s *dataset.Sample) bool { return byParent[s.ID] != nil }).Samples
	var done atomic.Int64
	pool := sync.Pool{New: func() any { return &renderer{codec: codec} }}
	found, err := pipeline.Each(ctx, env.Workers, parents, func(_ context.Context, p dataset.Sample) ([]error, error) {
		r := pool.Get().(*renderer)
		defer pool.Put(r)
		faults := r.replay(&p, byParent[p.ID], quality, env)
		env.Report(int(done.Add(1)), len(parents), "images")
		return faults, nil
	})
	if err != nil {
		return err
	}
	var faults []error
	for _, f := range found {
		faults = append(faults, f...)
	}
	if len(faults) == 0 {
		return nil
	}
	const most = 20
	if n := len(faults) - most; n > 0 {
		faults = append(faults[:most:most], fmt.Errorf("and %d more", n))
	}
	return fmt.Errorf("%w: %w", dataset.ErrInvalid, errors.Join(faults...))
}

// replay returns what is wrong with the variants of one parent.
func (r *renderer) replay(p *dataset.Sample, variants []dataset.Sample, quality int, env pipeline.Env) (faults []error) {
	src, _, err := r.codec.ReadFile(env.Image(p), pixel.DefaultLimits())
	for i := range variants {
		v := &variants[i]
		fault := err
		if fault == nil {
			fault = r.same(src, p, v, quality, env)
		}
		if fault != nil {
			faults = append(faults, fmt.Errorf("replay %s: %w", v.ID, fault))
		}
	}
	return faults
}

// same reports in which way a variant's file is not what its trace makes of src.
func (r *renderer) same(src *image.RGBA, p, v *dataset.Sample, quality int, env pipeline.Env) error {
	t, err := ParseTrace(v.Trace)
	if err != nil {
		return err
	}
	var made bytes.Buffer
	if err := r.render(&made, t, src, quality); err != nil {
		return err
	}
	file, err := os.ReadFile(env.Image(v))
	if err != nil {
		return err
	}
	if !bytes.Equal(file, made.Bytes()) {
		return fmt.Errorf("%s is not what its trace makes of %s: one of the two or the trace was changed; run gesturekit augment --force", env.Image(v), env.Image(p))
	}
	return nil
}
