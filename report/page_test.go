package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/report"
)

// TestWritePage keeps the standard fixture's report where a person can look at it:
// REPORT_DIR=dir go test -run WritePage ./report
func TestWritePage(t *testing.T) {
	dir := os.Getenv("REPORT_DIR")
	if dir == "" {
		t.Skip("REPORT_DIR is not set")
	}
	for name, f := range shapes() {
		for file, data := range run(t, f, report.Default(), 2) {
			if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+"-"+file), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// shapes are runs that differ in what there is to show.
func shapes() map[string]*fixture {
	many := standard()
	many.known, many.per = nil, 2
	for i := range 30 {
		many.known = append(many.known, fmt.Sprintf("gesture %02d", i))
	}
	closed := standard()
	closed.unknown, closed.unseen = nil, nil
	softmax := standard()
	softmax.hasNA, softmax.threshold = false, 1
	odd := standard()
	odd.known = []string{"a very long name of a gesture, with <b>markup</b> & \"quotes\""}
	odd.unseen = []string{"http://example.org/?a=1|2"}
	odd.epochs, odd.per, odd.threshold = 1, 1, 0
	none := standard()
	none.epochs = 0
	return map[string]*fixture{
		"standard": standard(), "many labels": many, "closed set": closed, "softmax": softmax, "odd names": odd, "no epochs": none,
	}
}

func TestPageIsSoundInAllShapes(t *testing.T) {
	for name, f := range shapes() {
		t.Run(name, func(t *testing.T) { checkPage(t, run(t, f, report.Default(), 2)[report.HTMLFile]) })
	}
}

// checkPage reads the page as XML, which is stricter than HTML, and checks what
// a browser without network and a screen reader need.
func checkPage(t *testing.T, page []byte) {
	t.Helper()
	ids, heads := map[string]bool{}, 0
	d := xml.NewDecoder(bytes.NewReader(page))
	d.Entity = xml.HTMLEntity
	for {
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
		at := map[string]string{}
		for _, a := range e.Attr {
			at[a.Name.Local] = a.Value
			if !strings.HasPrefix(a.Value, "data:") && regexp.MustCompile("NaN|Inf|ZgotmplZ").MatchString(a.Value) {
				t.Errorf("<%s %s=%.80q>", e.Name.Local, a.Name.Local, a.Value)
			}
		}
		if id := at["id"]; id != "" && ids[id] {
			t.Errorf("id %q stands twice", id)
		}
		ids[at["id"]] = true
		switch e.Name.Local {
		case "img":
			if !strings.HasPrefix(at["src"], "data:image/") || at["alt"] == "" {
				t.Errorf("image %.40q with alt %q: want embedded data and a text", at["src"], at["alt"])
			}
		case "svg":
			if at["aria-label"] == "" && at["aria-hidden"] != "true" {
				t.Error("a picture without a label")
			}
		case "h1":
			heads++
		case "link", "iframe", "object":
			t.Errorf("<%s> may load something", e.Name.Local)
		case "script":
			if at["src"] != "" {
				t.Errorf("a script is loaded from %q", at["src"])
			}
		}
		for _, name := range []string{"href", "srcset", "action", "data"} {
			if v, ok := at[name]; ok {
				t.Errorf("<%s %s=%q> may load something", e.Name.Local, name, v)
			}
		}
	}
	if heads != 1 {
		t.Errorf("%d main headings", heads)
	}
	text := string(page)
	if n, m := strings.Count(text, "<table"), strings.Count(text, "<caption"); n != m {
		t.Errorf("%d tables with %d captions", n, m)
	}
	if strings.Contains(text, "url(") || strings.Contains(text, "@import") || strings.Contains(text, ">NaN") {
		t.Error("the page refers to something or shows NaN")
	}
}

func TestPageHasNoLinks(t *testing.T) {
	page := run(t, standard(), report.Default(), 2)[report.HTMLFile]
	page = regexp.MustCompile(`data:image/png;base64,[^"]*`).ReplaceAll(page, nil)
	if m := regexp.MustCompile(`(?i)https?:|data:image|//`).Find(page); m != nil {
		t.Errorf("the page has %q", m)
	}
}

func TestNamesStayText(t *testing.T) {
	files := run(t, shapes()["odd names"], report.Default(), 2)
	if bytes.Contains(files[report.HTMLFile], []byte("<b>markup")) {
		t.Error("a category's name is markup in the page")
	}
	if !bytes.Contains(files[report.MarkdownFile], []byte(`a=1\|2`)) || bytes.Contains(files[report.MarkdownFile], []byte("<b>")) {
		t.Error("a category's name breaks the tables of report.md")
	}
}

func TestMarkdownTablesHaveOneWidth(t *testing.T) {
	for name, f := range shapes() {
		width := 0
		for _, l := range strings.Split(string(run(t, f, report.Default(), 2)[report.MarkdownFile]), "\n") {
			if !strings.HasPrefix(l, "|") {
				width = 0
				continue
			}
			n := strings.Count(strings.ReplaceAll(l, `\|`, ""), "|")
			if width == 0 {
				width = n
			}
			if n != width {
				t.Errorf("%s: %d bars, want %d: %s", name, n, width, l)
			}
		}
	}
}

func TestScoresAndImagesAreTold(t *testing.T) {
	files := run(t, standard(), report.Default(), 2)
	for name, want := range map[string][]string{
		report.MarkdownFile: {"| max-probability (fixed) | 0.4", "| energy | 3.250 |"},
		report.HTMLFile:     {"All 154 test images are in this page.", "max-probability (fixed)", ">energy</th><td>3.250</td>", "by the largest probability of the known gestures"},
	} {
		for _, w := range want {
			if !bytes.Contains(files[name], []byte(w)) {
				t.Errorf("%s has no %q", name, w)
			}
		}
	}
}

// TestExamplesAreByTheScoreInForce: the number below a picture is a probability
// only where decisions are by one.
func TestExamplesAreByTheScoreInForce(t *testing.T) {
	for score, c := range map[evaluate.Score]struct {
		threshold float64
		name      string
	}{
		evaluate.MaxProbability: {0.4, "the largest probability"},
		evaluate.Combined:       {-1, "the largest logit less the distance to the training images"},
		evaluate.Mahalanobis:    {-2, "minus the distance to the training images"},
	} {
		f := standard()
		f.score, f.threshold = score, c.threshold
		page := string(run(t, f, report.Default(), 2)[report.HTMLFile])
		for _, want := range []string{"and, below, its score: " + c.name + ".", ", predicted as na; score ", "na when " + c.name + " is below"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: no %q", score, want)
			}
		}
	}
}
