package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/internal/web"
)

// Limits of streams.
const (
	maxStreams   = 32
	maxFrame     = 4 << 20 // bytes
	maxMessages  = 120     // a second; more are read later
	writeTimeout = 5 * time.Second
	pingEvery    = 30 * time.Second
	pingTimeout  = 10 * time.Second
)

// StreamAnswer is a message to a stream's client: about a frame, or with Error
// set about what was wrong with a message.
type StreamAnswer struct {
	Frame   int64 `json:"frame"`   // which of the stream's frames, from 1; 0 when none was sent yet
	Dropped int64 `json:"dropped"` // frames so far that a newer one overtook
	*Prediction
	Steady string     `json:"steady,omitempty"` // the label over the last frames, see Smoothing
	Smooth *Smoothing `json:"smooth,omitempty"`
	Error  string     `json:"error,omitempty"`
}

// Settings is what a client may send at any time as a text message. A field that
// is left out keeps its value. The answer decides the last frame anew.
type Settings struct {
	Threshold *float64   `json:"threshold"`
	Smooth    *Smoothing `json:"smooth"`
}

// stream answers GET /v1/stream.
func (s *Service) stream(w http.ResponseWriter, r *http.Request) {
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		w.Header().Set("Upgrade", "websocket")
		web.Fail(w, http.StatusUpgradeRequired, "%s is a WebSocket: connect with one", r.URL.Path)
		return
	}
	defer s.open.Add(-1)
	if s.open.Add(1) > maxStreams || s.ctx.Err() != nil {
		w.Header().Set("Retry-After", "5")
		web.Fail(w, http.StatusServiceUnavailable, "%d streams are open, which is the most: close one", maxStreams)
		return
	}
	s.streams.Add(1)
	defer s.streams.Done()
	// Package web has checked the origin.
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		s.log.Info("stream refused", "remote", r.RemoteAddr, "error", err)
		return
	}
	defer conn.CloseNow()
	conn.SetReadLimit(maxFrame)
	s.metrics.streams.Inc()
	defer s.metrics.streams.Dec()
	s.log.Info("stream opened", "remote", r.RemoteAddr)
	c := &client{s: s, conn: conn, rule: s.model.Rule(), smooth: s.o.Smooth}
	err = c.run(context.WithoutCancel(r.Context()))
	s.log.Info("stream closed", "remote", r.RemoteAddr, "frames", c.frame, "dropped", c.dropped, "reason", reason(err))
}

// reason says why a stream ended.
func reason(err error) string {
	if code := websocket.CloseStatus(err); code >= 0 {
		return code.String()
	}
	if err == nil {
		return "server stops"
	}
	return err.Error()
}

// client is the server's side of one stream. Only run uses it.
type client struct {
	s       *Service
	conn    *websocket.Conn
	rule    evaluate.Rule
	smooth  Smoothing
	recent  []evaluate.Outputs // of the last frames, oldest first, at most maxOf
	frame   int64              // the last one evaluated
	dropped int64
}

// run answers until the client goes, with the reason, or the service ends.
func (c *client) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	box := newMailbox()
	gone := make(chan error, 2)
	go func() { gone <- read(ctx, c.conn, box) }()
	go func() { gone <- ping(ctx, c.conn) }()
	for {
		select {
		case <-c.s.ctx.Done():
			c.conn.Close(websocket.StatusGoingAway, "the server is stopping")
			return nil
		case err := <-gone:
			return err
		case <-box.full:
			if err := c.answer(ctx, box.take()); err != nil {
				return err
			}
		}
	}
}

// read puts what the client sends into box until it goes.
func read(ctx context.Context, conn *websocket.Conn, box *mailbox) error {
	pace := rate.NewLimiter(maxMessages, maxMessages)
	for {
		if err := pace.Wait(ctx); err != nil {
			return err
		}
		kind, data, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		if kind == websocket.MessageBinary {
			box.putFrame(data)
		} else {
			box.putSettings(data)
		}
	}
}

// ping asks the client again and again whether it is there, until it is not.
func ping(ctx context.Context, conn *websocket.Conn) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pingEvery):
		}
		asked, cancel := context.WithTimeout(ctx, pingTimeout)
		err := conn.Ping(asked)
		cancel()
		if err != nil {
			return fmt.Errorf("no answer to a ping: %w", err)
		}
	}
}

// answer takes settings and a frame and answers each fault and the frame, or
// without a frame the last one anew.
func (c *client) answer(ctx context.Context, m mail) error {
	c.s.metrics.pictures.WithLabelValues("dropped").Add(float64(m.dropped - c.dropped))
	c.dropped = m.dropped
	for _, text := range m.settings {
		if err := c.set(text); err != nil {
			if err := c.write(ctx, StreamAnswer{Frame: c.frame, Dropped: c.dropped, Error: err.Error()}); err != nil {
				return err
			}
		}
	}
	var t took
	if m.frame != nil {
		c.frame = m.number
		o, parts, err := c.s.recognise(ctx, m.frame, false)
		if err != nil {
			return c.write(ctx, StreamAnswer{Frame: c.frame, Dropped: c.dropped, Error: err.Error()})
		}
		t = parts
		if c.recent = append(c.recent, o); len(c.recent) > maxOf {
			c.recent = append(c.recent[:0], c.recent[1:]...)
		}
	}
	if len(c.recent) == 0 {
		return nil
	}
	a, err := c.decide()
	if err != nil {
		return c.write(ctx, StreamAnswer{Frame: c.frame, Dropped: c.dropped, Error: err.Error()})
	}
	a.Milliseconds = Timing{milliseconds(t.Wait), milliseconds(t.Decode), milliseconds(t.Predict)}
	if m.frame != nil {
		c.s.metrics.labels.WithLabelValues(a.Label).Inc()
	}
	return c.write(ctx, a)
}

// decide decides the last frames by the rule in force.
func (c *client) decide() (StreamAnswer, error) {
	labels := make([]int, len(c.recent))
	for i, o := range c.recent {
		d, err := c.rule.Decide(o)
		if err != nil {
			return StreamAnswer{}, err
		}
		labels[i] = d.Label
	}
	p, err := decide(c.s.model, c.rule, c.recent[len(c.recent)-1])
	smooth := c.smooth
	return StreamAnswer{
		Frame: c.frame, Dropped: c.dropped, Prediction: &p,
		Steady: c.s.model.Labels[smooth.steady(labels)], Smooth: &smooth,
	}, err
}

// set takes settings, all or none.
func (c *client) set(text []byte) error {
	var in Settings
	if err := json.Unmarshal(text, &in); err != nil {
		return fmt.Errorf(`settings: want JSON such as {"threshold": 0.4, "smooth": {"need": 3, "of": 5}}: %w`, err)
	}
	rule, smooth := c.rule, c.smooth
	if in.Threshold != nil {
		rule.Threshold = *in.Threshold
	}
	if in.Smooth != nil {
		smooth = *in.Smooth
	}
	if err := errors.Join(rule.Validate(), smooth.Validate()); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	c.rule, c.smooth = rule, smooth
	return nil
}

func (c *client) write(ctx context.Context, a StreamAnswer) error {
	data, err := json.Marshal(a)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return c.conn.Write(ctx, websocket.MessageText, data)
}
