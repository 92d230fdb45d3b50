package capture

import (
	"cmp"
	"embed"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/gesturekit/gesturekit/internal/web"
)

//go:embed page
var page embed.FS

// openapi describes the API.
//
//go:embed openapi.json
var openapi []byte

// Summary is the answer of GET /v1/captures.
type Summary struct {
	Folder     string      `json:"folder"`
	Categories []Count     `json:"categories"`
	Persons    []Count     `json:"persons"`
	Recordings []Recording `json:"recordings"`
}

// Count says how many captures a category or person has.
type Count struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// Handler serves the page and the API of a folder.
func Handler(f *Folder, log *slog.Logger) (http.Handler, error) {
	mux := http.NewServeMux()
	files, err := fs.Sub(page, "page")
	if err != nil {
		return nil, err
	}
	if err := web.Pages(mux, files); err != nil {
		return nil, err
	}
	Routes(mux, f, log)
	web.Describe(mux, openapi)
	return web.Whole(mux), nil
}

// Description returns the OpenAPI document of what Routes adds.
func Description() []byte { return openapi }

// Routes adds the API of a folder.
func Routes(mux *http.ServeMux, f *Folder, log *slog.Logger) {
	for pattern, handler := range (api{f, log}).routes() {
		mux.HandleFunc(pattern, handler)
	}
}

func (a api) routes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /v1/captures":          a.list,
		"GET /v1/captures/check":    a.check,
		"PUT /v1/captures/frame":    a.save,
		"GET /v1/captures/frame":    a.read,
		"DELETE /v1/captures/frame": a.remove,
	}
}

type api struct {
	folder *Folder
	log    *slog.Logger
}

func (a api) list(w http.ResponseWriter, r *http.Request) {
	all, err := a.folder.List()
	if err != nil {
		a.fail(w, err)
		return
	}
	s := Summary{Folder: a.folder.dir, Recordings: []Recording{}}
	categories, persons := map[string]int{}, map[string]int{}
	for _, r := range all {
		n := len(r.Frames) + r.Others
		categories[r.Category] += n
		if r.Person != "" {
			persons[r.Person] += n
		}
		s.Recordings = append(s.Recordings, r)
	}
	s.Categories, s.Persons = counts(categories), counts(persons)
	web.Answer(w, http.StatusOK, s)
}

func counts(of map[string]int) []Count {
	out := []Count{}
	for _, name := range slices.SortedFunc(maps.Keys(of), cmp.Compare[string]) {
		out = append(out, Count{name, of[name]})
	}
	return out
}

func (a api) check(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if err := a.folder.Check(q.Get("category"), q.Get("person")); err != nil {
		a.fail(w, err)
		return
	}
	web.Answer(w, http.StatusOK, web.Health{Status: "ok"})
}

func named(r *http.Request) Frame {
	q := r.URL.Query()
	n, err := strconv.Atoi(q.Get("frame"))
	if err != nil {
		n = 0 // which is out of range
	}
	return Frame{q.Get("category"), q.Get("person"), q.Get("recording"), n}
}

func (a api) save(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			web.Fail(w, http.StatusRequestEntityTooLarge, "the frame has more than %d bytes", tooLarge.Limit)
			return
		}
		web.Fail(w, http.StatusBadRequest, "the frame did not arrive whole: %v", err)
		return
	}
	frame := named(r)
	created, err := a.folder.Save(frame, data)
	switch {
	case errors.Is(err, fs.ErrNotExist): // something went while it was written: worth another try
		a.log.Error("captures", "error", err)
		web.Fail(w, http.StatusInternalServerError, "%v", err)
	case err != nil:
		a.fail(w, err)
	case created:
		a.log.Info("saved", "category", frame.Category, "person", frame.Person, "recording", frame.Recording, "frame", frame.Number)
		web.Answer(w, http.StatusCreated, frame)
	default:
		web.Answer(w, http.StatusOK, frame)
	}
}

func (a api) read(w http.ResponseWriter, r *http.Request) {
	data, err := a.folder.Read(named(r))
	if err != nil {
		a.fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Write(data) // an error means that the client has gone
}

func (a api) remove(w http.ResponseWriter, r *http.Request) {
	frame := named(r)
	if err := a.folder.Delete(frame); err != nil {
		a.fail(w, err)
		return
	}
	a.log.Info("deleted", "category", frame.Category, "person", frame.Person, "recording", frame.Recording, "frame", frame.Number)
	w.WriteHeader(http.StatusNoContent)
}

// fail maps errors to statuses.
func (a api) fail(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, ErrName):
		status = http.StatusBadRequest
	case errors.Is(err, ErrPicture):
		status = http.StatusUnprocessableEntity
	case errors.Is(err, ErrConflict), errors.Is(err, ErrSpelling):
		status = http.StatusConflict
	case errors.Is(err, fs.ErrNotExist):
		web.Fail(w, http.StatusNotFound, "there is no such frame")
		return
	default:
		a.log.Error("captures", "error", err)
	}
	web.Fail(w, status, "%v", err)
}
