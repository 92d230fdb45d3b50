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
	name := ""
	if keep != nil {
		name = filepath.Join(w.env.Dir, filepath.FromSlash(keep.image()))
		if info, err := os.Stat(name); err == nil && info.Size() > 0 {
			c.settle("", "")
			keep.colours, err = w.colours(keep)
			return err
		}
	}
	img, reason, detail := w.decode(c.captures[0])
	c.settle(reason, detail)
	if reason != "" || keep == nil {
		return nil
	}
	err := atomicfile.Write(name, func(out io.Writer) error {
		return w.codec.EncodeJPEG(out, img, w.o.Quality)
	})
	if err != nil {
		return fmt.Errorf("write the image of %s: %w", keep.path, err)
	}
	return nil
}

// colours returns why a capture's colour profile was passed over, as decode
// notes it.
func (w writer) colours(c *capture) (string, error) {
	data, err := os.ReadFile(filepath.Join(w.root, filepath.FromSlash(c.path)))
	if err != nil {
		return "", fmt.Errorf("read %s again: %w", c.path, err)
	}
	info, err := pixel.Header(data, w.o.limits())
	return info.ProfileFault, err
}

// decode returns a capture at the working size, or says why it cannot be used.
func (w writer) decode(c *capture) (img *image.RGBA, reason Reason, detail string) {
	data, err := os.ReadFile(filepath.Join(w.root, filepath.FromSlash(c.path)))
	if err != nil {
		return nil, Unreadable, bare(err)
	}
	info, err := pixel.Header(data, w.o.limits())
	if err != nil {
		return nil, reasonOf(err), err.Error()
	}
	c.colours = info.ProfileFault
	if min(info.Width, info.Height) < w.o.MinSide {
		return nil, TooSmall, fmt.Sprintf("%dx%d pixels, want at least %d a side", info.Width, info.Height, w.o.MinSide)
	}
	if int64(info.Width)*int64(info.Height) >= largePixels {
		w.large.Lock()
		defer w.large.Unlock()
	}
	if img, _, err = w.codec.DecodeSquare(data, w.o.limits(), w.o.Size, w.o.Fit); err != nil {
		return nil, reasonOf(err), err.Error()
	}
	return img, "", ""
}
