// Command bench times recipes for compare.py and end_to_end.py, which write one
// request a line and read one answer a line: see request. It is started by make
// bench-augment.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"image"
	"io"
	"os"
	"time"

	"github.com/gesturekit/gesturekit/augment"
)

// request loads a picture and traces, or JPEG files and traces; or applies the
// traces Run times in turn and answers with the nanoseconds that took; or writes
// what the first trace makes to the file Save.
type request struct {
	Picture       string // file of Width*Height*4 bytes
	Width, Height int
	Traces        []string

	JPEGs         []string // files; from each a JPEG of Side x Side is made
	Codec         string   // go or turbo
	Side, Quality int

	Run  int
	Save string
}

// work is what was loaded.
type work interface {
	run(i int) error // the i-th time
	result() []byte  // of the last time
}

// warped is a picture that each trace in turn is applied to.
type warped struct {
	src, dst *image.RGBA
	traces   []augment.Trace
	scratch  augment.Scratch
}

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer) error {
	var w work
	for s := bufio.NewScanner(in); s.Scan(); {
		var q request
		if err := json.Unmarshal(s.Bytes(), &q); err != nil {
			return fmt.Errorf("read request: %w", err)
		}
		var answer int64
		var err error
		switch {
		case q.Picture != "":
			w, err = loadPicture(q)
		case q.JPEGs != nil:
			w, err = loadJPEGs(q)
		case q.Save != "":
			if err = w.run(0); err == nil {
				err = os.WriteFile(q.Save, w.result(), 0o644)
			}
		default:
			answer, err = timed(w, q.Run)
		}
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, answer); err != nil {
			return err
		}
	}
	return nil
}

// timed returns the nanoseconds that n times take.
func timed(w work, n int) (int64, error) {
	start := time.Now()
	for i := range n {
		if err := w.run(i); err != nil {
			return 0, err
		}
	}
	return time.Since(start).Nanoseconds(), nil
}

func (w *warped) run(i int) error {
	return w.traces[i%len(w.traces)].Apply(w.dst, w.src, &w.scratch)
}

func (w *warped) result() []byte { return w.dst.Pix }

func loadPicture(q request) (_ work, err error) {
	w := &warped{src: image.NewRGBA(image.Rect(0, 0, q.Width, q.Height)), dst: image.NewRGBA(image.Rect(0, 0, q.Width, q.Height))}
	if w.src.Pix, err = os.ReadFile(q.Picture); err != nil {
		return nil, err
	}
	w.traces, err = parse(q.Traces)
	return w, err
}

func parse(texts []string) ([]augment.Trace, error) {
	var out []augment.Trace
	for _, text := range texts {
		t, err := augment.ParseTrace([]byte(text))
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}
