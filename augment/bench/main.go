// Command bench times recipes for compare.py, which writes one request a line
// and reads one answer a line: see request. It is started by make bench-augment.
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

// request loads a picture and traces, or applies the traces Run times in turn
// and answers with the nanoseconds that took, or writes what the first trace
// makes to the file Save.
type request struct {
	Picture       string // file of Width*Height*4 bytes
	Width, Height int
	Traces        []string

	Run  int
	Save string
}

// work is the picture and the traces in force.
type work struct {
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
		answer, err := w.answer(q)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, answer); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) answer(q request) (int64, error) {
	switch {
	case q.Picture != "":
		return 0, w.load(q)
	case q.Save != "":
		if err := w.traces[0].Apply(w.dst, w.src, &w.scratch); err != nil {
			return 0, err
		}
		return 0, os.WriteFile(q.Save, w.dst.Pix, 0o644)
	}
	start := time.Now()
	for i := range q.Run {
		if err := w.traces[i%len(w.traces)].Apply(w.dst, w.src, &w.scratch); err != nil {
			return 0, err
		}
	}
	return time.Since(start).Nanoseconds(), nil
}

func (w *work) load(q request) (err error) {
	w.src, w.dst = image.NewRGBA(image.Rect(0, 0, q.Width, q.Height)), image.NewRGBA(image.Rect(0, 0, q.Width, q.Height))
	if w.src.Pix, err = os.ReadFile(q.Picture); err != nil {
		return err
	}
	w.traces = nil
	for _, text := range q.Traces {
		t, err := augment.ParseTrace([]byte(text))
		if err != nil {
			return err
		}
		w.traces = append(w.traces, t)
	}
	return nil
}
