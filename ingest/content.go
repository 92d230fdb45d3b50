package ingest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"

	"github.com/gesturekit/gesturekit/ingest/video"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/pixel"
)

// content is a sequence of bytes and the captures that hold it, by path.
type content struct{ captures []*capture }

// keeper returns the one capture of the content that may be kept, nil when its
// captures do not agree on what they show.
func (c content) keeper() *capture {
	first := c.captures[0]
	for _, other := range c.captures[1:] {
		if other.category != first.category {
			return nil
		}
	}
	return first
}

// settle spreads what was found out about the bytes to all captures: the same
// fault for all; or else a conflict for all; or else the first is kept.
func (c content) settle(reason Reason, detail string) {
	first := c.captures[0]
	keep := c.keeper()
	for _, capture := range c.captures {
		switch {
		case reason != "":
			capture.reject(reason, detail)
		case keep == nil:
			capture.reject(Conflict, "same content as "+c.rival(capture).path)
		case capture != keep:
			capture.reject(Duplicate, "same content as "+first.path)
		}
	}
}

// rival returns the first capture of the content in another category.
func (c content) rival(of *capture) *capture {
	for _, other := range c.captures {
		if other.category != of.category {
			return other
		}
	}
	return of
}

// digest reads every capture that nothing speaks against and takes its SHA-256.
func (s Stage) digest(ctx context.Context, env pipeline.Env, f folder, have map[string]earlier) error {
	var done atomic.Int64
	_, err := pipeline.Each(ctx, env.Workers, f.captures, func(_ context.Context, c *capture) (struct{}, error) {
		if c.reason == "" {
			s.sum(c, f.root, env, have)
		}
		env.Report(int(done.Add(1)), len(f.captures), "files")
		return struct{}{}, nil
	})
	return err
}

// contentsOf returns the different contents in the order of their first captures.
// A capture without a group gets that of its burst, and one without a time
// becomes the group of its own digest.
func (s Stage) contentsOf(f folder) []content {
	groupBursts(f.captures, s.Options.Groups.Gap)
	var out []content
	at := map[string]int{}
	for _, c := range f.captures {
		if c.group == "" && c.noGroup != "" {
			c.reject(NoGroup, c.noGroup+", and when it was taken is not known")
		}
		if c.reason != "" {
			continue
		}
		if c.group == "" {
			c.group = c.sha256[:8]
		}
		i, ok := at[c.sha256]
		if !ok {
			i = len(out)
			at[c.sha256] = i
			out = append(out, content{})
		}
		out[i].captures = append(out[i].captures, c)
	}
	return out
}

// sum finds out a capture's digest and what EXIF says. It opens no capture that
// is known from an earlier run.
func (s Stage) sum(c *capture, root string, env pipeline.Env, have map[string]earlier) {
	if env.Digests != nil {
		c.sha256 = env.Digests(c.path)
	}
	if e, ok := have[c.sha256]; ok && c.size <= s.Options.MaxBytes {
		c.exifTime, c.exifCamera = e.exifTime, e.exifCamera
	} else if err := s.read(c, c.onDisk(root)); err != nil {
		c.reject(Unreadable, bare(err))
		return
	}
	c.takenAt, c.camera = cmp.Or(c.takenAt, c.exifTime), cmp.Or(c.camera, c.exifCamera)
}

// read tells a clip, reads EXIF and, if it is not known yet, takes the digest.
func (s Stage) read(c *capture, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	head := make([]byte, 512)
	n, err := file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return err
	}
	c.video = videoIn(head[:n], io.NewSectionReader(file, 0, c.size))
	most, setting := s.Options.MaxBytes, ""
	if c.video != "" {
		most, setting = s.Options.Video.MaxBytes, " (ingest.video.max_bytes)"
	}
	if c.size > most {
		c.reject(TooLarge, fmt.Sprintf("%d bytes, at most %d are allowed%s", c.size, most, setting))
		return nil
	}
	if c.sha256 == "" {
		h := sha256.New()
		if _, err := io.Copy(h, file); err != nil {
			return err
		}
		c.sha256 = hex.EncodeToString(h.Sum(nil))
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return err
		}
	}
	if c.video != "" {
		return nil
	}
	shot := pixel.ReadShot(file)
	c.exifTime, c.exifCamera = shot.TakenAt, shot.Camera
	if !pixel.MayMove(head[:n]) {
		return nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	info, err := pixel.Header(data, s.Options.limits())
	c.animation = err == nil && info.Frames > 1 // else it is an image, good or bad
	return nil
}

// videoIn tells the container of a video by the file's first bytes, and of one
// that begins as a JPEG by as much of it as has its first picture.
func videoIn(head []byte, file io.Reader) video.Container {
	switch pixel.Sniff(head) {
	case "":
		return video.Sniff(head)
	case pixel.JPEG:
		if video.IsMJPEG(file) {
			return video.MJPEG
		}
	}
	return ""
}

// bare is a file error without the file's name, which differs between machines.
func bare(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
