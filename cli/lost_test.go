package cli_test

import (
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	permission "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/coder/websocket"

	"github.com/gesturekit/gesturekit/rng"
	"github.com/gesturekit/gesturekit/trainer"
)

// recordWhileGone serves the capture page in a new folder, ends the server, and
// records seven frames of a fist, by ann. It returns where the server was.
func recordWhileGone(t *testing.T, b browser) (url, address string) {
	t.Helper()
	t.Chdir(t.TempDir())
	url, stop := served(t, "capture", "--listen", "127.0.0.1:0")
	b.open(t, url, 1, 2, "fist")
	b.eval(t, `document.getElementById("category").focus(), ""`)
	b.keys(t, "fist\tann\x1b")
	stop()
	b.eval(t, `document.getElementById("length").value = "7", document.getElementById("delay").value = "0", ""`)
	b.keys(t, "b")
	b.until(t, `document.getElementById("gone").textContent.includes("7 frames wait in this browser")`)
	return url, strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/")
}

// TestNothingIsLost records while the server is gone, reloads, and starts the server
// again at the same address.
func TestNothingIsLost(t *testing.T) {
	b := openBrowser(t, allowed())
	url, address := recordWhileGone(t, b)
	// A reload needs the server, whose page it is.
	b.do(t, chromedp.Navigate("about:blank"))
	_, stop := served(t, "capture", "--listen", address)
	b.do(t, chromedp.Navigate(url))
	b.until(t, `document.getElementById("frames").children.length === 7 && document.getElementById("gone").hidden`)
	found, err := filepath.Glob("captures/fist/ann/*/0000?.jpg")
	if err != nil || len(found) != 7 {
		t.Errorf("found %q, %v", found, err)
	}
	b.until(t, `document.querySelector("#frames img").complete`)

	// The focus outlives that the page asks the server anew, which it does every five seconds.
	b.eval(t, `document.querySelector("#frames li:nth-child(3) button").focus(), window.asked = 0, window.ask = fetch,
		fetch = (...a) => { if (a[0] === "/v1/captures") asked++; return ask(...a) }, ""`)
	b.until(t, `asked > 1`)
	if !strings.HasPrefix(b.eval(t, `document.activeElement.title`), "Delete frame") {
		t.Error("the focus is lost")
	}

	// Delete by keyboard, and undo.
	b.eval(t, `document.querySelector("#frames button").focus(), ""`)
	b.keys(t, "\r")
	b.until(t, `document.getElementById("frames").children.length === 6 && !document.getElementById("undo").hidden`)
	if now, _ := filepath.Glob("captures/fist/ann/*/*.jpg"); len(now) != 6 {
		t.Errorf("after deleting one of 7 there are %d", len(now))
	}
	b.eval(t, `document.getElementById("undo-button").focus(), ""`)
	b.keys(t, "\r")
	b.until(t, `document.getElementById("frames").children.length === 7 && !document.querySelector("#frames .waiting")`)
	if !strings.HasPrefix(b.eval(t, `document.activeElement.title`), "Delete frame") {
		t.Error("the focus is lost with the button that had it")
	}
	if now, _ := filepath.Glob("captures/fist/ann/*/*.jpg"); len(now) != 7 {
		t.Errorf("after undoing there are %d", len(now))
	}

	// Holding the key records until it is let go, and no thumbnail vanishes meanwhile.
	b.eval(t, `window.vanished = 0, new MutationObserver(all => all.forEach(m => vanished += m.removedNodes.length)).observe(document.getElementById("frames"), {childList: true}), ""`)
	b.eval(t, `dispatch("keydown"), "";
		function dispatch(type) { document.body.dispatchEvent(new KeyboardEvent(type, {key: "r", bubbles: true})) }`)
	b.until(t, `document.getElementById("frames").children.length > 14`)
	b.eval(t, `document.body.dispatchEvent(new KeyboardEvent("keyup", {key: "r", bubbles: true})), ""`)
	b.until(t, `document.getElementById("light").hidden && !document.querySelector("#frames .waiting")`)

	if n := b.eval(t, `String(vanished)`); n != "0" {
		t.Errorf("%s thumbnails vanished", n)
	}

	// A name that cannot be one is refused before anything is recorded.
	b.eval(t, `document.getElementById("category").select(), ""`)
	b.keys(t, "train\x1bb")
	b.until(t, `document.getElementById("fault").textContent.includes("the name is reserved")`)
	if _, err := os.Stat("captures/train"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("captures/train: %v", err)
	}
	stop()
}

