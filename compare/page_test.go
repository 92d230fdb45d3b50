package compare

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/evaluate"
)

// outcome is a sample of the given kind and score, named right or not.
func outcome(kind evaluate.Kind, score float64, right bool) evaluate.Outcome {
	o := evaluate.Outcome{Kind: kind, Decision: evaluate.Decision{Known: 1, Argmax: 1, KnownScore: score, Score: score}}
	if score >= 0.4 {
		o.Label = 1
	}
	if kind == evaluate.Known {
		if o.Target = 1; !right {
			o.Target = 2
		}
	}
	return o
}

func TestRatesOnAGrid(t *testing.T) {
	const k, u = evaluate.Known, evaluate.Unseen
	outcomes := []evaluate.Outcome{
		outcome(k, 0.9, true), outcome(u, 0.8, false), outcome(k, 0.7, false), outcome(k, 0.5, true), outcome(u, 0.5, false), outcome(k, 0.1, true),
		outcome(evaluate.Unknown, 0.99, false), // has no part in it
	}
	r, err := ratesOf(outcomes)
	if err != nil {
		t.Fatal(err)
	}
	// By hand: (0, 1/4), (1/2, 1/4), then of TPR up to 2/4, both to 1/2 and 3/4 at 1, and up to 3/4 and 1.
	for _, c := range []struct {
		at       int
		ccr, tpr float64
	}{{0, 0.25, 0.25}, {49, 0.25, 0.25}, {50, 0.25, 0.5}, {75, 0.375, 0.625}, {100, 0.75, 1}} {
		if math.Abs(r.ccr[c.at]-c.ccr) > 1e-12 || math.Abs(r.tpr[c.at]-c.tpr) > 1e-12 {
			t.Errorf("at %d %%: %v and %v, want %v and %v", c.at, r.ccr[c.at], r.tpr[c.at], c.ccr, c.tpr)
		}
	}
	for name, o := range map[string][]evaluate.Outcome{"no unseen": {outcome(k, 0.5, true)}, "no known": {outcome(u, 0.5, false)}, "none": nil} {
		if r, err := ratesOf(o); r != nil || err != nil {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
}

// made is a comparison of invented cells: trainings by two losses, partitions and
// seeds, one of them failed.
func made(t *testing.T) Result {
	t.Helper()
	spec := Spec{Title: "Losses <compared>"}.defaults()
	partitions := []Partition{{Name: "p1", Known: []string{"<a>", "b"}, Unseen: []string{"c"}}, {Name: "p2"}, {Name: "p3"}}
	var cells []CellResult
	for l, loss := range []string{"ce", "bcena", "bce-na"} {
		for _, p := range partitions {
			for seed := range uint64(2) {
				c := CellResult{Cell: Cell{Training: Training{Split: ByGroup, Loss: loss, Recipe: "standard"}, Partition: p.Name, Seed: seed}}
				c.Path = "cells/" + c.name() + "/" + p.Name + "-s" + string(rune('0'+seed))
				if l == 1 && seed == 1 && p.Name == "p2" {
					c.Error = "out of <luck>"
					cells = append(cells, c)
					continue
				}
				for d, decoding := range spec.decodings() {
					var outcomes []evaluate.Outcome
					for i := range 60 {
						x := math.Mod(float64(i)*0.618+float64(seed)*0.31, 1)
						outcomes = append(outcomes,
							outcome(evaluate.Known, math.Pow(x, 0.5/float64(l+1)), i%9 > l), outcome(evaluate.Unseen, math.Pow(x, 1.2+float64(slices.Index(evaluate.Scores(), decoding.Score))/4), false))
					}
					m, err := evaluate.Measure(outcomes, 2)
					if err != nil {
						t.Fatal(err)
					}
					r, err := ratesOf(outcomes)
					if err != nil {
						t.Fatal(err)
					}
					c.Values = append(c.Values, Values{Decoding: decoding.Name, Metrics: metrics(m), rates: r, Missed: d == 7})
				}
				cells = append(cells, c)
			}
		}
	}
	return newResult(Plan{Spec: spec, Partitions: partitions}, spec.decodings(), cells)
}

func TestCurvesAreTheMeanOfTheCells(t *testing.T) {
	r := made(t)
	if len(r.Curves) != 3*len(evaluate.Scores()) {
		t.Fatalf("%d curves", len(r.Curves))
	}
	for _, c := range r.Curves {
		want := 6
		if c.Loss == "bcena" {
			want = 5
		}
		if c.Cells != want || len(c.CCR) != 101 || len(c.TPR) != 101 {
			t.Errorf("%s by %s: %d cells, want %d; %d and %d values", c.Loss, c.Score, c.Cells, want, len(c.CCR), len(c.TPR))
		}
		area := 0.0
		for i := range 100 {
			area += (c.CCR[i] + c.CCR[i+1]) / 200
			if c.CCR[i] > c.TPR[i] || c.CCR[i] > c.CCR[i+1] {
				t.Fatalf("%s by %s: at %d %% named right %v, accepted %v", c.Loss, c.Score, i, c.CCR[i], c.TPR[i])
			}
		}
		for _, row := range r.Rows {
			if s := r.Decodings[row.at].Score; row.Training == c.Training && s == c.Score {
				if mean := *row.Metrics[OSCRUnseen].Mean; math.Abs(mean-area) > 0.01 {
					t.Errorf("%s by %s: area %v, the table says %v", c.Loss, c.Score, area, mean)
				}
			}
		}
	}
}

// COMPARE_DIR=dir go test -run HTML ./compare keeps the page to look at.
func TestWriteHTML(t *testing.T) {
	r := made(t)
	var page, again bytes.Buffer
	for _, b := range []*bytes.Buffer{&page, &again} {
		if err := r.WriteHTML(b); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(page.Bytes(), again.Bytes()) {
		t.Error("the same comparison gives another page")
	}
	if dir := os.Getenv("COMPARE_DIR"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, HTMLFile), page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	curves, links := 0, 0
	for d := xml.NewDecoder(bytes.NewReader(page.Bytes())); ; {
		d.Entity = xml.HTMLEntity
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range e.Attr {
			switch {
			case a.Name.Local == "src":
				t.Errorf("<%s> loads %s", e.Name.Local, a.Value)
			case a.Name.Local == "href":
				if links++; !strings.HasPrefix(a.Value, "cells/group-") {
					t.Errorf("a link to %s", a.Value)
				}
			case a.Name.Local == "d" && len(a.Value) > 100:
				curves++
			case strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "ZgotmplZ"):
				t.Errorf("<%s %s=%q>", e.Name.Local, a.Name.Local, a.Value)
			}
		}
	}
	// OSCR and ROC of every training under every score, and the other way round.
	if want := 2 * 2 * len(r.Curves); curves != want || links != 17 {
		t.Errorf("%d curves and %d links, want %d and 17", curves, links, want)
	}
	for _, want := range []string{
		"<h1>Losses &lt;compared&gt;</h1>", "mahalanobis @0.98", "combined @0.98", "out of &lt;luck&gt;", "cells/group-ce-standard/p1-s0/report/report.html",
		"in 6 of 6 cells", `<td class="best">`, "unseen: 37 pairs",
	} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page has no %q", want)
		}
	}
}
