package serve_test

import (
	"context"
	"encoding/json"
	"image"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/gesturekit/gesturekit/internal/web"
	"github.com/gesturekit/gesturekit/serve"
)

// dial opens a stream.
func dial(t testing.TB, url string) *websocket.Conn {
	t.Helper()
	c, _, err := websocket.Dial(context.Background(), strings.Replace(url, "http", "ws", 1)+"v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.CloseNow() })
	return c
}

func send(t testing.TB, c *websocket.Conn, kind websocket.MessageType, data []byte) {
	t.Helper()
	if err := c.Write(context.Background(), kind, data); err != nil {
		t.Fatal(err)
	}
}

func receive(t testing.TB, c *websocket.Conn) (a serve.StreamAnswer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, data, err := c.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &a); err != nil {
		t.Fatalf("%v: %s", err, data)
	}
	return a
}

func TestStream(t *testing.T) {
	s := start(t, untrained(t, "tiny", 32), nil)
	doc, _ := document(t, s.url)
	c := dial(t, s.url)
	text := func(m string) { send(t, c, websocket.MessageText, []byte(m)) }
	jpg := asJPEG(t, picture(t, "peace", 1, 1))

	send(t, c, websocket.MessageBinary, jpg)
	first := receive(t, c)
	_, body := do(t, "POST", s.url+"v1/predict", jpg, map[string]string{"Content-Type": "image/jpeg"})
	var same serve.Prediction
	if err := json.Unmarshal(body, &same); err != nil {
		t.Fatal(err)
	}
	if first.Frame != 1 || first.Error != "" || first.Score != same.Score || first.Best != same.Best || first.Steady != same.Label || len(first.Labels) != len(same.Labels) {
		t.Errorf("got %+v, want as POST %+v", first, same)
	}

	// A threshold above the score makes na of the same frame, one below a gesture.
	text(`{"threshold": 1}`)
	if a := receive(t, c); a.Frame != 1 || a.Label != "na" || a.Steady != "na" || a.Threshold != 1 {
		t.Errorf("at threshold 1: %+v", a)
	}
	text(`{"threshold": 0}`)
	if a := receive(t, c); a.Label != first.Best || a.Steady != first.Best {
		t.Errorf("at threshold 0: %+v", a)
	}
	// One frame is not enough for two of three, a second is.
	text(`{"smooth": {"need": 2, "of": 3}}`)
	if a := receive(t, c); a.Steady != "na" || a.Label != first.Best || *a.Smooth != (serve.Smoothing{Need: 2, Of: 3}) {
		t.Errorf("2 of 3 after a frame: %+v", a)
	}
	send(t, c, websocket.MessageBinary, jpg)
	if a := receive(t, c); a.Frame != 2 || a.Steady != first.Best {
		t.Errorf("2 of 3 after two frames: %+v", a)
	}
	// Faults are told, and the stream goes on with the settings that it had.
	for message, want := range map[string]string{
		"no JSON":                               "want JSON such as",
		`{"threshold": 2}`:                      "want a number in [0, 1]",
		`{"smooth": {"need": 4, "of": 3}}`:      "smoothing by 4 of 3 frames",
		`{"threshold": 1, "smooth": {"of": 0}}`: "smoothing by 0 of 0 frames",
	} {
		text(message)
		if a := receive(t, c); !strings.Contains(a.Error, want) || a.Prediction != nil {
			t.Errorf("%s: %+v, want %q", message, a, want)
		}
		if a := receive(t, c); a.Threshold != 0 || a.Smooth.Need != 2 {
			t.Errorf("%s changed the settings: %+v", message, a)
		}
	}
	send(t, c, websocket.MessageBinary, []byte("no picture"))
	if a := receive(t, c); a.Frame != 3 || !strings.Contains(a.Error, "the picture cannot be read") {
		t.Errorf("no picture: %+v", a)
	}
	large := asJPEG(t, image.NewGray(image.Rect(0, 0, 1921, 1080)))
	send(t, c, websocket.MessageBinary, large)
	if a := receive(t, c); a.Frame != 4 || !strings.Contains(a.Error, "1921x1080 pixels") {
		t.Errorf("more pixels than a frame may have: %+v", a)
	}
	if answer, _ := do(t, "POST", s.url+"v1/predict", large, map[string]string{"Content-Type": "image/jpeg"}); answer.StatusCode != 200 {
		t.Errorf("as a single picture: status %d", answer.StatusCode)
	}
	send(t, c, websocket.MessageBinary, jpg)
	a := receive(t, c)
	if a.Frame != 5 || a.Error != "" {
		t.Errorf("after that: %+v", a)
	}
	// As described.
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		t.Fatal(err)
	}
	if err := doc.Components.Schemas["StreamAnswer"].Value.VisitJSON(value); err != nil {
		t.Errorf("the answer is not as described: %v", err)
	}
}

// TestNewestFrameWins floods a service with one predictor from one stream: every
// frame is answered or counted as dropped, and the last is answered.
func TestNewestFrameWins(t *testing.T) {
	s := start(t, untrained(t, "slim-resnet", 64), func(o *serve.Options, _ *web.Options) { o.Workers = 1 })
	c := dial(t, s.url)
	const frames = 60
	jpg := asJPEG(t, picture(t, "peace", 1, 1))
	go func() {
		for range frames {
			if c.Write(context.Background(), websocket.MessageBinary, jpg) != nil {
				return
			}
		}
	}()
	answered, last := int64(0), int64(0)
	for last < frames {
		a := receive(t, c)
		if a.Frame <= last || a.Error != "" {
			t.Fatalf("%+v after frame %d", a, last)
		}
		last = a.Frame
		answered++
		if answered+a.Dropped > frames || last == frames && answered+a.Dropped != frames {
			t.Errorf("%d answered and %d dropped of %d", answered, a.Dropped, frames)
		}
	}
}

// TestStops ends a service with open streams, one of which never reads.
func TestStops(t *testing.T) {
	s := start(t, untrained(t, "tiny", 32), nil)
	c, deaf := dial(t, s.url), dial(t, s.url)
	_ = deaf
	closed := make(chan error, 1)
	go func() {
		_, _, err := c.Read(context.Background())
		closed <- err
	}()
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	err := <-closed
	if websocket.CloseStatus(err) != websocket.StatusGoingAway || !strings.Contains(err.Error(), "the server is stopping") {
		t.Errorf("the stream ended with %v", err)
	}
	if !strings.Contains(s.log.String(), "server stops") {
		t.Errorf("the log says %s", s.log)
	}
}

func TestTooManyStreams(t *testing.T) {
	s := start(t, untrained(t, "tiny", 32), nil)
	for range 32 {
		dial(t, s.url)
	}
	_, answer, err := websocket.Dial(context.Background(), strings.Replace(s.url, "http", "ws", 1)+"v1/stream", nil)
	if err == nil || answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one more: %v %v", answer, err)
	}
	_, answer, err = websocket.Dial(context.Background(), strings.Replace(s.url, "http", "ws", 1)+"v1/stream",
		&websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"https://evil.example"}}})
	if err == nil || answer.StatusCode != http.StatusForbidden {
		t.Errorf("of another origin: %v %v", answer, err)
	}
}
