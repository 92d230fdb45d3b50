package serve

import (
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/gesturekit/gesturekit/internal/web"
)

// predict answers POST /v1/predict: a picture in, a Prediction out.
func (s *Service) predict(w http.ResponseWriter, r *http.Request) {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "image/jpeg" && t != "image/png" {
		s.metrics.pictures.WithLabelValues("invalid").Inc()
		web.Fail(w, http.StatusUnsupportedMediaType, "content type %q: want image/jpeg or image/png, and the picture as the body", r.Header.Get("Content-Type"))
		return
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		s.metrics.pictures.WithLabelValues("invalid").Inc()
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			web.Fail(w, http.StatusRequestEntityTooLarge, "the picture has more than %d bytes: send a smaller one", tooLarge.Limit)
			return
		}
		web.Fail(w, http.StatusBadRequest, "the picture did not arrive whole: %v", err)
		return
	}
	p, err := s.evaluate(r.Context(), data)
	switch {
	case errors.Is(err, errPicture):
		web.Fail(w, http.StatusUnprocessableEntity, "%v", err)
	case errors.Is(err, errBusy):
		w.Header().Set("Retry-After", "1")
		web.Fail(w, http.StatusServiceUnavailable, "%v", err)
	case err != nil:
		s.log.Error("predict", "error", err)
		web.Fail(w, http.StatusInternalServerError, "the model failed: %v", err)
	default:
		web.Answer(w, http.StatusOK, p)
	}
}
