package serve

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what GET /metrics shows, in a registry of the service's own.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	pictures *prometheus.CounterVec
	labels   *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	streams  prometheus.Gauge
}

func newMetrics(labels []string) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "gesturekit_http_requests_total", Help: "HTTP requests by status; a stream is one."}, []string{"code"}),
		pictures: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "gesturekit_pictures_total", Help: "Pictures by what became of them; a stream drops those that a newer one overtakes."}, []string{"outcome"}),
		labels:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "gesturekit_predictions_total", Help: "Predictions of single pictures by label."}, []string{"label"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "gesturekit_picture_seconds", Help: "Where the time for a picture goes: waiting for a core, decoding, the network.",
			Buckets: []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1},
		}, []string{"part"}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{Name: "gesturekit_streams", Help: "Open streams."}),
	}
	m.registry.MustRegister(m.requests, m.pictures, m.labels, m.seconds, m.streams,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, o := range []string{"answered", "dropped", "invalid", "failed"} {
		m.pictures.WithLabelValues(o)
	}
	for _, l := range labels {
		m.labels.WithLabelValues(l)
	}
	return m
}

func (m *metrics) took(t took) {
	m.seconds.WithLabelValues("wait").Observe(t.Wait.Seconds())
	m.seconds.WithLabelValues("decode").Observe(t.Decode.Seconds())
	m.seconds.WithLabelValues("predict").Observe(t.Predict.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Count counts an answer by its status. Give it to package web, which also refuses.
func (s *Service) Count(status int) { s.metrics.requests.WithLabelValues(strconv.Itoa(status)).Inc() }
