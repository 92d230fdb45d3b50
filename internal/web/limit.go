package web

import (
	"net"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// rates holds a token bucket for each client's address.
type rates struct {
	mu      sync.Mutex
	clients map[string]*rate.Limiter
	limit   rate.Limit
	burst   int
}

// maxClients bounds the memory of rates. Buckets that are full say nothing and
// make room first.
const maxClients = 1024

func newRates(perSecond float64, burst int) *rates {
	return &rates{clients: map[string]*rate.Limiter{}, limit: rate.Limit(perSecond), burst: burst}
}

func (r *rates) allow(remote string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	host := address(remote)
	l := r.clients[host]
	if l == nil {
		if len(r.clients) >= maxClients {
			r.clear(now)
		}
		l = rate.NewLimiter(r.limit, r.burst)
		r.clients[host] = l
	}
	return l.AllowN(now, 1)
}

func (r *rates) clear(now time.Time) {
	for k, l := range r.clients {
		if l.TokensAt(now) >= float64(r.burst) {
			delete(r.clients, k)
		}
	}
	if len(r.clients) >= maxClients {
		clear(r.clients)
	}
}

// address returns the host of host:port.
func address(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return remote
	}
	return host
}

// limitedListener closes connections beyond its limits at once.
type limitedListener struct {
	net.Listener
	total, each int
	mu          sync.Mutex
	open        map[string]int
	count       int
}

func limited(l net.Listener, total, each int) *limitedListener {
	return &limitedListener{Listener: l, total: total, each: each, open: map[string]int{}}
}

// Accept waits for a connection within the limits.
func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		host := address(c.RemoteAddr().String())
		if l.take(host) {
			return &limitedConn{Conn: c, release: sync.OnceFunc(func() { l.give(host) })}, nil
		}
		c.Close()
	}
}

func (l *limitedListener) take(host string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count >= l.total || l.open[host] >= l.each {
		return false
	}
	l.count++
	l.open[host]++
	return true
}

func (l *limitedListener) give(host string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count--
	if l.open[host]--; l.open[host] == 0 {
		delete(l.open, host)
	}
}

type limitedConn struct {
	net.Conn
	release func()
}

// Close closes the connection and makes room for another.
func (c *limitedConn) Close() error {
	c.release()
	return c.Conn.Close()
}
