package serve_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gesturekit/gesturekit/internal/synth"
	"github.com/gesturekit/gesturekit/internal/web"
	"github.com/gesturekit/gesturekit/pixel"
	"github.com/gesturekit/gesturekit/rng"
	"github.com/gesturekit/gesturekit/serve"
	"github.com/gesturekit/gesturekit/trainer"
)

// untrained returns a model of the arch whose weights are drawn.
func untrained(t testing.TB, arch string, size int) *trainer.Model {
	t.Helper()
	o := trainer.Default()
	o.Arch = arch
	m, err := trainer.New(&trainer.Data{Size: size, Labels: []string{"na", "fist", "palm", "peace"}, Std: trainer.RGB{1, 1, 1}}, o, rng.New(1))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// running is a service behind the server that users get.
type running struct {
	url  string
	stop func() error // as Ctrl-C does; the error is that of Serve
	log  *logged
}

func start(t testing.TB, m *trainer.Model, change func(*serve.Options, *web.Options)) running {
	t.Helper()
	var log logged
	l := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o := serve.Options{Fit: pixel.Crop, Quality: 95, Workers: 2, Smooth: serve.Smoothing{Need: 1, Of: 1}, Log: l, Now: time.Now}
	w := web.Options{Address: "127.0.0.1:0", Log: l, Now: time.Now}
	if change != nil {
		change(&o, &w)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s, err := serve.New(ctx, m, o)
	if err != nil {
		t.Fatal(err)
	}
	w.Count = s.Count
	server, err := web.Listen(w)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, s) }()
	stop := sync.OnceValue(func() error {
		cancel()
		err := <-done
		if closing := s.Close(); err == nil {
			err = closing
		}
		return err
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return running{server.URL(), stop, &log}
}

// logged keeps what many goroutines write.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// picture draws a capture of 160x120 pixels.
func picture(t testing.TB, category string, person, frame int) *image.RGBA {
	t.Helper()
	img, err := synth.Draw(rng.New(7), synth.Default(), category, person, 1, frame)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// do sends a request and returns the answer with its body.
func do(t testing.TB, method, url string, body []byte, header map[string]string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, data
}
