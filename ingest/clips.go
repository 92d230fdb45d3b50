package ingest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/ingest/video"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/pixel"
)

// Clips bound what is taken out of animations and videos.
type Clips struct {
	MaxFrames int   `yaml:"max_frames" doc:"animations of more frames, and videos from which more would be taken, are quarantined, 1 or more"`
	MaxPixels int64 `yaml:"max_pixels" doc:"those of more pixels, all these frames together, are quarantined, 1 or more"`
}

// Video says what is taken out of videos.
type Video struct {
	Take       video.Take `yaml:"take" doc:"which frames of a video are taken: rate R (R a second), every N (every n-th) or scene S (the first, and those whose difference from the one before, by ffmpeg's measure, is at least S in 0..1)"`
	MaxBytes   int64      `yaml:"max_bytes" doc:"videos of more bytes are quarantined, 1 or more"`
	MaxSeconds int        `yaml:"max_seconds" doc:"videos for which ffmpeg takes more seconds of processor time are quarantined, 1 or more"`
}

// ffmpeg is what the lock calls it.
const ffmpeg = "ffmpeg"

// clipsDir is the folder, below the stage's, that has a folder of frames, at the
// working size, for each clip.
const clipsDir = "clips"

// clip is what was taken out of a file of several frames, and what is wrong with
// it as a whole.
type clip struct {
	Made           string // what decided it
	Frames         []taken
	Profile        string // why its colour profile was passed over, or ""
	Reason, Detail string
}

// taken is a frame. Its bytes are those of a binary PPM file of its pixels.
type taken struct {
	SHA256        string
	Width, Height int
}

func (t taken) bytes() int64 { return int64(len(ppmHead(t.Width, t.Height)) + 3*t.Width*t.Height) }

func ppmHead(w, h int) string { return fmt.Sprintf("P6\n%d %d\n255\n", w, h) }

// takeClips puts the frames of each clip in its place among the captures.
func (s Stage) takeClips(ctx context.Context, env pipeline.Env, f *folder, previous string) error {
	t := taker{Stage: s, root: f.root, dir: env.Dir, previous: previous, large: new(sync.Mutex)}
	if err := t.prepare(ctx, env, f.captures); err != nil {
		return err
	}
	var clips []*capture
	for _, c := range f.captures {
		if c.clip() {
			clips = append(clips, c)
		}
	}
	var done atomic.Int64
	inside, err := pipeline.Each(ctx, env.Workers, clips, func(ctx context.Context, c *capture) ([]*capture, error) {
		list, err := t.captures(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("take the frames of %s: %w", c.path, err)
		}
		env.Report(int(done.Add(1)), len(clips), "clips")
		return list, nil
	})
	if err != nil {
		return err
	}
	f.captures = slices.DeleteFunc(f.captures, (*capture).clip)
	f.captures = append(f.captures, slices.Concat(inside...)...)
	slices.SortStableFunc(f.captures, func(a, b *capture) int { return strings.Compare(a.path, b.path) })
	return nil
}

// clip reports whether a capture's frames are to be taken.
func (c *capture) clip() bool { return (c.animation || c.video != "") && c.reason == "" }

// prepare finds ffmpeg if there is a video, and without one rejects the videos.
func (t *taker) prepare(ctx context.Context, env pipeline.Env, captures []*capture) error {
	var fault error
	for _, c := range captures {
		if c.video == "" || c.reason != "" {
			continue
		}
		if fault == nil && t.ffmpeg.Version == "" {
			t.ffmpeg, fault = video.Find(ctx)
			if err := ctx.Err(); err != nil {
				return err
			}
			env.Uses(ffmpeg, t.ffmpeg.Version)
		}
		if fault != nil {
			c.reject(Unsupported, "a video: "+fault.Error())
		}
	}
	return nil
}

// taker takes frames out of clips.
type taker struct {
	Stage
	ffmpeg    video.FFmpeg
	root, dir string
	previous  string // the stage's folder of the run before, "" without
	large     *sync.Mutex
}

