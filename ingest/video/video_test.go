package video_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gesturekit/gesturekit/ingest/video"
)

func found(t testing.TB) video.FFmpeg {
	t.Helper()
	f, err := video.Find(t.Context())
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return f
}

// draw lets ffmpeg make a clip of its test source, 10 frames a second, and
// returns its name.
func draw(t testing.TB, source, file string, args ...string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), file)
	args = slices.Concat([]string{"-v", "error", "-f", "lavfi", "-i", source}, args, []string{name})
	if out, err := exec.Command("ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return name
}

func container(t testing.TB, name string) video.Container {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if c := video.Sniff(data); c != "" {
		return c
	}
	if video.IsMJPEG(bytes.NewReader(data)) {
		return video.MJPEG
	}
	return ""
}

func clipOf(t testing.TB, name string, take video.Take) *video.Clip {
	t.Helper()
	return &video.Clip{FFmpeg: found(t), File: name, Container: container(t, name), Take: take, Limits: video.Limits{Pixels: 1 << 20, Seconds: 60}}
}

// frames returns the digests of a clip's frames, and their size.
func frames(t testing.TB, c *video.Clip) (sums []string, size image.Point, err error) {
	t.Helper()
	for img, fault := range c.Frames(t.Context()) {
		if fault != nil {
			return sums, size, fault
		}
		sum := sha256.Sum256(img.Pix)
		sums, size = append(sums, hex.EncodeToString(sum[:4])), img.Rect.Max
	}
	return sums, size, nil
}

const second = "testsrc=size=64x48:rate=10:duration=1"

