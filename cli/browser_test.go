package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/gesturekit/gesturekit/cli"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/internal/headless"
	"github.com/gesturekit/gesturekit/internal/synth"
	"github.com/gesturekit/gesturekit/rng"
)

// browser is a headless Chromium whose camera plays a file.
type browser struct {
	ctx   context.Context
	video string
}

// openBrowser starts Chromium, where there is one; in CI there must be. What the
// pages complain of fails the test at its end, but for requests that fail while
// the server is gone or another program, and what it refuses.
func openBrowser(t *testing.T, flags ...chromedp.ExecAllocatorOption) browser {
	t.Helper()
	program := headless.Chromium(t)
	b := browser{video: filepath.Join(t.TempDir(), "camera.mjpeg")}
	film(t, b.video, 1, 1, "idle")
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(program), chromedp.NoSandbox,
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-file-for-fake-video-capture", b.video))
	options = append(options, flags...)
	ctx, stop := context.WithTimeout(context.Background(), 12*time.Minute)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	b.ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	console := chromedp.Console(b.ctx)
	b.do(t, chromedp.EmulateViewport(1180, 900))
	t.Cleanup(func() {
		select {
		case <-b.ctx.Done():
			return
		case <-chromedp.FromContext(b.ctx).Browser.LostConnection:
			return
		default:
		}
		const last = "the test is over"
		b.eval(t, fmt.Sprintf("console.log(%q), ''", last))
		for m, err := range console {
			if err != nil {
				t.Error(err)
			}
			if err != nil || m.Text == last {
				break
			}
			expected := []string{"ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "WebSocket connection", "status of 40", "status of 500"}
			if !slices.ContainsFunc(expected, func(s string) bool { return strings.Contains(m.Text, s) }) {
				t.Errorf("the browser's console says %s", m)
			}
		}
	})
	return b
}

// allowed lets pages use the camera without being asked.
func allowed() chromedp.ExecAllocatorOption {
	return chromedp.Flag("use-fake-ui-for-media-stream", true)
}

func (b browser) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func (b browser) eval(t *testing.T, js string) string {
	t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](js))
	if err != nil {
		t.Fatalf("%s: %v", js, err)
	}
	return v
}

// until waits until the expression is true. What fails is not yet true: the page may
// be between two loads.
func (b browser) until(t *testing.T, js string) {
	t.Helper()
	var last error
	for range 600 {
		is, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](fmt.Sprintf("!!(%s)", js)))
		if is {
			return
		}
		last = err
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("after a minute still not: %s (%v); the page says %s", js, last, b.eval(t, "document.body.innerText"))
}

// keys types at whatever has the focus.
func (b browser) keys(t *testing.T, keys string) {
	t.Helper()
	b.do(t, chromedp.KeyEvent(keys))
}

// open opens a page while the camera shows persons from first to last, and waits for
// the picture.
func (b browser) open(t *testing.T, url string, first, last int, gestures ...string) {
	t.Helper()
	b.do(t, chromedp.Navigate("about:blank")) // which closes the camera's file
	film(t, b.video, first, last, gestures...)
	b.do(t, chromedp.Navigate(url))
	b.until(t, `!document.getElementById("guide").hidden`)
}

// film writes what the camera shows next time that it is opened: persons from first
// to last, four frames each, with the gestures in turn.
func film(t *testing.T, name string, first, last int, gestures ...string) {
	t.Helper()
	var file bytes.Buffer
	for person := first; person <= last; person++ {
		for frame := range 4 {
			img, err := synth.Draw(rng.New(9), synth.Default(), gestures[(4*person+frame)%len(gestures)], person, 1, 1+frame)
			if err != nil {
				t.Fatal(err)
			}
			if err := jpeg.Encode(&file, img, &jpeg.Options{Quality: 92}); err != nil {
				t.Fatal(err)
			}
		}
	}
	// Whole, since Chromium may look for cameras at any time.
	if err := atomicfile.WriteBytes(name, file.Bytes()); err != nil {
		t.Fatal(err)
	}
}

