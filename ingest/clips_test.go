package ingest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/HugoSmits86/nativewebp"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/ingest"
	"github.com/gesturekit/gesturekit/ingest/video"
	"github.com/gesturekit/gesturekit/pipeline"
)

// moving returns the pictures as a GIF, with the colours of a palette.
func moving(t *testing.T, numbers ...int) string {
	t.Helper()
	var g gif.GIF
	for _, n := range numbers {
		frame := image.NewPaletted(image.Rect(0, 0, 40, 30), palette.WebSafe)
		draw.Draw(frame, frame.Rect, pictureOf(t, n), image.Point{}, draw.Src)
		g.Image, g.Delay = append(g.Image, frame), append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &g); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// movingWebP returns the pictures as an animated WebP.
func movingWebP(t *testing.T, numbers ...int) string {
	t.Helper()
	var a nativewebp.Animation
	for _, n := range numbers {
		a.Images, a.Durations, a.Disposals = append(a.Images, pictureOf(t, n)), append(a.Durations, 100), append(a.Disposals, 0)
	}
	var b bytes.Buffer
	if err := nativewebp.EncodeAll(&b, &a, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func pictureOf(t *testing.T, number int) image.Image {
	t.Helper()
	m, err := png.Decode(strings.NewReader(picture(number, 40, 30)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ppmSum returns the SHA-256 of an image as a PPM file.
func ppmSum(m image.Image) string {
	b := m.Bounds()
	out := fmt.Appendf(nil, "P6\n%d %d\n255\n", b.Dx(), b.Dy())
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
			out = append(out, c.R, c.G, c.B)
		}
	}
	sum := sha256.Sum256(out)
	return hex.EncodeToString(sum[:])
}

// Each frame of a clip is a capture. Clips are told by content; each is a
// session of its own, unless its name or folder tells the person.
func TestFramesOfClips(t *testing.T) {
	captures := write(t, with(sound(), map[string]string{
		"fist/wave.gif": moving(t, 50, 51, 52), "fist/dee-x-1.jpg": moving(t, 53, 54), "fist/eve/wave": movingWebP(t, 55, 56), "fist/still.gif": moving(t, 57),
		"fist/all.zip": zipped(t, map[string]string{"x/a.gif": moving(t, 58, 59), "b.gif": moving(t, 60, 61)}), "outside.gif": moving(t, 62, 63),
	}))
	before := files(t, captures)
	o := options(captures)
	r := must(t, o)
	got, sums := map[string]string{}, map[string]string{}
	for _, s := range r.m.Samples {
		if !strings.HasSuffix(s.Source, ".png") {
			got[s.Source], sums[s.Source] = s.Group, s.SHA256
		}
	}
	want := map[string]string{
		"fist/wave.gif/000001": "wave.gif", "fist/wave.gif/000002": "wave.gif", "fist/wave.gif/000003": "wave.gif",
		"fist/dee-x-1.jpg/000001": "dee", "fist/dee-x-1.jpg/000002": "dee", "fist/eve/wave/000001": "eve", "fist/eve/wave/000002": "eve",
		"fist/all.zip/x/a.gif/000001": "x", "fist/all.zip/x/a.gif/000002": "x", "fist/all.zip/b.gif/000001": "b.gif", "fist/all.zip/b.gif/000002": "b.gif",
		"fist/still.gif": got["fist/still.gif"],
	}
	if !maps.Equal(got, want) {
		t.Errorf("groups %v, want %v", got, want)
	}
	if !maps.Equal(r.quarantine, map[string]string{"outside.gif": "no-category"}) {
		t.Errorf("quarantine %v", r.quarantine)
	}
	if sum := ppmSum(pictureOf(t, 56)); sums["fist/eve/wave/000002"] != sum {
		t.Errorf("sha256 %s, want %s", sums["fist/eve/wave/000002"], sum)
	}
	if !maps.Equal(before, files(t, captures)) {
		t.Error("the captures changed")
	}
	table, err := os.ReadFile(filepath.Join(r.root, "ingest", ingest.CapturesFile))
	if err != nil {
		t.Fatal(err)
	}
	contains(t, "captures.csv", string(table), sums["fist/eve/wave/000002"]+",3613,40,30,")
	for _, workers := range []int{1, 9} {
		again, err := run(t, o, workers)
		if err != nil || !maps.Equal(files(t, filepath.Join(r.root, "ingest")), files(t, filepath.Join(again.root, "ingest"))) {
			t.Errorf("%d workers give other bytes, %v", workers, err)
		}
	}
}

// A frame looks as the same picture in a file of its own.
func TestFramesAreMadeAsImagesAre(t *testing.T) {
	r := must(t, options(write(t, with(sound(), map[string]string{"fist/clip": movingWebP(t, 50, 51)}))))
	file := must(t, options(write(t, with(sound(), map[string]string{"fist/clip/2.png": picture(51, 40, 30)}))))
	image := func(r result, source string) string {
		for _, s := range r.m.Samples {
			if s.Source == source {
				return files(t, filepath.Join(r.root, filepath.Dir(filepath.FromSlash(s.Path))))[filepath.Base(s.Path)]
			}
		}
		return ""
	}
	if a, b := image(r, "fist/clip/000002"), image(file, "fist/clip/2.png"); a == "" || a != b {
		t.Errorf("digests %q and %q", a, b)
	}
}

func TestFaultsOfClips(t *testing.T) {
	long := moving(t, 50, 51, 52, 53)
	webp := movingWebP(t, 60, 61, 62)
	captures := write(t, with(sound(), map[string]string{
		"fist/cut.gif": long[:len(long)-20], "fist/cut.webp": webp[:len(webp)-20], "fist/many.gif": moving(t, 70, 71, 72, 73, 74),
		"fist/twice.gif": moving(t, 80, 81, 80), "Thumbs Up/rival.gif": moving(t, 82, 83), "fist/rival.gif": moving(t, 83, 84),
	}))
	o := options(captures)
	o.Clips.MaxFrames = 4
	r := must(t, o)
	want := map[string]string{
		"fist/cut.gif": "truncated", "fist/cut.webp": "truncated", "fist/many.gif": "too-large", "fist/twice.gif/000003": "duplicate",
		"Thumbs Up/rival.gif/000002": "conflict", "fist/rival.gif/000001": "conflict",
	}
	if !maps.Equal(r.quarantine, want) {
		t.Errorf("quarantine %v, want %v", r.quarantine, want)
	}
	contains(t, "cut", r.details["fist/cut.gif"], "frame 4: ", "the 3 frames before are taken")
	contains(t, "many", r.details["fist/many.gif"], "5 frames, at most 4 are allowed (ingest.clips.max_frames)")
	if n := len(r.m.Samples) - len(sound()); n != 3+2+2+1+1 {
		t.Errorf("%d frames kept", n)
	}
	o.Clips.MaxPixels = 4*40*30 - 1
	if r := must(t, o); r.quarantine["fist/cut.gif"] != "too-large" || r.quarantine["fist/cut.webp"] != "truncated" {
		t.Errorf("quarantine %v", r.quarantine)
	}
	o = options(write(t, with(sound(), map[string]string{"fist/small.gif": moving(t, 50, 51)})))
	o.MinSide, o.MaxPixels = 30, 40*30 // fewer than a working image has
	if r := must(t, o); len(r.quarantine) != 0 {
		t.Errorf("quarantine %v", r.details)
	}
	o.MinSide = 31
	if _, err := run(t, o, 1); err == nil || !strings.Contains(err.Error(), `"fist" has no usable capture: 7 too-small`) {
		t.Errorf("%v", err)
	}
}

// Pattern and groups file speak of the clip.
func TestGroupsOfClips(t *testing.T) {
	captures := write(t, map[string]string{
		"fist/7_a.gif": moving(t, 50, 51), "fist/8_a.gif": moving(t, 52, 53), "palm/7_a.gif": moving(t, 54, 55), "palm/8_a.gif": moving(t, 56, 57),
		"groups.csv": "path,person,taken_at\nfist/7_a.gif,p7,2020-01-02T03:04:05\nfist/8_a.gif,p8,\npalm/7_a.gif,p7,\npalm/8_a.gif,p8,\n",
	})
	o := options(captures)
	o.Groups.File = filepath.Join(captures, "groups.csv")
	r := must(t, o)
	if got := r.groups(); len(got) != 8 || got["fist/7_a.gif/000002"] != "fist:p7" || got["palm/8_a.gif/000001"] != "palm:p8" || len(r.quarantine) != 0 {
		t.Errorf("%v, quarantine %v", got, r.details)
	}
	if i := slices.IndexFunc(r.m.Samples, func(s dataset.Sample) bool { return s.Source == "fist/7_a.gif/000002" }); r.m.Samples[i].TakenAt != "2020-01-02T03:04:05" {
		t.Errorf("taken at %q", r.m.Samples[i].TakenAt)
	}
	o.Groups.File, o.Groups.Pattern = "", `/(?P<person>\d+)_`
	if err := os.Remove(filepath.Join(captures, "groups.csv")); err != nil {
		t.Fatal(err)
	}
	if got := must(t, o).groups(); len(got) != 8 || got["fist/7_a.gif/000002"] != "fist:7" {
		t.Errorf("%v", got)
	}
}

// A second run takes over the frames of clips that are as they were, and gives
// what a first one would.
func TestClipsAreNotReadAgain(t *testing.T) {
	captures := write(t, with(sound(), map[string]string{"fist/a.gif": moving(t, 50, 51, 52), "fist/b.gif": moving(t, 53, 54)}))
	o := options(captures)
	root := t.TempDir()
	if _, err := runIn(t, o, 2, root); err != nil {
		t.Fatal(err)
	}
	frames := func() (out []os.FileInfo) {
		names, err := filepath.Glob(filepath.Join(root, "ingest", "clips", "*", "*.png"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			info, err := os.Stat(name)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, info)
		}
		return out
	}
	before := frames()
	if err := os.WriteFile(filepath.Join(captures, "fist/b.gif"), []byte(moving(t, 55, 54, 53)), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := runIn(t, o, 2, root)
	if err != nil {
		t.Fatal(err)
	}
	same := 0
	for _, a := range frames() {
		if slices.ContainsFunc(before, func(b os.FileInfo) bool { return os.SameFile(a, b) }) {
			same++
		}
	}
	if same != 3 {
		t.Errorf("%d frames are the same files, want the 3 of a.gif", same)
	}
	anew := must(t, o)
	if !maps.Equal(files(t, filepath.Join(root, "ingest")), files(t, filepath.Join(anew.root, "ingest"))) || len(r.m.Samples) != len(sound())+6 {
		t.Errorf("another result than a first run's, %d samples", len(r.m.Samples))
	}
}

// filmed returns a video of ten frames, 10 a second, of ffmpeg's test source.
func filmed(t *testing.T, file string, args ...string) string {
	t.Helper()
	if _, err := video.Find(t.Context()); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	name := filepath.Join(t.TempDir(), file)
	args = slices.Concat([]string{"-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=1"}, args, []string{name})
	if out, err := exec.Command("ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Frames of a video are captures as those of an animation are, and the lock says
// which ffmpeg took them.
func TestFramesOfVideos(t *testing.T) {
	clip := filmed(t, "a.avi", "-c:v", "ffv1")
	captures := write(t, with(sound(), map[string]string{
		"fist/wave.txt": clip, "fist/eve/1.mov": filmed(t, "a.mov", "-c:v", "mpeg4"), "fist/dee-x-1": filmed(t, "b.mjpeg", "-c:v", "mjpeg"),
		"fist/all.zip": zipped(t, map[string]string{"x/a.mp4": filmed(t, "c.mp4", "-c:v", "mpeg4", "-vf", "negate")}), "fist/cut.mov": filmed(t, "a.mov", "-c:v", "mpeg4")[:2000],
		"fist/hlg.mkv": filmed(t, "d.mkv", "-c:v", "ffv1", "-vf", "hflip", "-pix_fmt", "yuv420p10le", "-color_trc", "arib-std-b67"),
	}))
	o := options(captures)
	r := must(t, o)
	count := map[string]int{}
	for _, s := range r.m.Samples {
		if file, _, ok := strings.Cut(s.Source, "/0000"); ok {
			count[file+" "+s.Group]++
		}
	}
	want := map[string]int{"fist/wave.txt wave.txt": 5, "fist/eve/1.mov eve": 5, "fist/dee-x-1 dee": 2, "fist/all.zip/x/a.mp4 x": 5, "fist/hlg.mkv hlg.mkv": 5}
	if !maps.Equal(count, want) || !maps.Equal(r.quarantine, map[string]string{"fist/cut.mov": "unreadable"}) {
		t.Errorf("frames %v, quarantine %v", count, r.details)
	}
	contains(t, "cut", r.details["fist/cut.mov"], "video is broken: moov atom not found")
	lock, err := pipeline.ReadLock(r.root)
	if f, _ := video.Find(t.Context()); err != nil || f.Version == "" || lock.Stages["ingest"].Tools["ffmpeg"] != f.Version {
		t.Errorf("the lock has %v, %v", lock.Stages["ingest"].Tools, err)
	}
	flagged, err := os.ReadFile(filepath.Join(r.root, "ingest", ingest.FlaggedFile))
	if err != nil || strings.Count(string(flagged), "PQ or HLG") != 5 {
		t.Errorf("flagged: %s, %v", flagged, err)
	}
	again, err := run(t, o, 9)
	if err != nil || !maps.Equal(files(t, filepath.Join(r.root, "ingest")), files(t, filepath.Join(again.root, "ingest"))) {
		t.Errorf("other bytes in a second run, %v", err)
	}
	o.Video.Take = "every 10"
	if r := must(t, o); len(r.m.Samples) != len(sound())+5 {
		t.Errorf("%d samples", len(r.m.Samples))
	}
	o.Video.Take, o.Clips.MaxFrames = "every 1", 9
	r = must(t, o)
	if len(r.m.Samples) != len(sound()) || len(r.quarantine) != 6 {
		t.Errorf("%d samples, quarantine %v", len(r.m.Samples), r.quarantine)
	}
	contains(t, "many", r.details["fist/wave.txt"], "10 frames, at most 9 are allowed (ingest.clips.max_frames): take fewer (ingest.video.take)")
	o.Clips.MaxFrames, o.Video.MaxBytes = 100, int64(len(clip)-1)
	contains(t, "bytes", must(t, o).details["fist/wave.txt"], "(ingest.video.max_bytes)")
}

// Without ffmpeg, videos are set aside, and taken once it is there.
func TestVideosWithoutFFmpeg(t *testing.T) {
	captures := write(t, with(sound(), map[string]string{"fist/a.mp4": filmed(t, "a.mp4", "-c:v", "mpeg4")}))
	path, root := os.Getenv("PATH"), t.TempDir()
	t.Setenv("PATH", "")
	o := options(captures)
	r, err := runIn(t, o, 2, root)
	if err != nil || r.quarantine["fist/a.mp4"] != "unsupported" {
		t.Fatalf("%v, quarantine %v", err, r.quarantine)
	}
	contains(t, "detail", r.details["fist/a.mp4"], "a video: install ffmpeg 5.1 or newer")
	t.Setenv("PATH", path)
	if r, err = runIn(t, o, 2, root); err != nil || len(r.m.Samples) != len(sound())+5 {
		t.Errorf("%d samples, %v", len(r.m.Samples), err)
	}
}
