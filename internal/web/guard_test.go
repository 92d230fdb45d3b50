package web

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// serving starts a server with a page and a POST that reads its body.
func serving(t *testing.T, o Options) (*Server, *url.URL) {
	t.Helper()
	o.Log, o.Now = slog.New(slog.DiscardHandler), time.Now
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	s, err := Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	if err := Pages(mux, fstest.MapFS{"index.html": {Data: []byte("the page")}}); err != nil {
		t.Fatal(err)
	}
	mux.HandleFunc("POST /v1/do", func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		Answer(w, http.StatusOK, map[string]any{"read": n, "fault": fmt.Sprint(err)})
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.Serve(ctx, Whole(mux)) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	return s, u
}

// ask sends a request to the server at u under a Host of its own.
func ask(t *testing.T, u *url.URL, method, path, host string, header map[string]string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, u.Scheme+"://"+u.Host+path, strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	for k, v := range header {
		r.Header.Set(k, v)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

func TestHostAndOrigin(t *testing.T) {
	_, u := serving(t, Options{})
	port := u.Port()
	for _, c := range []struct {
		name, method, path, host string
		header                   map[string]string
		status                   int
	}{
		{"own", "GET", "/", u.Host, nil, 200},
		{"localhost", "GET", "/", "localhost:" + port, nil, 200},
		{"IPv6", "GET", "/", "[::1]:" + port, nil, 200},
		{"rebound name", "GET", "/", "evil.example:" + port, nil, 421},
		{"rebound health", "GET", "/healthz", "evil.example", nil, 421},
		{"address that is not ours", "GET", "/", "192.0.2.1:" + port, nil, 421},
		{"program", "POST", "/v1/do", u.Host, nil, 200},
		{"own page", "POST", "/v1/do", u.Host, map[string]string{"Origin": "http://" + u.Host, "Sec-Fetch-Site": "same-origin"}, 200},
		{"other page", "POST", "/v1/do", u.Host, map[string]string{"Origin": "http://evil.example"}, 403},
		{"other port", "POST", "/v1/do", u.Host, map[string]string{"Origin": "http://127.0.0.1:1"}, 403},
		{"file", "POST", "/v1/do", u.Host, map[string]string{"Origin": "null"}, 403},
		{"other page without origin", "POST", "/v1/do", u.Host, map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"embedded elsewhere", "GET", "/", u.Host, map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403},
		{"stream of other page", "GET", "/v1/do", u.Host, map[string]string{"Origin": "http://evil.example", "Upgrade": "websocket", "Connection": "Upgrade"}, 403},
		{"link from elsewhere", "GET", "/", u.Host, map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200},
		{"nothing there", "GET", "/x", u.Host, nil, 404},
		{"climbing", "GET", "/shared/..%2f..%2fserver.go", u.Host, nil, 404},
		{"wrong method", "GET", "/v1/do", u.Host, nil, 405},
	} {
		answer, body := ask(t, u, c.method, c.path, c.host, c.header)
		if answer.StatusCode != c.status {
			t.Errorf("%s: status %d, want %d: %s", c.name, answer.StatusCode, c.status, body)
		}
		if csp := answer.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self';") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: content security policy %q", c.name, csp)
		}
	}
}

// TestToken serves where others could come from: names of a proxy, with loopback
// as the address, and all addresses, where TLS begins by itself.
func TestToken(t *testing.T) {
	for name, o := range map[string]Options{
		"proxy": {Hosts: []string{"Hands.example"}}, "all addresses": {Address: "0.0.0.0:0"},
	} {
		s, u := serving(t, o)
		token := u.Query().Get("token")
		u.Host = "127.0.0.1:" + u.Port()
		if wantTLS := name != "proxy"; len(token) < 26 || !s.Shared() || (u.Scheme == "https") != wantTLS {
			t.Fatalf("%s: at %s", name, u)
		}
		host := map[string]string{"proxy": "hands.example", "all addresses": "192.0.2.1:" + u.Port()}[name]
		for _, c := range []struct {
			name, method, path string
			header             map[string]string
			status             int
		}{
			{"none", "GET", "/", nil, 401},
			{"none, to change", "POST", "/v1/do", nil, 401},
			{"health", "GET", "/healthz", nil, 200},
			{"wrong", "GET", "/?token=x", nil, 401},
			{"wrong cookie", "GET", "/", map[string]string{"Cookie": "gesturekit-" + u.Port() + "=x"}, 401},
			{"bearer", "POST", "/v1/do", map[string]string{"Authorization": "Bearer " + token}, 200},
			{"wrong bearer", "POST", "/v1/do", map[string]string{"Authorization": "Bearer " + token + "x"}, 401},
			{"in a link to change", "POST", "/v1/do?token=" + token, nil, 401},
			{"link", "GET", "/?token=" + token, nil, 303},
		} {
			answer, body := ask(t, u, c.method, c.path, host, c.header)
			if answer.StatusCode != c.status {
				t.Errorf("%s, %s: status %d, want %d: %s", name, c.name, answer.StatusCode, c.status, body)
			}
			if c.status != 303 {
				continue
			}
			cookie := answer.Cookies()[0]
			if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Secure != (u.Scheme == "https") || answer.Header.Get("Location") != "/" {
				t.Errorf("%s: cookie %+v, to %s", name, cookie, answer.Header.Get("Location"))
			}
			if answer, _ := ask(t, u, "GET", "/", host, map[string]string{"Cookie": cookie.Name + "=" + cookie.Value}); answer.StatusCode != 200 {
				t.Errorf("%s: with the cookie status %d", name, answer.StatusCode)
			}
		}
		if answer, _ := ask(t, u, "GET", "/", "evil.example", map[string]string{"Authorization": "Bearer " + token}); answer.StatusCode != 421 {
			t.Errorf("%s: under another name status %d", name, answer.StatusCode)
		}
	}
}

func TestRate(t *testing.T) {
	r := newRates(50, 3)
	now := time.Unix(1, 0)
	got := ""
	for _, remote := range []string{"a:1", "a:2", "a:3", "a:4", "b:1"} {
		got += fmt.Sprint(r.allow(remote, now), " ")
	}
	got += fmt.Sprint(r.allow("a:5", now.Add(20*time.Millisecond)), r.allow("a:5", now.Add(21*time.Millisecond)))
	if want := "true true true false true true false"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for i := range 3 * maxClients {
		r.allow(fmt.Sprintf("c%d:1", i), now.Add(time.Hour))
	}
	if len(r.clients) > maxClients {
		t.Errorf("%d clients are remembered", len(r.clients))
	}
	_, u := serving(t, Options{})
	refused := 0
	for range burst + 100 {
		if answer, _ := ask(t, u, "POST", "/v1/do", u.Host, nil); answer.StatusCode == 429 {
			refused++
			if answer.Header.Get("Retry-After") != "1" {
				t.Error("no Retry-After")
			}
		}
	}
	if answer, _ := ask(t, u, "GET", "/", u.Host, nil); refused > 100 || answer.StatusCode != 200 {
		t.Errorf("%d refused, then the page %d", refused, answer.StatusCode)
	}
}

// TestConnections opens more connections than one address may have.
func TestConnections(t *testing.T) {
	_, u := serving(t, Options{})
	var open []net.Conn
	closed := 0
	for range maxPerAddress + 5 {
		c, err := net.Dial("tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		open = append(open, c)
	}
	for _, c := range open {
		fmt.Fprintf(c, "GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", u.Host)
		if _, err := bufio.NewReader(c).ReadString('\n'); err != nil {
			closed++
		}
	}
	if closed != 5 {
		t.Errorf("%d of %d connections were closed, want 5", closed, len(open))
	}
	for _, c := range open {
		c.Close()
	}
	for range 200 { // until the server has noticed
		c, err := net.Dial("tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", u.Host)
		line, _ := bufio.NewReader(c).ReadString('\n')
		c.Close()
		if strings.Contains(line, "200") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("connections that were closed still count")
}

// TestPanicsAreSeen has a handler panic: the log at its usual level says so.
func TestPanicsAreSeen(t *testing.T) {
	var log bytes.Buffer
	s, err := Listen(Options{Address: "127.0.0.1:0", Log: slog.New(slog.NewTextHandler(&log, nil)), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		done <- s.Serve(ctx, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("deliberately") }))
	}()
	if answer, err := http.Get(s.URL()); err == nil {
		answer.Body.Close()
		t.Errorf("a panic is answered with %d", answer.StatusCode)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), "deliberately") {
		t.Errorf("the log says %q", log.String())
	}
}

func TestBodyIsBounded(t *testing.T) {
	_, u := serving(t, Options{})
	r, err := http.Post(u.String()+"v1/do", "text/plain", strings.NewReader(strings.Repeat("x", MaxBody+1)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, _ := io.ReadAll(r.Body)
	if !strings.Contains(string(body), "too large") {
		t.Errorf("%s", body)
	}
}

func TestFaultsOfOptions(t *testing.T) {
	for want, o := range map[string]Options{
		"want host:port":        {Address: "here"},
		"a key its certificate": {Address: "127.0.0.1:0", KeyFile: "k"},
		"no such file":          {Address: "127.0.0.1:0", KeyFile: "k", CertFile: "c"},
		"a name without port":   {Address: "127.0.0.1:0", Hosts: []string{"a:1"}},
	} {
		o.Now = time.Now
		if _, err := Listen(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