// pictures looks at a page at the widths of a desk and of a phone, in light and
// dark: nothing may be wider than the window. LIVE_DIR=dir keeps the pictures.
func (b browser) pictures(t *testing.T, name string) {
	t.Helper()
	for _, width := range []int64{390, 1180} {
		for _, scheme := range []string{"dark", "light"} {
			b.do(t, chromedp.EmulateViewport(width, 900))
			_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			if err != nil {
				t.Fatal(err)
			}
			if out := b.eval(t, `document.documentElement.scrollWidth <= innerWidth ? "" : [...document.querySelectorAll("body *")].filter(
				e => e.getBoundingClientRect().right > innerWidth && !e.closest(".scroll")).map(e => e.tagName + " " + e.className).join()`); out != "" {
				t.Errorf("%s, %d wide, %s: wider than the window: %s", name, width, scheme, out)
			}
			colour := b.eval(t, `getComputedStyle(document.body).backgroundColor`)
			if want := map[string]string{"light": "rgb(251, 251, 250)", "dark": "rgb(20, 23, 26)"}[scheme]; colour != want {
				t.Errorf("%s, %s: the page is %s, want %s", name, scheme, colour, want)
			}
			if dir := os.Getenv("LIVE_DIR"); dir != "" {
				picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
				if err == nil {
					err = os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", name, width, scheme)), picture, 0o644)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// TestLoop is the user's way: record captures in the browser, by keyboard, train on
// them, and see each gesture named and no gesture for one that was never recorded.
func TestLoop(t *testing.T) {
	b := openBrowser(t, allowed())
	t.Chdir(t.TempDir())

	// Record two gestures, and nothing and other hands as the page asks for, of six teams of three.
	url, stop := served(t, "capture", "--out", "captures", "--listen", "127.0.0.1:0")
	const length = 24
	others := []string{"point", "three", "rock", "call", "thumbs_up", "ok", "four", "ell", "pinky", "relaxed", "salute", "thumbs_down"}
	for _, c := range []struct {
		name  string
		shown []string
	}{{"fist", []string{"fist"}}, {"palm", []string{"palm"}}, {"nothing", []string{"idle"}}, {"other-hands", others}} {
		for group := range 6 {
			b.open(t, url, 1+3*group, 3+3*group, c.shown...)
			b.eval(t, `["category", "person"].forEach(id => document.getElementById(id).value = ""), document.getElementById("category").focus(), ""`)
			b.keys(t, fmt.Sprintf("%s\t../team %d", c.name, 1+group))
			b.eval(t, fmt.Sprintf(`document.getElementById("speed").value = "15", document.getElementById("length").value = "%d", document.getElementById("delay").value = "0", ""`, length))
			b.keys(t, "\x1bb") // out of the text, and a burst
			b.until(t, fmt.Sprintf(`document.getElementById("frames").children.length === %d && !document.querySelector("#frames .waiting")`, length))
		}
	}
	found, err := filepath.Glob("captures/palm/%2E.%2Fteam 2/*/*.jpg")
	if err != nil || len(found) != length {
		t.Errorf("%d frames of palm, %v", len(found), err)
	}
	b.pictures(t, "capture")
	if status, log := stop(); status != 0 {
		t.Errorf("capture ended with %d: %s", status, log)
	}

	// Train.
	settings := `ingest: {captures: captures, size: 32}
split: {known: [fist, palm], unknown: [nothing, other-hands]}
train: {arch: tiny, epochs: 100, batch: 16, score: max-probability, known_recall: 0, threshold: 0.5}
`
	if err := os.WriteFile("pipeline.yaml", []byte(settings), 0o644); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	if status := cli.Main(t.Context(), cli.IO{Args: []string{"gesturekit", "run", "--quiet"}, Stdout: &log, Stderr: &log}); status != 0 {
		t.Fatalf("run ended with %d: %s", status, log.String())
	}
	manifest, err := os.ReadFile("run/ingest/manifest.csv")
	t.Logf("%d different frames of %d", strings.Count(string(manifest), "\n")-1, 4*6*length)
	if err != nil || !strings.Contains(string(manifest), ",../team 3,") {
		t.Errorf("the manifest does not name the persons: %v", err)
	}

	// Recognise. Nobody recorded peace. A threshold is set, since a calibrated one is as good as the few pictures of
	// validation, and of a network of seconds more is asked than chance and less than every frame.
	url, stop = served(t, "serve", "--listen", "127.0.0.1:0")
	for _, c := range []struct{ shown, want string }{{"peace", "no gesture"}, {"idle", "no gesture"}, {"fist", "fist"}, {"palm", "palm"}} {
		b.open(t, url, 1, 18, c.shown)
		b.until(t, `Number(document.getElementById("rate").textContent) > 0 && document.querySelectorAll("#bars .line").length === 3`)
		right := 0
		const looks = 40 // over the whole film
		for range looks {
			if b.eval(t, `document.getElementById("name").textContent`) == c.want {
				right++
			}
			time.Sleep(100 * time.Millisecond)
		}
		t.Logf("%s: %q at %d of %d looks", c.shown, c.want, right, looks)
		if right <= looks/2 {
			t.Errorf("%s: %q at %d of %d looks; the page says %s", c.shown, c.want, right, looks, b.eval(t, "document.body.innerText"))
		}
	}
	b.pictures(t, "serve")

	// At the highest threshold nothing is a gesture any more, and back.
	slide := func(to string) {
		b.eval(t, fmt.Sprintf(`(s => { s.value = "%s"; s.dispatchEvent(new Event("input")) })(document.getElementById("threshold")), ""`, to))
	}
	slide("1")
	b.until(t, `document.getElementById("name").textContent === "no gesture"`)
	b.keys(t, " ") // pause: the slider decides the last frames anew
	b.until(t, `!document.getElementById("paused").hidden`)
	slide("0.01")
	b.until(t, `document.getElementById("name").textContent === "palm"`)
	b.keys(t, " ")

	// This was wrong.
	b.keys(t, "w")
	b.until(t, `document.getElementById("save").open`)
	b.pictures(t, "serve-save")
	b.keys(t, "other-hands\tmallory\r")
	b.until(t, `document.getElementById("saved").textContent === "Saved as other-hands, mallory."`)
	if found, err := filepath.Glob("captures/other-hands/mallory/*/00001.jpg"); err != nil || len(found) != 1 {
		t.Errorf("the frame is not there: %q %v", found, err)
	}
	if status, log := stop(); status != 0 {
		t.Errorf("serve ended with %d: %s", status, log)
	}
	b.until(t, `document.getElementById("gone").textContent.includes("The server")`)
}
