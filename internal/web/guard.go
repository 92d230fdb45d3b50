package web

import (
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// HealthPath is answered without the token, for whatever watches the server.
const HealthPath = "/healthz"

// guard lets through what the package's comment says.
func (s *Server) guard(next http.Handler) http.Handler {
	rates := newRates(perSecond, burst)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !s.ours(r.Host):
			Fail(w, http.StatusMisdirectedRequest, "this server is not %q: ask it under the address that it printed", r.Host)
		case !s.sameOrigin(r):
			Fail(w, http.StatusForbidden, "a page of another origin, %q, may not use this server", r.Header.Get("Origin"))
		case s.token != "" && r.URL.Path != HealthPath && !s.admit(w, r):
		case !cheap(r) && !rates.allow(r.RemoteAddr, s.o.Now()):
			w.Header().Set("Retry-After", "1")
			Fail(w, http.StatusTooManyRequests, "more than %d requests a second: wait a second", perSecond)
		default:
			r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
			next.ServeHTTP(w, r)
		}
	})
}

// ours reports whether a Host header names this server. No other name of the
// internet can be made to stand for an address, so addresses are safe.
func (s *Server) ours(host string) bool {
	u, err := url.Parse("//" + host)
	if err != nil {
		return false
	}
	name := strings.ToLower(u.Hostname())
	if ip, err := netip.ParseAddr(name); err == nil {
		return ip.IsLoopback() || !s.loopback
	}
	return name == "localhost" || slices.Contains(s.o.Hosts, name)
}

// sameOrigin reports whether a request comes from a page of this server or from
// no page. Pages elsewhere may link here, but embed, read and change nothing.
func (s *Server) sameOrigin(r *http.Request) bool {
	if o := r.Header.Get("Origin"); o != "" {
		u, err := url.Parse(o)
		return err == nil && u.Host == r.Host && (u.Scheme == "http" || u.Scheme == "https")
	}
	site := r.Header.Get("Sec-Fetch-Site")
	return site == "" || site == "same-origin" || site == "none" || r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate"
}

// admit checks the token: of the link that was printed, which becomes a cookie,
// of that cookie, or of a program's Authorization header. Otherwise it answers.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) bool {
	right := func(token string) bool { return subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) == 1 }
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && right(bearer) {
		return true
	}
	if c, err := r.Cookie(s.cookie()); err == nil && right(c.Value) {
		return true
	}
	if r.Method == http.MethodGet && right(r.URL.Query().Get("token")) {
		http.SetCookie(w, &http.Cookie{Name: s.cookie(), Value: s.token, Path: "/", HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteStrictMode})
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return false
	}
	w.Header().Set("WWW-Authenticate", "Bearer")
	Fail(w, http.StatusUnauthorized, "the token is missing or wrong: open the link that the server printed when it started, or send Authorization: Bearer with its token")
	return false
}

// cookie is named after the port, since cookies are not kept apart by it.
func (s *Server) cookie() string {
	return fmt.Sprintf("gesturekit-%d", s.listener.Addr().(*net.TCPAddr).Port)
}

// cheap reports requests that only read and are no stream.
func cheap(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && r.Header.Get("Upgrade") == ""
}