func TestContainers(t *testing.T) {
	found(t)
	for file, c := range map[string]struct {
		want video.Container
		args []string
	}{
		"a.mp4":       {video.MP4, []string{"-c:v", "mpeg4"}},
		"a.mov":       {video.MP4, []string{"-c:v", "mpeg4"}},
		"a.webm":      {video.Matroska, []string{"-c:v", "libvpx"}},
		"a.mkv":       {video.Matroska, []string{"-c:v", "mpeg4"}},
		"mjpeg.avi":   {video.AVI, []string{"-c:v", "mjpeg"}},
		"a.avi":       {video.AVI, []string{"-c:v", "mpeg4"}},
		"a.mjpeg":     {video.MJPEG, []string{"-c:v", "mjpeg"}},
		"quicktime":   {video.MP4, []string{"-c:v", "mjpeg", "-f", "mov"}},
		"restart.mjp": {video.MJPEG, []string{"-c:v", "mjpeg", "-f", "mjpeg", "-huffman", "0"}},
	} {
		name := draw(t, second, file, c.args...)
		if got := container(t, name); got != c.want {
			t.Errorf("%s: %q, want %q", file, got, c.want)
			continue
		}
		sums, size, err := frames(t, clipOf(t, name, "every 1"))
		slices.Sort(sums)
		if err != nil || size != image.Pt(64, 48) || len(slices.Compact(sums)) != 10 {
			t.Errorf("%s: %d different frames of %v, %v", file, len(slices.Compact(sums)), size, err)
		}
	}
	for name, head := range map[string]string{
		"text": "the wide field", "raw": "\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01", "wave": "RIFF\x00\x00\x00\x00WAVEfmt ", "other EBML": "\x1aE\xdf\xa3\x93\x42\x82\x88mkwhatever", "": "",
	} {
		if got := video.Sniff([]byte(head)); got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestIsMJPEG(t *testing.T) {
	still := func(w int) []byte {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, 8)), nil); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	list := slices.Concat(still(8)[:2], []byte("\xff\xe2\x00\x08MPF\x00zz"), still(8)[2:])
	for name, c := range map[string]struct {
		data []byte
		want bool
	}{
		"one": {still(8), false}, "two": {slices.Concat(still(8), still(8)), true}, "three": {slices.Concat(still(8), still(8), still(8)), true},
		"of two sizes": {slices.Concat(still(8), still(16)), false}, "a list of pictures": {slices.Concat(list, still(8)), false},
		"cut": {still(8)[:100], false}, "cut behind": {slices.Concat(still(8), still(8)[:20]), false}, "a thumbnail": {slices.Concat(still(8)[:2], []byte("\xff\xe1\x00\x08\xff\xd8\xff\xd9zz"), still(8)[2:]), false},
		"zeros between": {slices.Concat(still(8), []byte{0, 0}, still(8)), false}, "nothing": {nil, false},
	} {
		if got := video.IsMJPEG(bytes.NewReader(c.data)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// The frames taken are those of all that the setting says, in 10 frames a second.
func TestTake(t *testing.T) {
	name := draw(t, second, "a.avi", "-c:v", "ffv1")
	all, _, err := frames(t, clipOf(t, name, "every 1"))
	if err != nil || len(all) != 10 {
		t.Fatalf("%d frames, %v", len(all), err)
	}
	for take, want := range map[video.Take][]int{
		"every 3": {0, 3, 6, 9}, "every 100": {0}, "rate 5": {0, 2, 4, 6, 8}, "rate 2": {0, 5}, "rate 1000": {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, "rate 0.5": {0}, "rate 4": {0, 3, 5, 8},
	} {
		got, _, err := frames(t, clipOf(t, name, take))
		var wanted []string
		for _, i := range want {
			wanted = append(wanted, all[i])
		}
		if err != nil || !slices.Equal(got, wanted) {
			t.Errorf("%s: %d frames, want those at %v, %v", take, len(got), want, err)
		}
	}
	cuts := draw(t, "color=red:size=64x48:rate=10:duration=0.5", "cuts.avi", "-f", "lavfi", "-i", "color=blue:size=64x48:rate=10:duration=0.5",
		"-filter_complex", "[0][1]concat=n=2", "-c:v", "ffv1")
	if got, _, err := frames(t, clipOf(t, cuts, "scene 0.3")); err != nil || len(got) != 2 || got[0] == got[1] {
		t.Errorf("scenes: %q, %v", got, err)
	}
	for _, take := range []video.Take{"", "all", "every", "every 0", "every 1.5", "rate 0", "rate -1", "rate NaN", "rate 1e9", "scene 2", "scene 0", "every 1 2"} {
		if err := take.Validate(); err == nil || !strings.Contains(err.Error(), `want "every N"`) {
			t.Errorf("%q: %v", take, err)
		}
	}
}

// Red, green, blue and grey come out as they went in, in either range and matrix.
func TestColours(t *testing.T) {
	found(t)
	for _, matrix := range []string{"bt601", "bt709"} {
		for _, span := range []string{"tv", "pc"} {
			for text, want := range map[string]color.RGBA{"0xC83C28": {0xc8, 0x3c, 0x28, 255}, "0x28A050": {0x28, 0xa0, 0x50, 255}, "0x2850C8": {0x28, 0x50, 0xc8, 255}, "0x808080": {0x80, 0x80, 0x80, 255}} {
				name := draw(t, "color="+text+":size=64x48:rate=10:duration=0.1", "a.mkv",
					"-vf", "scale=out_color_matrix="+matrix+":out_range="+span+",format=yuv444p", "-c:v", "ffv1", "-colorspace", map[string]string{"bt601": "smpte170m", "bt709": "bt709"}[matrix], "-color_range", span)
				for img, err := range clipOf(t, name, "every 1").Frames(t.Context()) {
					if err != nil {
						t.Fatal(err)
					}
					got := img.RGBAAt(32, 24)
					for _, d := range []int{int(got.R) - int(want.R), int(got.G) - int(want.G), int(got.B) - int(want.B)} {
						if d < -3 || d > 3 {
							t.Errorf("%s %s: %v, want %v", matrix, span, got, want)
							break
						}
					}
				}
			}
		}
	}
}

// Pictures are upright and have square pixels.
func TestShape(t *testing.T) {
	name := draw(t, second, "a.mov", "-c:v", "mpeg4", "-vf", "setsar=4/3")
	if _, size, err := frames(t, clipOf(t, name, "every 5")); err != nil || size != image.Pt(85, 48) {
		t.Errorf("pixels 4:3: %v, %v", size, err)
	}
	turned := filepath.Join(t.TempDir(), "turned.mov")
	if out, err := exec.Command("ffmpeg", "-v", "error", "-i", draw(t, second, "a.mov", "-c:v", "mpeg4"), "-c", "copy", "-metadata:s:v:0", "rotate=90", turned).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if _, size, err := frames(t, clipOf(t, turned, "every 5")); err != nil || size != image.Pt(48, 64) {
		t.Errorf("turned: %v, %v", size, err)
	}
}

func TestHighRangeIsTold(t *testing.T) {
	for transfer, want := range map[string]bool{"bt709": false, "smpte2084": true, "arib-std-b67": true} {
		c := clipOf(t, draw(t, second, "a.mkv", "-c:v", "ffv1", "-pix_fmt", "yuv420p10le", "-color_trc", transfer, "-color_primaries", "bt2020", "-colorspace", "bt2020nc"), "every 5")
		if _, _, err := frames(t, c); err != nil || c.HighRange != want {
			t.Errorf("%s: %v, %v", transfer, c.HighRange, err)
		}
	}
}

func TestFaults(t *testing.T) {
	cut := func(name string, share float64) string {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data[:int(share*float64(len(data)))], 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	long := strings.Replace(second, "duration=1", "duration=4", 1)
	sound := draw(t, "sine=duration=0.2", "a.mp4", "-c:a", "aac")
	for name, c := range map[string]struct {
		file   string
		limits video.Limits
		want   error
		frames int
		text   string
	}{
		"cut MP4":      {cut(draw(t, long, "a.mp4", "-c:v", "mpeg4"), 0.6), video.Limits{Pixels: 1e6, Seconds: 60}, video.ErrBroken, 0, "moov atom not found"},
		"cut WebM":     {cut(draw(t, long, "a.webm", "-c:v", "libvpx"), 0.6), video.Limits{Pixels: 1e6, Seconds: 60}, video.ErrBroken, 5, "ended prematurely"},
		"cut AVI":      {cut(draw(t, long, "a.avi", "-c:v", "mjpeg"), 0.6), video.Limits{Pixels: 1e6, Seconds: 60}, video.ErrBroken, 5, ""},
		"no video":     {sound, video.Limits{Pixels: 1e6, Seconds: 60}, video.ErrBroken, 0, ""},
		"large":        {draw(t, second, "a.mp4", "-c:v", "mpeg4"), video.Limits{Pixels: 64*48 - 1, Seconds: 60}, video.ErrTooLarge, 0, ""},
		"large motion": {draw(t, second, "a.mjpeg", "-c:v", "mjpeg"), video.Limits{Pixels: 64*48 - 1, Seconds: 60}, video.ErrTooLarge, 0, ""},
		"long":         {draw(t, "testsrc=size=1280x720:rate=60:duration=20", "a.avi", "-c:v", "mjpeg"), video.Limits{Pixels: 1e6, Seconds: 1}, video.ErrTooLarge, 0, "1 s of processor time"},
	} {
		clip := clipOf(t, c.file, "every 1")
		clip.Limits = c.limits
		sums, _, err := frames(t, clip)
		if !errors.Is(err, c.want) || len(sums) < c.frames || !strings.Contains(err.Error(), c.text) || strings.Contains(err.Error(), c.file) || strings.Contains(err.Error(), "0x") {
			t.Errorf("%s: %d frames, %v", name, len(sums), err)
		}
	}
}

// ffmpeg ends when nobody wants its frames any more.
func TestStopping(t *testing.T) {
	name := draw(t, "testsrc=size=640x480:rate=60:duration=10", "a.mp4", "-c:v", "mpeg4")
	n := 0
	for _, err := range clipOf(t, name, "every 1").Frames(t.Context()) {
		if n++; err != nil || n == 3 {
			break
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	start := time.Now()
	var last error
	for _, err := range clipOf(t, name, "every 1").Frames(ctx) {
		cancel()
		last = err
	}
	if n != 3 || !errors.Is(last, context.Canceled) || time.Since(start) > 10*time.Second {
		t.Errorf("%d frames, %v", n, last)
	}
}

// Without an ffmpeg, or with one of before 5.1, Find says what to install.
func TestFind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	for text, want := range map[string]string{
		"": "install ffmpeg 5.1 or newer", "ffmpeg version 4.4.2-0ubuntu": "ffmpeg 4.4.2-0ubuntu is too old: install ffmpeg 5.1", "ffmpeg version 5.0.1 Copyright": "too old",
		"hello": "does not tell its version", "ffmpeg version 5.1.9-0+deb12u1 Copyright": "", "ffmpeg version n7.1 Copyright": "", "ffmpeg version N-110000-gabc Copyright": "", "ffmpeg version 10.0 x": "",
	} {
		if text != "" {
			if err := os.WriteFile(filepath.Join(dir, "ffmpeg"), []byte("#!/bin/sh\necho '"+text+"'\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		f, err := video.Find(t.Context())
		switch {
		case want == "" && (err != nil || !strings.Contains(text, " "+f.Version+" ")):
			t.Errorf("%q: %q, %v", text, f.Version, err)
		case want != "" && (!errors.Is(err, video.ErrNoFFmpeg) || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: %v", text, err)
		}
		_ = os.Remove(filepath.Join(dir, "ffmpeg"))
	}
}

func FuzzIsMJPEG(f *testing.F) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(slices.Concat(b.Bytes(), b.Bytes()))
	f.Fuzz(func(t *testing.T, data []byte) {
		if video.IsMJPEG(bytes.NewReader(data)) && bytes.Count(data, []byte("\xff\xd8")) < 2 {
			t.Error("a video of one picture")
		}
		_ = video.Sniff(data)
	})
}