// captures returns the frames of a clip, which is a session unless its group is
// known, and rejects the clip if something is wrong with it.
func (t taker) captures(ctx context.Context, c *capture) ([]*capture, error) {
	all, dir, err := t.take(ctx, c)
	if err != nil {
		return nil, err
	}
	if all.Reason != "" {
		c.reject(Reason(all.Reason), all.Detail)
	}
	group := c.group
	if c.noGroup == "" {
		group = cmp.Or(group, dataset.FolderNamed(path.Base(c.placed())))
	}
	var out []*capture
	for i, one := range all.Frames {
		out = append(out, &capture{
			path: fmt.Sprintf("%s/%06d", c.path, i+1), file: filepath.Join(dir, frameFile(i)), place: c.placed(), frame: true,
			size: one.bytes(), regular: true, category: c.category, group: group, noGroup: c.noGroup,
			takenAt: c.takenAt, camera: c.camera, exifTime: c.exifTime, exifCamera: c.exifCamera, colours: all.Profile,
			sha256: one.SHA256, width: one.Width, height: one.Height,
		})
	}
	return out, nil
}

func frameFile(i int) string { return fmt.Sprintf("%06d.png", i+1) }

// take returns what is in a clip and the folder of its frames: from an
// interrupted run, from the run before, or from the file.
func (t taker) take(ctx context.Context, c *capture) (all clip, dir string, err error) {
	sum := sha256.Sum256([]byte(c.path))
	rel := filepath.Join(clipsDir, hex.EncodeToString(sum[:8]))
	dir = filepath.Join(t.dir, rel)
	o := t.Options
	made := fmt.Sprintf("%s %d %s %d %+v %+v", c.sha256, o.Size, o.Fit, o.MinSide, o.limits(), o.Clips)
	if c.video != "" {
		made += fmt.Sprintf(" %s %+v %s", c.video, o.Video, t.ffmpeg.Version)
	}
	read := func(dir string) bool {
		data, err := os.ReadFile(filepath.Join(dir, contentsFile))
		all = clip{}
		return err == nil && json.Unmarshal(data, &all) == nil && all.Made == made
	}
	if read(dir) {
		return all, dir, nil
	}
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return all, dir, err
	}
	old := filepath.Join(t.previous, rel)
	if t.previous == "" || !read(old) || !linkFrames(old, dir, len(all.Frames)) {
		write := t.writeAnimation
		if c.video != "" {
			write = t.writeVideo
		}
		if all, err = write(ctx, c, dir); err != nil {
			return all, dir, err
		}
		all.Made = made
	}
	data, err := json.Marshal(all)
	if err != nil {
		return all, dir, err
	}
	return all, dir, atomicfile.WriteBytes(filepath.Join(dir, contentsFile), append(data, '\n'))
}

// linkFrames reports whether all frames could be taken from another folder.
func linkFrames(from, to string, n int) bool {
	for i := range n {
		if os.Link(filepath.Join(from, frameFile(i)), filepath.Join(to, frameFile(i))) != nil {
			return false
		}
	}
	return true
}

// writeAnimation writes the frames of an animation.
func (t taker) writeAnimation(ctx context.Context, c *capture, dir string) (all clip, err error) {
	refuse := func(r Reason, detail string) (clip, error) {
		all.Reason, all.Detail = string(r), detail
		return all, nil
	}
	data, err := os.ReadFile(c.onDisk(t.root))
	if err != nil {
		return refuse(Unreadable, bare(err))
	}
	o := t.Options
	info, err := pixel.Header(data, o.limits())
	if err != nil {
		return refuse(reasonOf(err), err.Error())
	}
	all.Profile = info.ProfileFault
	if min(info.Width, info.Height) < o.MinSide {
		return refuse(TooSmall, tooSmall(info.Width, info.Height, o.MinSide))
	}
	if over := o.Clips.over(info.Frames, info.Width, info.Height); over != "" {
		return refuse(TooLarge, over)
	}
	if int64(info.Width)*int64(info.Height) >= largePixels {
		t.large.Lock()
		defer t.large.Unlock()
	}
	err = t.writeFrames(ctx, dir, pixel.Frames(data, o.limits()), &all)
	return all, err
}

