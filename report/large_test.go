package report_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/internal/headless"
	"github.com/gesturekit/gesturekit/report"
)

// TestTenThousandImages: the page of a large test stays small, opens, and its
// matrices are of every image, while a part of the images is embedded, and it
// says so.
func TestTenThousandImages(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	f := standard()
	f.per = 455
	page := run(t, f, report.Default(), 2)[report.HTMLFile]
	checkPage(t, page)
	const images = 10_010
	if n := len(page); n > 6<<20 {
		t.Errorf("the page has %d bytes, want at most 6 MiB", n)
	}
	t.Logf("%d bytes", len(page))
	file := filepath.Join(t.TempDir(), "report.html")
	f.must(t, os.WriteFile(file, page, 0o644))
	p := headless.Open(t, file)
	p.Do(chromedp.WaitVisible(chromedp.ID("explore-controls")))

	embedded := headless.Eval[int](p, `JSON.parse(document.getElementById("explore-data").textContent).images.filter(i => i !== "").length`)
	text := headless.Eval[string](p, `document.getElementById("explore-images").innerText`)
	if want := fmt.Sprintf("480 of the %d test images are in this page", images); embedded != 480 || !strings.Contains(text, want) {
		t.Errorf("%d images are embedded, and the page says %q, want %q", embedded, text, want)
	}
	rule := evaluate.Rule{Threshold: 0.45}
	low, high := ends(decided(t, f, evaluate.Rule{}))
	for _, at := range []int{450, 700} {
		move(p, at)
		rule.Threshold = low + float64((high-low)*float64(at)/1000)
		got := trim(matrices(p))
		if diff := cmp.Diff(counted(t, f, rule), got); diff != "" {
			t.Fatalf("at %d the matrices differ (-Go +page):\n%s", at, diff)
		}
		sum := 0
		for _, cells := range got["all"] {
			for _, c := range cells[:len(cells)-1] {
				n := 0
				if _, err := fmt.Sscan(c, &n); err != nil {
					t.Fatal(err)
				}
				sum += n
			}
		}
		if sum != images {
			t.Errorf("at %d the matrix of all images sums up to %d, want %d", at, sum, images)
		}
	}

	// Behind a count are those of its images that are embedded, and it says how many.
	button := fmt.Sprintf(`document.querySelector("[data-matrix=known] tr[data-row='%s']").cells[2].querySelector("button")`, f.known[0])
	shown := headless.Eval[int](p, button+`.click(), Promise.all([...document.querySelectorAll("[aria-live] img")].map(i => i.decode())).then(l => l.length)`)
	if text := headless.Eval[string](p, `document.querySelector("[aria-live] p").textContent`); shown == 0 || shown >= 480 || !strings.Contains(text, fmt.Sprintf("(embedded: %d)", shown)) {
		t.Errorf("%d images under %q", shown, text)
	}
	t.Logf("a move of the slider takes %.1f ms", headless.Eval[float64](p, `(() => {
		const s = document.getElementById("explore-threshold"), before = performance.now();
		for (let i = 0; i < 20; i++) { s.value = 40 * i; s.dispatchEvent(new Event("input")); }
		return (performance.now() - before) / 20;
	})()`))
}
