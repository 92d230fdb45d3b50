package web

import (
	"embed"
	"io/fs"
	"net/http"
)

// shared is what all pages use: one look, the camera, and the outbox.
//
//go:embed shared
var shared embed.FS

// Pages adds the files of page at /, with index.html for /, the shared ones below
// /shared/, and HealthPath.
func Pages(mux *http.ServeMux, page fs.FS) error {
	files := http.FileServerFS(page)
	mux.Handle("GET /{$}", fresh(files))
	mux.Handle("GET /shared/", fresh(http.FileServerFS(shared)))
	mux.HandleFunc("GET "+HealthPath, func(w http.ResponseWriter, r *http.Request) { Answer(w, http.StatusOK, Health{"ok"}) })
	names, err := fs.Glob(page, "*")
	for _, n := range names {
		mux.Handle("GET /"+n, fresh(files))
	}
	return err
}

// Describe adds an OpenAPI document at /openapi.json.
func Describe(mux *http.ServeMux, document []byte) {
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(document) // an error means that the client has gone
	})
}

// Whole returns a handler that answers like mux, and as a Problem where mux has
// nothing, or not by that method.
func Whole(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		refusal := &discarded{header: http.Header{}, status: http.StatusOK}
		mux.ServeHTTP(refusal, r)
		if refusal.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", refusal.header.Get("Allow"))
			Fail(w, refusal.status, "%s is not for %s: want %s", r.URL.Path, r.Method, refusal.header.Get("Allow"))
			return
		}
		Fail(w, http.StatusNotFound, "there is nothing at %s", r.URL.Path)
	})
}

// discarded keeps the status and headers of an answer.
type discarded struct {
	header http.Header
	status int
}

// Header returns the headers.
func (d *discarded) Header() http.Header { return d.header }

// WriteHeader keeps the status.
func (d *discarded) WriteHeader(status int) { d.status = status }

// Write drops the body.
func (d *discarded) Write(p []byte) (int, error) { return len(p), nil }

// Health is the answer at HealthPath.
type Health struct {
	Status string `json:"status"` // "ok"
}

// fresh has browsers ask each time, since a new program has new pages under the
// same names.
func fresh(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		next.ServeHTTP(w, r)
	})
}
