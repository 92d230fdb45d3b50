package ingest_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/ingest"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/pixel"
	"github.com/gesturekit/gesturekit/progress"
)

func TestIngest(t *testing.T) {
	captures := write(t, sound())
	before := files(t, captures)
	r := must(t, options(captures))
	if len(r.m.Samples) != 12 || len(r.quarantine) != 0 || len(r.warnings) != 0 {
		t.Errorf("%d samples, quarantine %v, warnings %q", len(r.m.Samples), r.quarantine, r.warnings)
	}
	id := regexp.MustCompile(`^(fist|thumbs_up)-(ann|bob|cy)-[0-9a-f]{8}$`)
	for _, s := range r.m.Samples {
		if !id.MatchString(s.ID) || s.Path != "ingest/images/"+s.Category+"/"+s.ID+".jpg" {
			t.Errorf("ID %q, path %q", s.ID, s.Path)
		}
		if s.SHA256 != before[s.Source] || !strings.HasPrefix(s.SHA256, s.ID[len(s.ID)-8:]) || s.Label != dataset.NoLabel {
			t.Errorf("%+v does not fit its source", s)
		}
		img, info, err := pixel.ReadFile(filepath.Join(r.root, filepath.FromSlash(s.Path)), pixel.Limits{})
		if err != nil || info.Format != pixel.JPEG || img.Rect.Dx() != 64 || img.Rect.Dy() != 64 {
			t.Errorf("%s: %v, %+v", s.Path, err, info)
		}
	}
	if got := r.groups()["Thumbs Up/bob-home-1.png"]; got != "Thumbs Up:bob" {
		t.Errorf("group %q", got)
	}
	if !maps.Equal(before, files(t, captures)) {
		t.Error("the captures changed")
	}
}

func TestSameBytesForAnyNumberOfWorkersAndAfterAnInterruption(t *testing.T) {
	captures := write(t, with(sound(), map[string]string{
		"fist/dup-x-1.png": picture(1, 40, 30), "fist/bad.png": "bad", "fist/alone.png": picture(70, 31, 44), "fist/mirrored.png": seen(70, 31, 44, true, 1),
	}))
	var want map[string]string
	for _, workers := range []int{1, 2, 7} {
		r, err := run(t, options(captures), workers)
		if err != nil {
			t.Fatal(err)
		}
		got := files(t, filepath.Join(r.root, "ingest"))
		if want == nil {
			want = got
		}
		if !maps.Equal(got, want) {
			t.Errorf("%d workers give other bytes", workers)
		}
	}
	for after := 1; after < 30; after += 6 {
		root := t.TempDir()
		interrupt(t, options(captures), root, after)
		r, err := runIn(t, options(captures), 2, root)
		if err != nil {
			t.Fatal(err)
		}
		if got := files(t, filepath.Join(r.root, "ingest")); !maps.Equal(got, want) {
			t.Errorf("interrupted after %d reports: other bytes", after)
		}
	}
}

// interrupt cancels a run at its n-th report of progress, and leaves what a
// killed process would leave in addition.
func interrupt(t *testing.T, o ingest.Options, root string, n int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	count := 0
	err := pipeline.Run(ctx, []pipeline.Stage{ingest.Stage{Options: o}}, pipeline.Options{
		Root: root, Workers: 1,
		Progress: func(e progress.Event) {
			if count++; count == n {
				cancel()
			}
		},
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled after %d reports: got %v", n, err)
	}
	if _, err := os.Stat(filepath.Join(root, "ingest")); !errors.Is(err, os.ErrNotExist) {
		t.Error("an interrupted run left an output")
	}
	half := filepath.Join(root, ".gesturekit", "ingest.unfinished", ".tmp-123")
	if err := os.WriteFile(half, []byte("half"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestResumeKeepsImages(t *testing.T) {
	captures := write(t, sound())
	root := t.TempDir()
	interrupt(t, options(captures), root, 20)
	images := files(t, filepath.Join(root, ".gesturekit", "ingest.unfinished"))
	delete(images, ".tmp-123")
	if len(images) == 0 {
		t.Fatal("nothing was written before the interruption")
	}
	var one string
	for name := range images {
		one = filepath.Join(root, ".gesturekit", "ingest.unfinished", filepath.FromSlash(name))
	}
	before, err := os.Stat(one)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := runIn(t, options(captures), 1, root); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(strings.Replace(one, filepath.Join(".gesturekit", "ingest.unfinished"), "ingest", 1))
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(before, after) {
		t.Error("a finished image was made again")
	}
}

func TestWithoutCapturesTheSyntheticOnesAreTaken(t *testing.T) {
	root := write(t, map[string]string{
		"synth/captures/fist/p03-s1-f04.png": picture(1, 40, 30), "synth/captures/fist/p04-s2-f01.png": picture(2, 40, 30),
		"synth/captures/idle/p03-s1-f04.png": picture(3, 40, 30),
	})
	r, err := runIn(t, options(""), 2, root)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.m.Groups(); !slices.Equal(got, []string{"p03", "p04"}) {
		t.Errorf("groups %q", got)
	}
	contains(t, "warnings", strings.Join(r.warnings, "\n"), `category "idle" has one image only`)
	if s := (ingest.Stage{Options: options("")}); len(s.Inputs()) != 0 || !strings.HasPrefix(s.Version(), "ingest/") {
		t.Errorf("inputs %q, version %q", s.Inputs(), s.Version())
	}
}

func TestFitAndSizeReachTheImages(t *testing.T) {
	captures := write(t, sound())
	seen := map[string]bool{}
	for _, fit := range []pixel.Fit{pixel.Crop, pixel.Pad, pixel.Stretch} {
		o := options(captures)
		o.Fit, o.Size = fit, 32
		r := must(t, o)
		img, _, err := pixel.ReadFile(filepath.Join(r.root, filepath.FromSlash(r.m.Samples[0].Path)), pixel.Limits{})
		if err != nil || img.Rect.Dx() != 32 {
			t.Fatalf("%v, %v", err, img.Rect)
		}
		seen[fmt.Sprint(img.Pix)] = true
	}
	if len(seen) != 3 {
		t.Errorf("%d different images of three fits", len(seen))
	}
}

// TestUnknownProfilesAreFlagged: a capture is kept, and stands in the list, also
// if its image is there already from a run that was interrupted.
func TestUnknownProfilesAreFlagged(t *testing.T) {
	png := picture(77, 40, 30)
	body := "iCCPcmyk\x00\x00\x78\x9c\x03\x00\x00\x00\x00\x01" // an empty profile
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)-4))
	chunk = binary.BigEndian.AppendUint32(append(chunk, body...), crc32.ChecksumIEEE([]byte(body)))
	captures := write(t, map[string]string{
		"fist/ann-home-1.png": png[:33] + string(chunk) + png[33:], "fist/bob-home-1.png": picture(1, 40, 30),
	})
	root := t.TempDir()
	interrupt(t, options(captures), root, 3)
	if n := len(files(t, filepath.Join(root, ".gesturekit", "ingest.unfinished"))); n != 2 {
		t.Fatalf("%d files were written before the interruption, want one image and what is half", n)
	}
	for name, root := range map[string]string{"resumed": root, "at once": t.TempDir()} {
		r, err := runIn(t, options(captures), 1, root)
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(r.root, "ingest", ingest.FlaggedFile))
		if err != nil {
			t.Fatal(err)
		}
		contains(t, name, string(data), "fist/ann-home-1.png,profile,", "colour profile is broken")
	}
}
