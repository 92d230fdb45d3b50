package main

import (
	"bytes"
	"image"
	"os"

	"github.com/gesturekit/gesturekit/augment"
	"github.com/gesturekit/gesturekit/config"
	"github.com/gesturekit/gesturekit/pixel"
)

// endToEnd decodes a JPEG, makes a square of it, applies a trace and encodes
// the result, as ingest and augment do.
type endToEnd struct {
	codec   pixel.Codec
	files   [][]byte
	traces  []augment.Trace
	quality int
	dst     *image.RGBA
	out     bytes.Buffer
	scratch augment.Scratch
}

func loadJPEGs(q request) (work, error) {
	w := &endToEnd{quality: q.Quality, dst: image.NewRGBA(image.Rect(0, 0, q.Side, q.Side))}
	var err error
	if w.codec, err = config.OpenCodec(q.Codec); err != nil {
		return nil, err
	}
	for _, name := range q.JPEGs {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		w.files = append(w.files, data)
	}
	w.traces, err = parse(q.Traces)
	return w, err
}

func (w *endToEnd) run(i int) error {
	src, _, err := w.codec.DecodeSquare(w.files[i%len(w.files)], pixel.DefaultLimits(), w.dst.Rect.Dx(), pixel.Stretch)
	if err != nil {
		return err
	}
	if err := w.traces[i%len(w.traces)].Apply(w.dst, src, &w.scratch); err != nil {
		return err
	}
	w.out.Reset()
	return w.codec.EncodeJPEG(&w.out, w.dst, w.quality)
}

func (w *endToEnd) result() []byte { return w.out.Bytes() }
