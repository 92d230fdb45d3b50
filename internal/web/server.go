// Package web serves a page and its API to the person at this machine, and to
// others only with a token over TLS.
//
// What a handler behind Serve sees has passed these checks: the Host is this
// server's, so that no other name resolves to it (DNS rebinding); a request that
// could change something, or that opens a WebSocket, comes from the server's own
// page or from no page at all; where others can reach the server, it carries the
// token; the client has not sent more such requests than the limits allow; its
// body is bounded. Headers, bodies and answers have deadlines, and connections a
// limit for each address, so that slow clients are only slow for themselves.
package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Options say where to serve and to whom.
type Options struct {
	Address  string   // host:port; port 0 takes a free one. Loopback needs no token
	Hosts    []string // names besides localhost and addresses under which the server may be asked, as by a proxy; needs a token
	CertFile string   // PEM certificate; empty, other addresses than loopback get one made at the start
	KeyFile  string
	Log      *slog.Logger
	Now      func() time.Time
	Count    func(status int) // told of each answer, those of the guard too; may be nil
}

// Limits of every server.
const (
	MaxBody        = 8 << 20 // bytes of a request's body
	maxHeader      = 16 << 10
	maxConnections = 512
	maxPerAddress  = 128
	perSecond      = 50  // requests that change or compute something, of one address
	burst          = 200 // of them at once
	headerTimeout  = 5 * time.Second
	bodyTimeout    = 20 * time.Second
	answerTimeout  = 30 * time.Second
	idleTimeout    = 60 * time.Second
	stopTimeout    = 5 * time.Second
)

// ErrOptions marks options that cannot be served with.
var ErrOptions = errors.New("invalid address")

// Server is a listening server.
type Server struct {
	o        Options
	listener net.Listener
	loopback bool
	token    string // empty if none is needed
	secure   bool
}

// Listen opens the address. What is wrong with the options is in ErrOptions.
func Listen(o Options) (*Server, error) {
	if (o.CertFile == "") != (o.KeyFile == "") {
		return nil, fmt.Errorf("%w: a certificate needs its key and a key its certificate", ErrOptions)
	}
	for i, h := range o.Hosts {
		if h == "" || strings.ContainsAny(h, ":/ ") {
			return nil, fmt.Errorf("%w: host %q: want a name without port, such as hands.example.org", ErrOptions, h)
		}
		o.Hosts[i] = strings.ToLower(h)
	}
	if _, _, err := net.SplitHostPort(o.Address); err != nil {
		return nil, fmt.Errorf("%w: %q: want host:port, such as 127.0.0.1:8321: %w", ErrOptions, o.Address, err)
	}
	listener, err := net.Listen("tcp", o.Address)
	if err != nil {
		return nil, err
	}
	s := &Server{o: o, loopback: listener.Addr().(*net.TCPAddr).IP.IsLoopback()}
	s.listener = limited(listener, maxConnections, maxPerAddress)
	if s.Shared() {
		s.token = rand.Text()
	}
	if !s.loopback || o.CertFile != "" {
		cert, err := o.certificate()
		if err != nil {
			return nil, errors.Join(err, listener.Close())
		}
		s.listener = tls.NewListener(s.listener, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12})
		s.secure = true
	}
	return s, nil
}

// Shared reports whether others than this machine may reach the server, which
// then asks for a token.
func (s *Server) Shared() bool { return !s.loopback || len(s.o.Hosts) > 0 }

// URL returns where the page is, with the token if one is needed.
func (s *Server) URL() string {
	addr := s.listener.Addr().(*net.TCPAddr)
	host := addr.IP.String()
	if addr.IP.IsUnspecified() {
		host = "localhost"
		if ips := outside(); len(ips) > 0 {
			host = ips[0].String()
		}
	}
	u := "http://"
	if s.secure {
		u = "https://"
	}
	u += net.JoinHostPort(host, fmt.Sprint(addr.Port)) + "/"
	if s.token != "" {
		u += "?token=" + s.token
	}
	return u
}

// Serve answers with handler, behind the checks of the package, until ctx ends;
// then it lets running requests finish. It returns nil when ctx ended it. Stop
// what the handler has hijacked by the same ctx.
func (s *Server) Serve(ctx context.Context, handler http.Handler) error {
	server := &http.Server{
		Handler:           s.logged(headers(s.guard(handler))),
		ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout, WriteTimeout: answerTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeader,
		ErrorLog:       slog.NewLogLogger(s.o.Log.Handler(), slog.LevelWarn), // panics of handlers among others
		// Requests outlive ctx, to finish in the time for stopping.
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(s.listener) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := server.Shutdown(stop); err != nil {
		s.o.Log.Warn("some requests did not finish in time", "error", err)
		return server.Close()
	}
	return nil
}

// Close stops listening without having served.
func (s *Server) Close() error { return s.listener.Close() }

// outside returns the machine's addresses that others may know, IPv4 first.
func outside() []net.IP {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var ips []net.IP
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			ips = append(ips, n.IP)
		}
	}
	slices.SortStableFunc(ips, func(a, b net.IP) int { return cmp.Compare(len(b.To4()), len(a.To4())) })
	return ips
}
