// Package serve recognises gestures live: a page with the camera's picture and
// what the model makes of it, frames over a WebSocket, and an API for programs.
//
// A picture is decoded, squared and evaluated as in training. It leaves no trace:
// nothing is stored unless the user saves a frame under a category, which puts it
// among the captures. Package web decides who may ask.
package serve

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gesturekit/gesturekit/capture"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/internal/web"
	"github.com/gesturekit/gesturekit/pixel"
	"github.com/gesturekit/gesturekit/trainer"
)

//go:embed page
var page embed.FS

// openapi describes the API.
//
//go:embed openapi.json
var openapi []byte

// Options steer a Service.
type Options struct {
	Codec    pixel.Codec
	Fit      pixel.Fit       // as in the ingest that made the model's training images
	Quality  int             // likewise
	Workers  int             // pictures evaluated at the same time, from 1
	Smooth   Smoothing       // of a new stream
	Captures *capture.Folder // where the page saves frames; nil for nowhere
	Log      *slog.Logger
	Now      func() time.Time
}

// Service answers for one model.
type Service struct {
	o       Options
	model   *trainer.Model
	pool    *recogniser
	metrics *metrics
	log     *slog.Logger
	ctx     context.Context // ends the streams
	streams sync.WaitGroup
	open    atomic.Int64 // streams
	handler http.Handler
}

// New prepares a service. When ctx ends, so do its streams; Close waits for them.
func New(ctx context.Context, model *trainer.Model, o Options) (*Service, error) {
	if o.Workers < 1 {
		return nil, fmt.Errorf("serve: %d workers, want 1 or more", o.Workers)
	}
	if err := o.Smooth.Validate(); err != nil {
		return nil, fmt.Errorf("serve: %w", err)
	}
	pool, err := newRecogniser(o, model)
	if err != nil {
		return nil, fmt.Errorf("serve: %w", err)
	}
	s := &Service{o: o, model: model, pool: pool, log: o.Log, ctx: ctx, metrics: newMetrics(model.Labels)}
	if s.handler, err = s.routes(); err != nil {
		return nil, errors.Join(err, pool.close())
	}
	return s, nil
}

func (s *Service) routes() (http.Handler, error) {
	mux := http.NewServeMux()
	files, err := fs.Sub(page, "page")
	if err != nil {
		return nil, err
	}
	if err := web.Pages(mux, files); err != nil {
		return nil, err
	}
	mux.HandleFunc("GET /v1/model", func(w http.ResponseWriter, r *http.Request) {
		web.Answer(w, http.StatusOK, describe(s.model, s.o))
	})
	document := openapi
	if s.o.Captures != nil {
		if document, err = join(openapi, capture.Description()); err != nil {
			return nil, err
		}
	}
	web.Describe(mux, document)
	mux.HandleFunc("POST /v1/predict", s.predict)
	mux.HandleFunc("GET /v1/stream", s.stream)
	mux.Handle("GET /metrics", s.metrics.handler())
	if s.o.Captures != nil {
		capture.Routes(mux, s.o.Captures, s.log)
	}
	return web.Whole(mux), nil
}

// ServeHTTP answers a request.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close waits for the streams, which end with the context of New, and ends the
// predictors. No other request may be running.
func (s *Service) Close() error {
	s.streams.Wait()
	return s.pool.close()
}

// evaluate decides about a single picture by the model's own rule.
func (s *Service) evaluate(ctx context.Context, data []byte) (Prediction, error) {
	o, t, err := s.recognise(ctx, data, true)
	if err != nil {
		return Prediction{}, err
	}
	p, err := decide(s.model, s.model.Rule(), o)
	p.Milliseconds = Timing{milliseconds(t.Wait), milliseconds(t.Decode), milliseconds(t.Predict)}
	s.metrics.labels.WithLabelValues(p.Label).Inc()
	return p, err
}

// recognise evaluates a picture and counts it.
func (s *Service) recognise(ctx context.Context, data []byte, single bool) (evaluate.Outputs, took, error) {
	o, t, err := s.pool.recognise(ctx, data, single)
	switch {
	case errors.Is(err, errPicture):
		s.metrics.pictures.WithLabelValues("invalid").Inc()
	case err != nil:
		s.metrics.pictures.WithLabelValues("failed").Inc()
	default:
		s.metrics.pictures.WithLabelValues("answered").Inc()
		s.metrics.took(t)
	}
	return o, t, err
}
