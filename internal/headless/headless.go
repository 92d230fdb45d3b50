// Package headless opens a page in headless Chromium for a test.
package headless

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Page is an open page. A step that fails ends the test.
type Page struct {
	t   *testing.T
	ctx context.Context
}

// Chromium returns the machine's Chromium. It skips the test in short mode and
// where there is none, but for CI, which must have it.
func Chromium(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("there is no Chromium, which CI must have")
	}
	t.Skip("there is no Chromium")
	return ""
}

// Open opens a file in Chromium, where there is one, 1180 by 900 pixels. What the
// browser's console says fails the test at its end.
func Open(t *testing.T, file string) *Page {
	t.Helper()
	// Not of t.Context(), which ends before the console is read.
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(Chromium(t)), chromedp.NoSandbox)
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	console := chromedp.Console(ctx)
	p := &Page{t, ctx}
	p.Do(chromedp.EmulateViewport(1180, 900), chromedp.Navigate("file://"+file), chromedp.WaitReady(chromedp.CSS("body")))
	t.Cleanup(func() {
		const last = "the test is over"
		Eval[string](p, fmt.Sprintf("console.log(%q), ''", last))
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
	return p
}

// Do takes steps.
func (p *Page) Do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// Eval returns the value of a JavaScript expression, or what it promises.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// Media sets the colour scheme, light or dark, and the medium, screen or print.
func (p *Page) Media(scheme, medium string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: medium, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// Heard is what a screen reader is told of a part of the page.
type Heard struct{ Role, Name string }

// Heard returns the parts of the accessibility tree, in order.
func (p *Page) Heard() []Heard {
	p.t.Helper()
	tree, err := chromedp.Call(p.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		p.t.Fatal(err)
	}
	text := func(v *accessibility.Value) (s string) {
		if v != nil && v.Value != nil {
			if err := json.Unmarshal(v.Value, &s); err != nil {
				p.t.Fatal(err)
			}
		}
		return s
	}
	var out []Heard
	for _, n := range tree.Nodes {
		if !n.Ignored {
			out = append(out, Heard{text(n.Role), text(n.Name)})
		}
	}
	return out
}

// Fits looks at the page at the widths of a desk and of a phone, in light and in
// dark, and as it is printed: nothing outside a part that scrolls may be wider than the
// window. Where dir is not "", it keeps the pictures there under the name.
func (p *Page) Fits(dir, name string) {
	p.t.Helper()
	for _, look := range []struct {
		width          int64
		scheme, medium string
	}{{1180, "light", "screen"}, {1180, "dark", "screen"}, {390, "light", "screen"}, {390, "dark", "screen"}, {760, "dark", "print"}} {
		p.Do(chromedp.EmulateViewport(look.width, 900))
		p.Media(look.scheme, look.medium)
		if wide := Eval[int64](p, `document.documentElement.scrollWidth`); wide > look.width {
			p.t.Errorf("%+v: the page is %d wide, by %q", look, wide, Eval[[]string](p, `[...document.querySelectorAll("body *")].filter(
				e => e.getBoundingClientRect().right > innerWidth && !e.closest(".scroll")).map(e => e.tagName + " " + e.className)`))
		}
		want := map[string]string{"light": "rgb(251, 251, 250)", "dark": "rgb(20, 23, 26)"}[look.scheme]
		if look.medium == "print" {
			want = "rgb(255, 255, 255)"
		}
		if colour := Eval[string](p, `getComputedStyle(document.body).backgroundColor`); colour != want {
			p.t.Errorf("%+v: the page is %s, want %s", look, colour, want)
		}
		if dir != "" {
			picture, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d-%s-%s.png", name, look.width, look.scheme, look.medium)), picture, 0o644)
			}
			if err != nil {
				p.t.Fatal(err)
			}
		}
	}
}
