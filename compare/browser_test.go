package compare

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/internal/headless"
)

// TestPageInBrowser: the page opens without a word on the console, every curve is
// drawn within its chart, the paired tests unfold, and nothing is cut off.
// COMPARE_DIR=dir keeps the pictures.
func TestPageInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	r := made(t)
	var page bytes.Buffer
	if err := r.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), HTMLFile)
	if err := os.WriteFile(file, page.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	p := headless.Open(t, file)
	// Three trainings by five scores, and five scores by three trainings, as OSCR and ROC.
	drawn := headless.Eval[[]float64](p, `[...document.querySelectorAll("svg.chart path.curve")].filter(c => {
		const line = c.getBoundingClientRect(), chart = c.closest("svg").getBoundingClientRect();
		return getComputedStyle(c).stroke !== "none" && line.left >= chart.left && line.right <= chart.right && line.top >= chart.top && line.bottom <= chart.bottom;
	}).map(c => c.getTotalLength())`)
	if want := 2 * 2 * 3 * len(evaluate.Scores()); len(drawn) != want {
		t.Errorf("%d curves are drawn, want %d", len(drawn), want)
	}
	for _, n := range drawn {
		if n < 300 { // the chart is some 400 wide
			t.Errorf("a curve is %v long", n)
		}
	}
	colours := headless.Eval[int](p, `new Set([...document.querySelector(".curves svg.chart").querySelectorAll("path.curve")].map(c => getComputedStyle(c).stroke)).size`)
	dashes := headless.Eval[int](p, `new Set([...document.querySelector(".curves svg.chart").querySelectorAll("path.curve")].map(c => getComputedStyle(c).strokeDasharray)).size`)
	if colours != 3 || dashes != 3 {
		t.Errorf("the three curves of a chart have %d colours and %d dashes", colours, dashes)
	}
	hidden := headless.Eval[int](p, `[...document.querySelectorAll("details")].map(d => {
		d.querySelector("summary").click();
		return d.querySelector("tr, li").getBoundingClientRect().height;
	}).filter(h => h === 0).length`)
	if hidden != 0 {
		t.Errorf("%d parts do not unfold", hidden)
	}
	p.Fits(os.Getenv("COMPARE_DIR"), "compare")
}
