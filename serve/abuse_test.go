package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/capture"
	"github.com/gesturekit/gesturekit/internal/web"
	"github.com/gesturekit/gesturekit/serve"
)

// TestAbuseChangesNothing sends 1,000 malformed requests and has slow clients while a
// stream and a program get the answers that they get alone. On Linux the abuse comes
// from many addresses, each of which may send more before it is held back: clients at
// one address share its limits, and there the abuse would hold back the others, too.
func TestAbuseChangesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "captures")
	folder, err := capture.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { folder.Close() })
	s := start(t, untrained(t, "tiny", 32), func(o *serve.Options, _ *web.Options) { o.Captures = folder })
	jpg := asJPEG(t, picture(t, "peace", 1, 1))
	stream := dial(t, s.url)
	alone := exchange(t, stream, jpg)
	before := runtime.NumGoroutine()

	a := &abuser{host: strings.TrimSuffix(strings.TrimPrefix(s.url, "http://"), "/"), jpg: jpg, huge: make([]byte, web.MaxBody+1), gray: asPNG(t, image.NewGray(image.Rect(0, 0, 8000, 2000)))}
	a.client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) { return a.dial() }}}
	over := make(chan struct{})
	var slow, work sync.WaitGroup
	for range 20 {
		slow.Go(func() { a.slow(over) })
	}
	var next, refused atomic.Int64
	kinds := a.kinds()
	for range 20 {
		work.Go(func() {
			for i := next.Add(1); i <= 1000; i = next.Add(1) {
				if err := kinds[int(i)%len(kinds)](); err != nil {
					t.Errorf("kind %d of malformed requests: %v", int(i)%len(kinds), err)
				} else {
					refused.Add(1)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { work.Wait(); close(done) }()

	frames, posts := 0, 0
	for going := true; going; {
		select {
		case <-done:
			going = false
		case <-time.After(20 * time.Millisecond): // 50 a second, the rate that one address may have
		}
		got := exchange(t, stream, jpg)
		frames++
		if got.Frame != alone.Frame+int64(frames) {
			t.Fatalf("frame %d is answered after %d", got.Frame, frames)
		}
		got.Frame = alone.Frame
		if diff := cmp.Diff(alone, got); diff != "" {
			t.Fatalf("frame %d of the stream: %s", frames, diff)
		}
		if runtime.GOOS != "linux" {
			continue
		}
		answer, body := do(t, "POST", s.url+"v1/predict", jpg, map[string]string{"Content-Type": "image/jpeg"})
		posts++
		var p serve.Prediction
		if err := json.Unmarshal(body, &p); err != nil || answer.StatusCode != 200 {
			t.Fatalf("request %d: %d %s", posts, answer.StatusCode, body)
		}
		p.Milliseconds = serve.Timing{}
		if diff := cmp.Diff(*alone.Prediction, p); diff != "" {
			t.Fatalf("request %d: %s", posts, diff)
		}
	}
	close(over)
	slow.Wait()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	if refused.Load() != 1000 || frames < 10 {
		t.Errorf("%d malformed requests beside %d frames", refused.Load(), frames)
	}
	t.Logf("%d malformed requests beside %d frames and %d requests", refused.Load(), frames, posts)
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("something was stored: %v", err)
	}
	if log := s.log.String(); strings.Contains(log, "panic") || strings.Contains(log, "level=ERROR") {
		t.Errorf("the log says %s", log)
	}
	for range 300 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%d goroutines after, %d before", runtime.NumGoroutine(), before)
}

// exchange sends a frame and returns its answer without times.
func exchange(t *testing.T, c *websocket.Conn, frame []byte) serve.StreamAnswer {
	t.Helper()
	send(t, c, websocket.MessageBinary, frame)
	a := receive(t, c)
	if a.Prediction != nil {
		a.Milliseconds = serve.Timing{}
	}
	return a
}

// abuser sends what no client should.
type abuser struct {
	host   string
	jpg    []byte
	huge   []byte // more than a body may have
	gray   []byte // more pixels than a picture may have
	dialed atomic.Int64
	client *http.Client
}

// dial connects, on Linux from 127.0.0.2 to 127.0.0.21 in turn.
func (a *abuser) dial() (net.Conn, error) {
	var d net.Dialer
	if runtime.GOOS == "linux" {
		d.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+a.dialed.Add(1)%20))}
	}
	return d.Dial("tcp", a.host)
}

