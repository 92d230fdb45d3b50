package report_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/report"
)

// browse opens the standard report in headless Chromium, where there is one. What
// the browser complains of fails the test at its end.
func browse(t *testing.T) (context.Context, *fixture) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	var browser string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("there is no Chromium")
	}
	f := standard()
	page := run(t, f, report.Default(), 2)[report.HTMLFile]
	file := filepath.Join(t.TempDir(), "report.html")
	f.must(t, os.WriteFile(file, page, 0o644))

	// Not of t.Context(), which ends before the console is read.
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(browser), chromedp.NoSandbox)
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	console := chromedp.Console(ctx)
	do(ctx, t, chromedp.EmulateViewport(1180, 900), chromedp.Navigate("file://"+file), chromedp.WaitVisible(chromedp.ID("explorer")))
	t.Cleanup(func() {
		const last = "the test is over"
		get(ctx, t, chromedp.Evaluate[string](fmt.Sprintf("console.log(%q), ''", last)))
		for m, err := range console {
			if err != nil {
				t.Error(err)
			} else if m.Text == last {
				break
			} else {
				t.Errorf("the browser's console says %s", m)
			}
		}
	})
	return ctx, f
}

func do(ctx context.Context, t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func get[T any](ctx context.Context, t *testing.T, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// move sets the slider as a hand does, to a thousandth of its range, which is 0 to
// 1 in the standard report.
func move(ctx context.Context, t *testing.T, thousandths int) {
	t.Helper()
	get(ctx, t, chromedp.Evaluate[bool](fmt.Sprintf(`(s => {
		s.value = "%d";
		return s.dispatchEvent(new Event("input", {bubbles: true}));
	})(document.getElementById("explore-threshold"))`, thousandths)))
}

// TestSliderAgreesWithGo moves the slider and compares the numbers and the matrix of
// the page's script with those that Go computes.
func TestSliderAgreesWithGo(t *testing.T) {
	ctx, f := browse(t)
	var before map[string][]string
	for _, at := range []int{0, 450, 800, 1000} {
		move(ctx, t, at)
		text := get(ctx, t, chromedp.TextContent(chromedp.ID("explore-value")))
		rows := get(ctx, t, chromedp.Evaluate[[][]string](
			`[...document.querySelectorAll("#explore-matrix tr")].map(r => [...r.cells].map(c => c.textContent))`))
		threshold := float64(at) / 1000
		if want := right(f.predictions, threshold); text != want {
			t.Errorf("at %v the page says %q, want %q", threshold, text, want)
		}
		got := map[string][]string{}
		for _, r := range rows {
			got[r[0]] = r[1:]
		}
		if diff := cmp.Diff(matrix(f, threshold), got); diff != "" {
			t.Errorf("at %v the matrix differs (-Go +page):\n%s", threshold, diff)
		}
		if cmp.Equal(got, before) {
			t.Errorf("at %v the matrix is the same as before", threshold)
		}
		before = got
	}
}

// TestCountOpensImages clicks a number and counts the images that it opens.
func TestCountOpensImages(t *testing.T) {
	ctx, f := browse(t)
	move(ctx, t, 450)
	for _, row := range []string{f.known[0], "unseen · " + f.unseen[0]} {
		want := matrix(f, 0.45)[row][1] // taken for the first known gesture
		do(ctx, t, chromedp.Click(fmt.Sprintf(`//tr[th[text()=%q]]/td[2]/button`, row)), chromedp.WaitVisible(chromedp.CSS("#explore-images img")))
		text := get(ctx, t, chromedp.TextContent(chromedp.CSS("#explore-images p")))
		// An image that cannot be decoded fails the promise.
		images := get(ctx, t, chromedp.Evaluate[int](
			`Promise.all([...document.querySelectorAll("#explore-images img")].map(i => i.decode())).then(l => l.length)`, chromedp.EvalAwaitPromise))
		if fmt.Sprint(images) != want || !strings.HasPrefix(text, row+" predicted as "+f.known[0]+": "+want+" image") {
			t.Errorf("%s: %d images under %q; want %s", row, images, text, want)
		}
	}
}

// TestNothingIsCutOff looks at the page at the widths of a desk and of a phone, in
// light and in dark. REPORT_DIR=dir keeps the pictures.
func TestNothingIsCutOff(t *testing.T) {
	ctx, _ := browse(t)
	for _, width := range []int64{1180, 390} {
		for _, scheme := range []string{"light", "dark"} {
			do(ctx, t, chromedp.EmulateViewport(width, 900))
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			if err != nil {
				t.Fatal(err)
			}
			wide := get(ctx, t, chromedp.Evaluate[int64](`document.documentElement.scrollWidth`))
			inner := get(ctx, t, chromedp.Evaluate[int64](`window.innerWidth`))
			colour := get(ctx, t, chromedp.Evaluate[string](`getComputedStyle(document.body).backgroundColor`))
			if inner != width || wide > width {
				out := get(ctx, t, chromedp.Evaluate[[]string](`[...document.querySelectorAll("body *")].filter(
					e => e.getBoundingClientRect().right > innerWidth && !e.closest(".scroll")).map(e => e.tagName + " " + e.className)`))
				t.Errorf("%d wide, %s: the page is %d wide in a window of %d, by %q", width, scheme, wide, inner, out)
			}
			if want := map[string]string{"light": "rgb(251, 251, 250)", "dark": "rgb(20, 23, 26)"}[scheme]; colour != want {
				t.Errorf("%s: the page is %s, want %s", scheme, colour, want)
			}
			if dir := os.Getenv("REPORT_DIR"); dir != "" {
				name, picture := fmt.Sprintf("report-%d-%s.png", width, scheme), get(ctx, t, chromedp.FullScreenshot(100))
				if err := os.WriteFile(filepath.Join(dir, name), picture, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// decided is the label of a line at a threshold.
func decided(l evaluate.Prediction, threshold float64) int {
	if l.Score < threshold {
		return evaluate.NA
	}
	return l.Argmax
}

// matrix counts the test lines by what is shown and what is predicted, as text.
func matrix(f *fixture, threshold float64) map[string][]string {
	counts := map[string][]int{}
	for _, l := range f.predictions {
		if l.Role != "test" {
			continue
		}
		row := l.Category
		if l.Kind != evaluate.Known {
			row = string(l.Kind) + " · " + row
		}
		if counts[row] == nil {
			counts[row] = make([]int, len(f.known)+1)
		}
		counts[row][decided(l, threshold)]++
	}
	out := map[string][]string{}
	for row, list := range counts {
		for _, n := range list {
			out[row] = append(out[row], fmt.Sprint(n))
		}
	}
	return out
}

func right(lines []evaluate.Prediction, threshold float64) string {
	count, total := map[evaluate.Kind]int{}, map[evaluate.Kind]int{}
	for _, l := range lines {
		if l.Role != "test" {
			continue
		}
		total[l.Kind]++
		if decided(l, threshold) == l.Target {
			count[l.Kind]++
		}
	}
	var parts []string
	for _, k := range evaluate.Kinds() {
		if total[k] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d of %d right", k, count[k], total[k]))
		}
	}
	return fmt.Sprintf("%.3f: %s", threshold, strings.Join(parts, ", "))
}