// TestRefusedFramesAreKept has frames refused by a program that took the server's
// place, then by the server for their name, and for a file in the place of a
// category, which must not hold the next ones up. Each is there in the end.
func TestRefusedFramesAreKept(t *testing.T) {
	b := openBrowser(t, allowed())
	url, address := recordWhileGone(t, b)
	other, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	stranger := http.Server{Handler: http.NotFoundHandler()}
	go stranger.Serve(other)
	b.until(t, `document.getElementById("refused").innerText.includes("7 frames were refused")`)
	stranger.Close()

	// The server is back. A reload asks it at once, instead of after half a minute.
	_, stop := served(t, "capture", "--listen", address)
	b.do(t, chromedp.Navigate(url))
	b.until(t, `document.getElementById("frames").children.length === 7 && document.getElementById("refused").hidden`)
	stop()

	// While it is gone, any name is taken.
	record := func(category string) {
		t.Helper()
		b.until(t, `!document.getElementById("guide").hidden && document.getElementById("light").hidden`)
		b.eval(t, `document.getElementById("length").value = "2", document.getElementById("delay").value = "0", document.getElementById("category").select(), document.getElementById("category").focus(), ""`)
		b.keys(t, category+"\x1bb")
	}
	record("train")
	b.until(t, `document.getElementById("gone").textContent.includes("2 frames wait in this browser")`)
	if err := os.WriteFile("captures/blocked", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	record("blocked")
	b.until(t, `document.getElementById("gone").textContent.includes("4 frames wait in this browser")`)
	record("zoom")
	b.until(t, `document.getElementById("gone").textContent.includes("6 frames wait in this browser")`)
	// What waits can be deleted, and taken back.
	b.eval(t, `document.querySelector("#frames button").focus(), ""`)
	b.keys(t, "\r")
	b.until(t, `document.getElementById("frames").children.length === 1 && document.getElementById("gone").textContent.includes("5 frames wait in this browser")`)
	b.eval(t, `document.getElementById("undo-button").focus(), ""`)
	b.keys(t, "\r")
	b.until(t, `document.getElementById("frames").children.length === 2 && document.getElementById("gone").textContent.includes("6 frames wait in this browser")`)
	_, stop = served(t, "capture", "--listen", address)
	b.until(t, `document.getElementById("refused").innerText.includes("4 frames were refused") && document.getElementById("frames").children.length === 2 && !document.querySelector("#frames .waiting")`)
	b.pictures(t, "capture-refused")

	// By keyboard: other names.
	b.eval(t, `document.querySelector("#refused input").select(), document.querySelector("#refused input").focus(), ""`)
	b.keys(t, "palm\r")
	b.until(t, `document.getElementById("refused").hidden && document.getElementById("total").textContent === "13 frames"`)
	for pattern, want := range map[string]int{"captures/fist/ann/*/*.jpg": 7, "captures/zoom/ann/*/*.jpg": 2, "captures/palm/ann/*/*.jpg": 4} {
		if found, err := filepath.Glob(pattern); err != nil || len(found) != want {
			t.Errorf("%s: found %q, %v", pattern, found, err)
		}
	}
	stop()
}

// TestBrowserIsKilled records while the server is gone, and kills the browser. Another
// one with the same profile has the frames.
func TestBrowserIsKilled(t *testing.T) {
	profile := t.TempDir()
	b := openBrowser(t, allowed(), chromedp.UserDataDir(profile))
	url, address := recordWhileGone(t, b)
	killed := chromedp.FromContext(b.ctx).Browser
	if err := killed.Process().Kill(); err != nil {
		t.Fatal(err)
	}
	<-killed.LostConnection

	b = openBrowser(t, allowed(), chromedp.UserDataDir(profile))
	_, stop := served(t, "capture", "--listen", address)
	b.do(t, chromedp.Navigate(url))
	b.until(t, `document.getElementById("total").textContent === "7 frames"`)
	if found, err := filepath.Glob("captures/fist/ann/*/0000?.jpg"); err != nil || len(found) != 7 {
		t.Errorf("found %q, %v", found, err)
	}
	stop()
}

// TestNoCamera opens both pages without a camera and, on a machine that has one,
// without the permission to use it.
func TestNoCamera(t *testing.T) {
	t.Chdir(t.TempDir())
	save(t, "model", "fist", "palm")
	for _, command := range [][]string{{"capture"}, {"serve", "--model", "model"}} {
		url, stop := served(t, append(command, "--listen", "127.0.0.1:0")...)
		b := openBrowser(t, chromedp.Flag("deny-permission-prompts", true))
		b.do(t, chromedp.Navigate(url))
		b.until(t, `document.getElementById("message").textContent.includes("The camera is not allowed")`)

		b = openBrowser(t, allowed(), chromedp.Flag("use-fake-device-for-media-stream", "device-count=0"), chromedp.Flag("use-file-for-fake-video-capture", false))
		b.do(t, chromedp.Navigate(url))
		b.until(t, `document.getElementById("message").textContent.includes("There is no camera")`)
		if command[0] == "capture" {
			b.until(t, `document.getElementById("burst").disabled && document.getElementById("hold").disabled`)
		}
		b.pictures(t, command[0]+"-no-camera")
		stop()
	}
}

// TestCameraIsLost takes the camera from both pages while they show it, and gives it
// back.
func TestCameraIsLost(t *testing.T) {
	b := openBrowser(t)
	t.Chdir(t.TempDir())
	save(t, "model", "fist", "palm")
	allow := func(setting permission.PermissionSetting) {
		t.Helper()
		_, err := chromedp.Call(b.ctx, permission.SetPermission, permission.SetPermissionParams{Permission: &permission.PermissionDescriptor{Name: "camera"}, Setting: setting})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range [][]string{{"capture"}, {"serve", "--model", "model"}} {
		url, stop := served(t, append(command, "--listen", "127.0.0.1:0")...)
		allow(permission.PermissionSettingGranted)
		b.open(t, url, 1, 1, "palm")
		allow(permission.PermissionSettingDenied)
		b.until(t, `document.getElementById("message").textContent.includes("The camera was lost") && document.getElementById("guide").hidden`)
		if command[0] == "serve" {
			b.until(t, `document.getElementById("detail").textContent === "The camera was lost"`)
		}
		allow(permission.PermissionSettingGranted)
		b.eval(t, `document.querySelector("#message button").click(), ""`)
		b.until(t, `!document.getElementById("guide").hidden && document.getElementById("message").hidden`)
		stop()
	}
}

// TestServerComesBack has all streams of the live page's server taken, and then
// stops it and starts it again: as it was, with another model, and asking for a token.
func TestServerComesBack(t *testing.T) {
	b := openBrowser(t, allowed())
	t.Chdir(t.TempDir())
	save(t, "model", "fist", "palm")
	url, stop := served(t, "serve", "--model", "model", "--listen", "127.0.0.1:0")
	address := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/")
	var streams []*websocket.Conn
	for range 32 { // which is the most
		c, _, err := websocket.Dial(t.Context(), strings.Replace(url, "http", "ws", 1)+"v1/stream", nil)
		if err != nil {
			t.Fatal(err)
		}
		streams = append(streams, c)
	}
	b.open(t, url, 1, 2, "palm")
	b.until(t, `document.getElementById("gone").textContent.startsWith("The server answers, but takes no stream now")`)
	for _, c := range streams {
		c.CloseNow()
	}
	works := `Number(document.getElementById("rate").textContent) > 0 && document.getElementById("gone").hidden`
	b.until(t, works)
	b.eval(t, `window.same = "yes"`)
	stop()
	b.until(t, `document.getElementById("gone").textContent.startsWith("The server") && document.getElementById("detail").textContent === "waiting for the server"`)
	b.pictures(t, "serve-gone")
	_, stop = served(t, "serve", "--model", "model", "--listen", address)
	b.until(t, works)
	if b.eval(t, `String(window.same)`) != "yes" {
		t.Error("the page was loaded anew for the same model")
	}

	stop()
	save(t, "model", "thumbs_up", "rock", "ok")
	_, stop = served(t, "serve", "--model", "model", "--listen", address)
	b.until(t, `document.getElementById("bars").innerText.includes("thumbs_up") && `+works)

	stop()
	_, stop = served(t, "serve", "--model", "model", "--listen", address, "--host", "hands.example")
	b.until(t, `document.getElementById("gone").textContent.includes("open the link that the server printed")`)
	stop()
}

// save writes a model whose weights are drawn.
func save(t *testing.T, dir string, gestures ...string) {
	t.Helper()
	o := trainer.Default()
	o.Arch = "tiny"
	m, err := trainer.New(&trainer.Data{Size: 32, Labels: append([]string{"na"}, gestures...), Std: trainer.RGB{1, 1, 1}}, o, rng.New(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.MkdirAll(dir, 0o755), m.Save(dir)); err != nil {
		t.Fatal(err)
	}
}
