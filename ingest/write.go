package ingest

import (
	"context"
	"fmt"
	"image"
	"io"
	"os"
	"path"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/gesturekit/gesturekit/ingest/quality"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/pixel"
)

// largePixels is the size from which captures are decoded one at a time, so
// that memory does not grow with the number of workers.
const largePixels = 8_000_000

// writer makes the working images.
type writer struct {
	o     Options
	codec pixel.Codec
	env   pipeline.Env
	root  string
	have  map[string]earlier
	large *sync.Mutex
}

// image returns where a kept capture's image lies in the stage's folder.
func (c *capture) image() string { return path.Join("images", c.category, c.id+".jpg") }

// writeAll checks every content and writes the image of those that are kept.
// Images of an interrupted run are taken as they are.
func (w writer) writeAll(ctx context.Context, contents []content) error {
	if err := w.prepare(contents); err != nil {
		return fmt.Errorf("prepare the images' folder: %w", err)
	}
	total := 0
	for _, c := range contents {
		total += len(c.captures)
	}
	var done atomic.Int64
	_, err := pipeline.Each(ctx, w.env.Workers, contents, func(_ context.Context, c content) (struct{}, error) {
		err := w.write(c)
		w.env.Report(int(done.Add(int64(len(c.captures)))), total, "images")
		return struct{}{}, err
	})
	return err
}

// prepare names the samples and makes their folders.
func (w writer) prepare(contents []content) error {
	var keep []*capture
	for _, c := range contents {
		if k := c.keeper(); k != nil {
			keep = append(keep, k)
		}
	}
	nameSamples(keep)
	for _, k := range keep {
		if err := os.MkdirAll(filepath.Join(w.env.Dir, filepath.FromSlash(path.Dir(k.image()))), 0o755); err != nil {
			return err
		}
	}
	return nil
}

func (w writer) write(c content) error {
	keep := c.keeper()
	if keep == nil {
		_, reason, detail := w.decode(c.captures[0])
		c.settle(reason, detail)
		return nil
	}
	name := filepath.Join(w.env.Dir, filepath.FromSlash(keep.image()))
	if w.again(keep, name) {
		c.settle("", "")
		return nil
	}
	var img *image.RGBA
	data, reason, detail := w.open(keep)
	written := false
	if info, err := os.Stat(name); err == nil && info.Size() > 0 {
		written = true // by an interrupted run
	}
	if reason == "" && !written {
		img, reason, detail = w.square(keep, data)
	}
	if c.settle(reason, detail); reason != "" {
		return nil
	}
	if !written {
		err := atomicfile.Write(name, func(out io.Writer) error {
			return w.codec.EncodeJPEG(out, img, w.o.Quality)
		})
		if err != nil {
			return fmt.Errorf("write the image of %s: %w", keep.path, err)
		}
	}
	small, _, err := pixel.ReadFile(name, pixel.DefaultLimits())
	if err != nil {
		return fmt.Errorf("look at the image of %s: %w", keep.path, err)
	}
	keep.measures = quality.Measure(small)
	return nil
}

// again takes image and measures from an earlier run, and reports whether it had
// them and the limits let the capture pass.
func (w writer) again(c *capture, name string) bool {
	e, ok := w.have[c.sha256]
	if !ok || min(e.width, e.height) < w.o.MinSide || int64(e.width)*int64(e.height) > int64(w.o.MaxPixels) {
		return false
	}
	if _, err := os.Lstat(name); err != nil {
		if err := os.Link(e.image, name); err != nil {
			return false // made again instead
		}
	}
	c.width, c.height, c.measures, c.colours = e.width, e.height, e.measures, e.colours
	return true
}

// decode returns a capture at the working size, or says why it cannot be used.
func (w writer) decode(c *capture) (img *image.RGBA, reason Reason, detail string) {
	data, reason, detail := w.open(c)
	if reason != "" {
		return nil, reason, detail
	}
	return w.square(c, data)
}

// open reads a capture and checks what its header says.
func (w writer) open(c *capture) (data []byte, reason Reason, detail string) {
	data, err := os.ReadFile(c.onDisk(w.root))
	if err != nil {
		return nil, Unreadable, bare(err)
	}
	if c.frame {
		return data, "", "" // checked when it was taken
	}
	info, err := pixel.Header(data, w.o.limits())
	if err != nil {
		return nil, reasonOf(err), err.Error()
	}
	c.colours = info.ProfileFault
	if c.width, c.height = info.Width, info.Height; info.Orientation > 4 {
		c.width, c.height = info.Height, info.Width
	}
	if min(info.Width, info.Height) < w.o.MinSide {
		return nil, TooSmall, tooSmall(info.Width, info.Height, w.o.MinSide)
	}
	return data, "", ""
}

func tooSmall(w, h, least int) string {
	return fmt.Sprintf("%dx%d pixels, want at least %d a side", w, h, least)
}

// square returns the pixels of an opened capture at the working size.
func (w writer) square(c *capture, data []byte) (*image.RGBA, Reason, string) {
	limits := w.o.limits()
	if c.frame {
		limits = pixel.DefaultLimits()
	} else if int64(c.width)*int64(c.height) >= largePixels {
		w.large.Lock()
		defer w.large.Unlock()
	}
	img, _, err := w.codec.DecodeSquare(data, limits, w.o.Size, w.o.Fit)
	if err != nil {
		return nil, reasonOf(err), err.Error()
	}
	return img, "", ""
}