// over says in what so many frames are too much, "" if they are not.
func (o Clips) over(frames, w, h int) string {
	switch {
	case frames > o.MaxFrames:
		return fmt.Sprintf("%d frames, at most %d are allowed (ingest.clips.max_frames)", frames, o.MaxFrames)
	case int64(w)*int64(h)*int64(frames) > o.MaxPixels:
		return fmt.Sprintf("%d frames of %dx%d pixels, at most %d pixels in all are allowed (ingest.clips.max_pixels)", frames, w, h, o.MaxPixels)
	}
	return ""
}

// writeVideo writes the frames that are taken of a video. Of one beyond the
// limits it keeps none: how far it comes may depend on the machine.
func (t taker) writeVideo(ctx context.Context, c *capture, dir string) (all clip, err error) {
	o := t.Options
	v := video.Clip{
		FFmpeg: t.ffmpeg, File: c.onDisk(t.root), Container: c.video, Take: o.Video.Take,
		Limits: video.Limits{Pixels: o.MaxPixels, Seconds: o.Video.MaxSeconds},
	}
	err = t.writeFrames(ctx, dir, t.within(v.Frames(ctx), &all), &all)
	if v.HighRange {
		all.Profile = "the brightness is by PQ or HLG, of high dynamic range: it counts as that of sRGB"
	}
	if Reason(all.Reason) == TooLarge {
		for i := range all.Frames {
			err = errors.Join(err, os.Remove(filepath.Join(dir, frameFile(i))))
		}
		all.Frames = nil
	}
	return all, err
}

// within yields a video's frames as long as they are within the limits, and says
// in all if they are not. Large ones are handled in one clip at a time.
func (t taker) within(frames iter.Seq2[*image.RGBA, error], all *clip) iter.Seq2[*image.RGBA, error] {
	return func(yield func(*image.RGBA, error) bool) {
		n, locked := 0, false
		defer func() {
			if locked {
				t.large.Unlock()
			}
		}()
		for img, fault := range frames {
			if fault != nil {
				yield(nil, fault)
				return
			}
			n++
			w, h := img.Rect.Dx(), img.Rect.Dy()
			if w*h >= largePixels && !locked {
				t.large.Lock()
				locked = true
			}
			if least := t.Options.MinSide; min(w, h) < least {
				all.Reason, all.Detail = string(TooSmall), tooSmall(w, h, least)
				return
			}
			if over := t.Options.Clips.over(n, w, h); over != "" {
				all.Reason, all.Detail = string(TooLarge), over+": take fewer (ingest.video.take)"
				return
			}
			if !yield(img, nil) {
				return
			}
		}
	}
}

// writeFrames writes frames at the working size, up to the first that is broken.
// An error that is not the file's is returned.
func (t taker) writeFrames(ctx context.Context, dir string, frames iter.Seq2[*image.RGBA, error], all *clip) error {
	for img, fault := range frames {
		if err := ctx.Err(); err != nil {
			return err
		}
		if errors.Is(fault, video.ErrRun) {
			return fault
		}
		if fault != nil {
			all.Reason, all.Detail = string(reasonOf(fault)), fault.Error()
			if n := len(all.Frames); n > 0 {
				all.Detail += fmt.Sprintf("; the %d frames before are taken", n)
			}
			return nil
		}
		err := writePNG(filepath.Join(dir, frameFile(len(all.Frames))), pixel.Square(img, t.Options.Size, t.Options.Fit))
		if err != nil {
			return err
		}
		all.Frames = append(all.Frames, taken{SHA256: pixelSum(img), Width: img.Rect.Dx(), Height: img.Rect.Dy()})
	}
	return nil
}

func writePNG(name string, img *image.RGBA) (err error) {
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(out, img)
}

// pixelSum returns the SHA-256 of a binary PPM file of an image.
func pixelSum(img *image.RGBA) string {
	h := sha256.New()
	w := img.Rect.Dx()
	_, _ = io.WriteString(h, ppmHead(w, img.Rect.Dy())) // a hash takes everything
	row := make([]byte, 3*w)
	for y := range img.Rect.Dy() {
		pix := img.Pix[y*img.Stride:][:4*w]
		for x := range w {
			copy(row[3*x:3*x+3], pix[4*x:])
		}
		_, _ = h.Write(row)
	}
	return hex.EncodeToString(h.Sum(nil))
}
