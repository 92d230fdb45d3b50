package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/gesturekit/gesturekit/capture"
	"github.com/gesturekit/gesturekit/internal/web"
	"github.com/gesturekit/gesturekit/pixel"
	"github.com/gesturekit/gesturekit/serve"
)

// document reads the OpenAPI document that the server serves.
func document(t *testing.T, url string) (*openapi3.T, routers.Router) {
	t.Helper()
	_, data := do(t, "GET", url+"openapi.json", nil, nil)
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	doc.Servers = nil // the path alone is compared
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return doc, router
}

// TestAnswersAreAsDescribed holds every kind of answer to the OpenAPI document.
func TestAnswersAreAsDescribed(t *testing.T) {
	folder, err := capture.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { folder.Close() })
	s := start(t, untrained(t, "tiny", 32), func(o *serve.Options, _ *web.Options) { o.Captures = folder })
	_, router := document(t, s.url)
	img := picture(t, "peace", 1, 1)
	jpg := asJPEG(t, img)
	for name, c := range map[string]struct {
		method, path, kind string
		body               []byte
		header             map[string]string
		status             int
		want               string
	}{
		"jpeg":         {"POST", "v1/predict", "image/jpeg", jpg, nil, 200, `"best":"`},
		"png":          {"POST", "v1/predict", "image/png", asPNG(t, img), nil, 200, `"logit":`},
		"parameter":    {"POST", "v1/predict", "image/jpeg; x=y", jpg, nil, 200, `"threshold":0.4`},
		"model":        {"GET", "v1/model", "", nil, nil, 200, `"labels":["na","fist","palm","peace"],"size":32,"arch":"tiny"`},
		"health":       {"GET", "healthz", "", nil, nil, 200, `{"status":"ok"}`},
		"captures":     {"GET", "v1/captures", "", nil, nil, 200, `"recordings":[]`},
		"no frame":     {"DELETE", "v1/captures/frame?category=a&person=b&recording=20261125-183012-k3fa&frame=1", "", nil, nil, 404, "no such frame"},
		"metrics":      {"GET", "metrics", "", nil, nil, 200, "gesturekit_pictures_total"},
		"no type":      {"POST", "v1/predict", "", jpg, nil, 415, "want image/jpeg or image/png"},
		"form":         {"POST", "v1/predict", "multipart/form-data; boundary=x", jpg, nil, 415, "want image/jpeg or image/png"},
		"empty":        {"POST", "v1/predict", "image/jpeg", nil, nil, 422, "the file is empty"},
		"text":         {"POST", "v1/predict", "image/jpeg", []byte("hello"), nil, 422, "not an image"},
		"cut off":      {"POST", "v1/predict", "image/jpeg", jpg[:len(jpg)/2], nil, 422, "cut off"},
		"gif":          {"POST", "v1/predict", "image/png", []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"), nil, 422, "want JPEG or PNG"},
		"huge":         {"POST", "v1/predict", "image/png", asPNG(t, image.NewGray(image.Rect(0, 0, 8000, 2000))), nil, 422, "8000x2000"},
		"too long":     {"POST", "v1/predict", "image/jpeg", make([]byte, 8<<20+1), nil, 413, "more than 8388608 bytes"},
		"other origin": {"POST", "v1/predict", "image/jpeg", jpg, map[string]string{"Origin": "https://evil.example"}, 403, "another origin"},
		"no websocket": {"GET", "v1/stream", "", nil, nil, 426, "connect with one"},
	} {
		if c.header == nil {
			c.header = map[string]string{}
		}
		if c.kind != "" {
			c.header["Content-Type"] = c.kind
		}
		answer, body := do(t, c.method, s.url+c.path, c.body, c.header)
		if answer.StatusCode != c.status || !strings.Contains(string(body), c.want) {
			t.Errorf("%s: status %d, %s; want %d with %q", name, answer.StatusCode, body, c.status, c.want)
		}
		r, _ := http.NewRequest(c.method, "/"+c.path, nil)
		route, params, err := router.FindRoute(r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		in := &openapi3filter.RequestValidationInput{Request: r, Route: route, PathParams: params}
		err = openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
			RequestValidationInput: in, Status: answer.StatusCode, Header: answer.Header, Options: &openapi3filter.Options{IncludeResponseStatus: true},
			Body: readCloser{bytes.NewReader(body)},
		})
		if err != nil {
			t.Errorf("%s: the answer is not as described: %v\n%s", name, err, body)
		}
	}
	for _, path := range []string{"nothing", "v1/nothing", "page/index.html"} {
		if answer, body := do(t, "GET", s.url+path, nil, nil); answer.StatusCode != 404 || !strings.Contains(string(body), `"error":"there is nothing at /`) {
			t.Errorf("%s: %d %s", path, answer.StatusCode, body)
		}
	}
	if answer, body := do(t, "DELETE", s.url+"v1/predict", nil, nil); answer.StatusCode != 405 || answer.Header.Get("Allow") != "POST" || !strings.Contains(string(body), "want POST") {
		t.Errorf("DELETE: %d %s", answer.StatusCode, body)
	}
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

// TestSameAsTraining compares the answer with the network's outputs for the
// picture that ingest would make.
func TestSameAsTraining(t *testing.T) {
	m := untrained(t, "tiny", 32)
	s := start(t, m, nil)
	p, err := m.NewPredictor(1, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for i, category := range []string{"fist", "palm", "idle"} {
		data := asJPEG(t, picture(t, category, 1+i, 1))
		_, body := do(t, "POST", s.url+"v1/predict", data, map[string]string{"Content-Type": "image/jpeg"})
		var got serve.Prediction
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatal(err)
		}
		square, _, err := pixel.Codec{}.DecodeSquare(data, pixel.DefaultLimits(), 32, pixel.Crop)
		if err != nil {
			t.Fatal(err)
		}
		var file bytes.Buffer
		if err := pixel.EncodeJPEG(&file, square, 95); err != nil {
			t.Fatal(err)
		}
		img, _, err := pixel.Decode(file.Bytes(), pixel.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		rows, err := p.Outputs([]*image.RGBA{img})
		if err != nil {
			t.Fatal(err)
		}
		d, err := m.Rule().Decide(rows[0])
		if err != nil {
			t.Fatal(err)
		}
		if got.Label != m.Labels[d.Label] || got.Best != m.Labels[d.Argmax] || got.Score != d.Score {
			t.Errorf("%s: got %+v, want %+v", category, got, d)
		}
		for k, l := range got.Labels[len(got.Labels)-len(rows[0].Logits):] {
			if l.Logit != rows[0].Logits[k] || l.Probability != rows[0].Probabilities[k] {
				t.Errorf("%s: %+v, want %v and %v", category, l, rows[0].Logits[k], rows[0].Probabilities[k])
			}
		}
	}
	do(t, "POST", s.url+"v1/predict", nil, map[string]string{"Origin": "https://evil.example"})
	_, text := do(t, "GET", s.url+"metrics", nil, nil)
	for _, want := range []string{`gesturekit_pictures_total{outcome="answered"} 3`, `gesturekit_http_requests_total{code="200"} 3`, `gesturekit_http_requests_total{code="403"} 1`, `gesturekit_picture_seconds_count{part="predict"} 3`, "go_goroutines"} {
		if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(want)).Match(text) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}
