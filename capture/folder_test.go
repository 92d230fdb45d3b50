package capture_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/gesturekit/gesturekit/capture"
	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/ingest"
	"github.com/gesturekit/gesturekit/internal/synth"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/rng"
)

func picture(t testing.TB, number int) []byte {
	t.Helper()
	img, err := synth.Draw(rng.New(3), synth.Default(), "palm", number, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(t testing.TB, dir string) *capture.Folder {
	t.Helper()
	f, err := capture.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// files lists what is below dir, hidden files too.
func files(t testing.TB, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, name)
			out = append(out, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return out
}

const recording = "20261125-183012-k3fa"

// TestNamesStayNames saves under names that look like paths, and has ingest read
// them back.
func TestNamesStayNames(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "below", "captures")
	f := open(t, dir)
	persons := []string{"../../x", "..", `C:\ann`, "con", ".hidden", "50%", "Jürgen", "ann"}
	for i, p := range persons {
		if err := f.Check("palm", p); err != nil {
			t.Errorf("%q: %v", p, err)
		}
		created, err := f.Save(capture.Frame{Category: "palm", Person: p, Recording: recording, Number: 1}, picture(t, i+1))
		if err != nil || !created {
			t.Errorf("%q: %v", p, err)
		}
	}
	if got := files(t, filepath.Dir(filepath.Dir(dir))); len(got) != len(persons) || !strings.HasPrefix(got[0], "below/captures/palm/") {
		t.Errorf("files %q", got)
	}
	o := ingest.Default()
	o.Captures, o.Size = dir, 32
	m, err := ingest.Stage{Options: o}.Run(t.Context(), dataset.Manifest{}, pipeline.Env{Name: "ingest", Root: t.TempDir(), Dir: t.TempDir(), Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	var groups []string
	for _, s := range m.Samples {
		groups = append(groups, s.Group)
	}
	slices.Sort(groups)
	slices.Sort(persons)
	if !slices.Equal(groups, persons) {
		t.Errorf("ingest read %q, want %q", groups, persons)
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	good := capture.Frame{Category: "palm", Person: "Ann", Recording: recording, Number: 1}
	data := picture(t, 1)
	for name, c := range map[string]struct {
		change func(*capture.Frame)
		data   []byte
		want   error
	}{
		"climbing category":  {func(f *capture.Frame) { f.Category = "../x" }, data, capture.ErrName},
		"reserved category":  {func(f *capture.Frame) { f.Category = "Train" }, data, capture.ErrName},
		"na":                 {func(f *capture.Frame) { f.Category = "na" }, data, capture.ErrName},
		"device":             {func(f *capture.Frame) { f.Category = "nul" }, data, capture.ErrName},
		"percent":            {func(f *capture.Frame) { f.Category = "50%" }, data, capture.ErrName},
		"no category":        {func(f *capture.Frame) { f.Category = "" }, data, capture.ErrName},
		"no person":          {func(f *capture.Frame) { f.Person = " " }, data, capture.ErrName},
		"NUL":                {func(f *capture.Frame) { f.Person = "a\x00" }, data, capture.ErrName},
		"long":               {func(f *capture.Frame) { f.Person = strings.Repeat("x", 200) }, data, capture.ErrName},
		"climbing recording": {func(f *capture.Frame) { f.Recording = "../../../x" }, data, capture.ErrName},
		"frame 0":            {func(f *capture.Frame) { f.Number = 0 }, data, capture.ErrName},
		"frame 100000":       {func(f *capture.Frame) { f.Number = 100000 }, data, capture.ErrName},
		"text":               {func(*capture.Frame) {}, []byte("hello"), capture.ErrPicture},
		"cut off":            {func(*capture.Frame) {}, data[:len(data)/2], capture.ErrPicture},
		"GIF":                {func(*capture.Frame) {}, []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"), capture.ErrPicture},
	} {
		frame := good
		c.change(&frame)
		if _, err := f.Save(frame, c.data); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	if got := files(t, dir); got != nil {
		t.Errorf("refused frames left %q", got)
	}
	if _, err := f.Save(good, data); err != nil {
		t.Fatal(err)
	}
	if created, err := f.Save(good, data); err != nil || created {
		t.Errorf("again: %v %v", created, err)
	}
	if _, err := f.Save(good, picture(t, 2)); !errors.Is(err, capture.ErrConflict) {
		t.Errorf("another frame in its place: %v", err)
	}
	if err := f.Check("palm", "Ann"); err != nil {
		t.Error(err)
	}
	// Ingest would refuse these beside what is there.
	if _, err := f.Save(capture.Frame{Category: "größe", Person: "Bob", Recording: recording, Number: 1}, data); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ category, person, want string }{
		{"PALM", "Ann", `"palm"`}, {"palm", "ann", `"Ann"`}, {"fist", "ANN", `"Ann"`}, {"GRÖSSE", "Bob", ""}, {"GRÖßE", "Bob", `"größe"`},
	} {
		frame := capture.Frame{Category: c.category, Person: c.person, Recording: recording, Number: 2}
		_, err := f.Save(frame, data)
		for _, err := range []error{err, f.Check(c.category, c.person)} {
			if want := c.want != ""; errors.Is(err, capture.ErrSpelling) != want || want && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s, %s: %v, want %s", c.category, c.person, err, c.want)
			}
		}
	}
	// The same name, its letters not composed.
	apart := capture.Frame{Category: "gro\u0308ße", Person: "Ju\u0308rgen", Recording: recording, Number: 1}
	if _, err := f.Save(apart, data); err != nil {
		t.Error(err)
	}
	if got, err := f.Read(apart); err != nil || !bytes.Equal(got, data) {
		t.Errorf("reading it: %v", err)
	}
	if err := f.Delete(apart); err != nil {
		t.Errorf("deleting it: %v", err)
	}
}

// TestLinksAreNotFollowed puts a link out of the folder where a category should be.
func TestLinksAreNotFollowed(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	if err := os.Symlink(other, filepath.Join(dir, "palm")); err != nil {
		t.Skip(err)
	}
	f := open(t, dir)
	if _, err := f.Save(capture.Frame{Category: "palm", Person: "ann", Recording: recording, Number: 1}, picture(t, 1)); err == nil {
		t.Error("saved through a link")
	}
	if got := files(t, other); got != nil {
		t.Errorf("files %q", got)
	}
}

// TestFolderGoesAndComes takes the folder away below one program, and has another
// make it anew.
func TestFolderGoesAndComes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "captures")
	f, other := open(t, dir), open(t, dir)
	frame := capture.Frame{Category: "palm", Person: "ann", Recording: recording, Number: 1}
	seen := func(want int) {
		t.Helper()
		got, err := other.List()
		if err != nil || len(got) != want {
			t.Errorf("the other program sees %v %v, want %d recordings", got, err, want)
		}
		if _, err := other.Read(frame); (err == nil) != (want == 1) {
			t.Errorf("the other program reads it with %v", err)
		}
	}
	for range 2 {
		seen(0)
		if created, err := f.Save(frame, picture(t, 1)); err != nil || !created {
			t.Fatalf("saving to a new folder: %v %v", created, err)
		}
		seen(1)
		if err := os.RemoveAll(dir); err != nil {
			t.Skip(err) // where a folder in use cannot be removed
		}
	}
	if err := f.Delete(frame); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("deleting what is gone: %v", err)
	}
}

// TestAtOnce saves from many sides at once and deletes.
func TestAtOnce(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	if err := os.MkdirAll(filepath.Join(dir, "palm", "bob"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"palm/ann-home-1.jpg", "palm/bob/1.jpg", "palm/bob/2.jpg", "top.jpg"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data := picture(t, 1)
	frame := func(i int) capture.Frame {
		return capture.Frame{Category: []string{"palm", "fist"}[i%2], Person: "ann", Recording: recording, Number: 1 + i/2}
	}
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if _, err := f.Save(frame(i/2), data); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range 4 {
		if err := f.Delete(frame(i)); err != nil {
			t.Error(err)
		}
	}
	if err := f.Delete(frame(0)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("deleted twice: %v", err)
	}
	got, err := f.List()
	if err != nil {
		t.Fatal(err)
	}
	ten := []int{3, 4, 5, 6, 7, 8, 9, 10}
	want := []capture.Recording{
		{"fist", "ann", recording, ten, 0}, {"palm", "ann", recording, ten, 0}, {"palm", "", "", []int{}, 1}, {"palm", "bob", "", []int{}, 2},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("list %v, want %v", got, want)
	}
	for i := 4; i < 20; i += 2 {
		if err := f.Delete(frame(i)); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "palm", "ann")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the empty folder stays: %v", err)
	}
}

// TestAPI holds every kind of answer to the OpenAPI document.
func TestAPI(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "captures")
	h, err := capture.Handler(open(t, dir), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	data := picture(t, 1)
	var described routers.Router
	ask := func(method, path string, body []byte, status int) string {
		t.Helper()
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(context.Background(), method, path, bytes.NewReader(body))
		h.ServeHTTP(w, r)
		text, _ := io.ReadAll(w.Body)
		if w.Code != status {
			t.Errorf("%s %s: %d %s, want %d", method, path, w.Code, text, status)
		}
		if described == nil || path == "/" || status == http.StatusMethodNotAllowed {
			return string(text)
		}
		route, params, err := described.FindRoute(r)
		if err != nil {
			t.Fatalf("%s %s: %v", method, path, err)
		}
		err = openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
			RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, Route: route, PathParams: params},
			Status:                 w.Code, Header: w.Header(), Options: &openapi3filter.Options{IncludeResponseStatus: true}, Body: io.NopCloser(bytes.NewReader(text)),
		})
		if err != nil {
			t.Errorf("%s %s: the answer is not as described: %v", method, path, err)
		}
		return string(text)
	}
	doc, err := openapi3.NewLoader().LoadFromData([]byte(ask("GET", "/openapi.json", nil, 200)))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	doc.Servers = nil // the path alone is compared
	if described, err = gorillamux.NewRouter(doc); err != nil {
		t.Fatal(err)
	}
	at := func(person, number string) string {
		return "/v1/captures/frame?" + url.Values{"category": {"palm"}, "person": {person}, "recording": {recording}, "frame": {number}}.Encode()
	}
	ask("GET", "/", nil, 200)
	ask("GET", "/v1/captures", nil, 200)
	ask("PUT", at("../x", "1"), data, http.StatusCreated)
	ask("PUT", at("../x", "1"), data, http.StatusOK)
	ask("PUT", at("../x", "1"), picture(t, 2), http.StatusConflict)
	ask("PUT", at("", "1"), data, http.StatusBadRequest)
	ask("PUT", at("ann", "one"), data, http.StatusBadRequest)
	ask("PUT", at("ann", "1"), data[:100], http.StatusUnprocessableEntity)
	if got := ask("GET", at("../x", "1"), nil, 200); got != string(data) {
		t.Error("the frame that is read is another one")
	}
	ask("GET", at("ann", "1"), nil, http.StatusNotFound)
	ask("GET", at("ann", "0"), nil, http.StatusBadRequest)
	ask("GET", "/healthz", nil, 200)
	ask("GET", "/v1/captures/check?category=palm&person=ann", nil, 200)
	ask("GET", "/v1/captures/check?category=test&person=ann", nil, 400)
	ask("GET", "/v1/captures/check?category=Palm&person=ann", nil, http.StatusConflict)
	ask("PUT", strings.Replace(at("ann", "1"), "palm", "Palm", 1), data, http.StatusConflict)
	var s capture.Summary
	if err := json.Unmarshal([]byte(ask("GET", "/v1/captures", nil, 200)), &s); err != nil {
		t.Fatal(err)
	}
	if s.Categories[0] != (capture.Count{Name: "palm", Count: 1}) || s.Persons[0] != (capture.Count{Name: "../x", Count: 1}) || len(s.Recordings) != 1 {
		t.Errorf("summary %+v", s)
	}
	ask("DELETE", at("../x", "1"), nil, http.StatusNoContent)
	ask("DELETE", at("../x", "1"), nil, http.StatusNotFound)
	ask("POST", at("../x", "1"), nil, http.StatusMethodNotAllowed)
}