// kinds are the ways of it. Each fails where the server does not refuse.
func (a *abuser) kinds() []func() error {
	typed := func(kind string) http.Header { return http.Header{"Content-Type": {kind}} }
	post := func(body []byte, h http.Header) func() error {
		return func() error { return a.ask("POST", "/v1/predict", body, h) }
	}
	get := func(method, path string) func() error {
		return func() error { return a.ask(method, path, nil, http.Header{}) }
	}
	const upgrade = "GET /v1/stream HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	raw := func(text string) func() error { return func() error { return a.raw(text) } }
	return []func() error{
		post(nil, typed("image/jpeg")),
		post([]byte("\xff\xd8\xff"), typed("image/jpeg")),
		post(a.jpg[:len(a.jpg)/2], typed("image/jpeg")),
		post(bytes.Repeat([]byte("\xff\xd8\xff\xc0"), 5000), typed("image/jpeg")),
		post([]byte("GIF89a"), typed("image/png")),
		post(a.gray, typed("image/png")),
		post(a.jpg, typed("text/html")),
		post(a.jpg, http.Header{"Content-Type": {"image/jpeg"}, "Origin": {"https://evil.example"}}),
		post(a.jpg, http.Header{"Content-Type": {"image/jpeg"}, "Host": {"evil.example"}}),
		post(a.jpg, http.Header{"Content-Type": {"image/jpeg"}, "Sec-Fetch-Site": {"cross-site"}}),
		get("PUT", "/v1/captures/frame?category=..%2Fx&person=ann&recording=20261125-183012-k3fa&frame=1"),
		get("PUT", "/v1/captures/frame?category=palm&person=ann&recording=20261125-183012-k3fa&frame=1"),
		get("DELETE", "/v1/captures/frame?category=palm&person=..&recording=..&frame=-1"),
		get("GET", "/..%2f..%2fetc%2fpasswd"),
		get("BREW", "/v1/predict"),
		raw("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
		raw("GET / HTTP/9.9\r\n\r\n"),
		raw("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
		raw("GET / HTTP/1.1\r\nHost: %s\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n"),
		raw("POST /v1/predict HTTP/1.1\r\nHost: %s\r\nContent-Type: image/jpeg\r\nContent-Length: -5\r\n\r\n"),
		raw("POST /v1/predict HTTP/1.1\r\nHost: %s\r\nContent-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
		raw("GET /v1/stream HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 1\r\n\r\n"),
		raw(upgrade + "Origin: null\r\n\r\n"),
		raw(upgrade + "\r\n\x82\x03abc"),                                              // not masked
		raw(upgrade + "\r\n\xf3\x80\x00\x00\x00\x00"),                                 // reserved bits and opcode
		raw(upgrade + "\r\n\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00"), // 2^63 bytes
		raw(upgrade + "\r\n\x89\xfe\x01\x00\x00\x00\x00\x00"),                         // a long ping
		raw(upgrade + "\r\n\x82\x85\x00\x00\x00\x00"),                                 // ends in a frame
		raw(upgrade + "\r\n\x00\x81\x00\x00\x00\x00x"),                                // goes on with nothing
		func() error { return a.stream(websocket.MessageText, []byte("{\"threshold\": \"\xff\"")) },
		func() error { return a.stream(websocket.MessageText, []byte(`{"smooth": {"need": -1, "of": 1e9}}`)) },
		func() error { return a.stream(websocket.MessageBinary, a.jpg[:50]) },
		func() error { return a.stream(websocket.MessageBinary, a.huge[:5<<20]) },
		post(a.huge, typed("image/jpeg")),
	}
}

// ask sends a request that must be refused.
func (a *abuser) ask(method, path string, body []byte, h http.Header) error {
	r, err := http.NewRequest(method, "http://"+a.host+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header, r.Host = h, h.Get("Host")
	answer, err := a.client.Do(r)
	if err != nil {
		return nil // closed while the body was sent
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if answer.StatusCode < 400 || answer.StatusCode >= 500 {
		return fmt.Errorf("%s %s: status %d: %s", method, path, answer.StatusCode, text)
	}
	return err
}

// raw writes bytes, with the host for %s, and then ends its side; the server must
// end the other.
func (a *abuser) raw(text string) error {
	c, err := a.dial()
	if err != nil {
		return err
	}
	defer c.Close()
	fmt.Fprint(c, strings.Replace(text, "%s", a.host, 1)) // fails where the server has had enough
	c.(*net.TCPConn).CloseWrite()
	c.SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := io.Copy(io.Discard, c); os.IsTimeout(err) {
		return fmt.Errorf("%q: the server keeps the connection", text[:min(100, len(text))])
	}
	return nil
}

// stream opens a stream and sends a message, which must be answered with an error or
// by closing the stream.
func (a *abuser) stream(kind websocket.MessageType, data []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, answer, err := websocket.Dial(ctx, "ws://"+a.host+"/v1/stream", &websocket.DialOptions{HTTPClient: a.client})
	if err != nil {
		if answer != nil && (answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode == http.StatusServiceUnavailable) {
			return nil
		}
		return err
	}
	defer c.CloseNow()
	if c.Write(ctx, kind, data) != nil {
		return nil
	}
	_, text, err := c.Read(ctx)
	if err == nil && !bytes.Contains(text, []byte(`"error":`)) {
		return fmt.Errorf("%.50q is answered with %s", data, text)
	}
	return ctx.Err()
}

// slow sends headers a byte at a time, again and again, until it is over.
func (a *abuser) slow(over <-chan struct{}) {
	for {
		c, err := a.dial()
		if err != nil {
			return
		}
		for i := 0; err == nil; i++ {
			select {
			case <-over:
				c.Close()
				return
			case <-time.After(100 * time.Millisecond):
				_, err = c.Write([]byte("GET / HTTP/1.1 "[i%15 : i%15+1]))
			}
		}
		c.Close()
	}
}
