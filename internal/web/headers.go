package web

import (
	"log/slog"
	"net/http"
)

// policy lets a page use its own files, camera pictures in memory, and this
// server; no script in the page, and nothing from elsewhere.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// logged writes a line for each request: at level debug if it went well, without
// the query, which may hold the token.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.o.Now()
		rec := &Recorder{ResponseWriter: w, Status: http.StatusOK}
		next.ServeHTTP(rec, r)
		if s.o.Count != nil {
			s.o.Count(rec.Status)
		}
		level := slog.LevelDebug
		if rec.Status >= 500 {
			level = slog.LevelError
		} else if rec.Status >= 400 {
			level = slog.LevelInfo
		}
		s.o.Log.Log(r.Context(), level, "request", "method", r.Method, "path", r.URL.Path, "status", rec.Status,
			"remote", r.RemoteAddr, "took", s.o.Now().Sub(began))
	})
}

// Recorder notes the status of an answer.
type Recorder struct {
	http.ResponseWriter
	Status int
}

// WriteHeader notes the status.
func (r *Recorder) WriteHeader(status int) {
	r.Status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap gives http.ResponseController the writer behind.
func (r *Recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
