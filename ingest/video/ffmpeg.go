package video

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"iter"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// FFmpeg is an ffmpeg of this machine.
type FFmpeg struct {
	file    string
	Version string // such as "5.1.9-0+deb12u1"
}

// ErrNoFFmpeg tells that there is no ffmpeg to go by.
var ErrNoFFmpeg = errors.New("install ffmpeg 5.1 or newer so that it is on the PATH")

// Find returns the ffmpeg on the PATH. Errors wrap ErrNoFFmpeg.
func Find(ctx context.Context) (FFmpeg, error) {
	file, err := exec.LookPath("ffmpeg")
	if err != nil {
		return FFmpeg{}, ErrNoFFmpeg
	}
	text, err := exec.CommandContext(ctx, file, "-version").Output()
	if ctx.Err() != nil {
		return FFmpeg{}, ctx.Err()
	}
	words := strings.Fields(string(text))
	if err != nil || len(words) < 3 || words[0] != "ffmpeg" || words[1] != "version" {
		return FFmpeg{}, fmt.Errorf("the ffmpeg that is there does not tell its version: %w", ErrNoFFmpeg)
	}
	if old(words[2]) {
		return FFmpeg{}, fmt.Errorf("ffmpeg %s is too old: %w", words[2], ErrNoFFmpeg)
	}
	return FFmpeg{file, words[2]}, nil
}

// old reports whether a release is older than 5.1, the first with -fps_mode. What
// was built between releases, such as N-110000-g1234567, counts as new.
func old(version string) bool {
	parts := strings.FieldsFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	if len(parts) < 2 || version[0] < '0' || version[0] > '9' {
		return false
	}
	major, _ := strconv.Atoi(parts[0])
	minor, _ := strconv.Atoi(parts[1])
	return major < 5 || major == 5 && minor < 1
}

// Limits bound what is taken on.
type Limits struct {
	Pixels  int // of a frame
	Seconds int // of processor time
}

// Clip is a video file to take frames out of.
type Clip struct {
	FFmpeg    FFmpeg
	File      string // its absolute path
	Container Container
	Take      Take
	Limits    Limits
	// HighRange tells, when the frames are taken, that the brightness is by PQ or
	// HLG. It is taken for that of sRGB.
	HighRange bool
}

// memory is the most that ffmpeg may have, bytes of address space: several times
// what 8K H.265 takes. It is only held on Linux.
const memory = 4 << 30

// Frames yields the frames, opaque, at (0,0), each valid until the next one is
// asked for. An error that wraps ErrBroken or ErrTooLarge is the video's, and is
// the last that is yielded; where it is ErrBroken the frames before may be used.
// ErrRun and those of ctx are not the video's fault. Stopping early or cancelling ctx ends
// ffmpeg.
func (c *Clip) Frames(ctx context.Context) iter.Seq2[*image.RGBA, error] {
	return func(yield func(*image.RGBA, error) bool) {
		inner, stop := context.WithCancel(ctx)
		defer stop()
		cmd, err := c.command(inner)
		if err != nil {
			yield(nil, err)
			return
		}
		var told log
		cmd.Stderr = &told
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = start(cmd)
		}
		if err != nil {
			yield(nil, fmt.Errorf("%w: %w", ErrRun, err))
			return
		}
		in := bufio.NewReaderSize(out, 1<<16)
		var img *image.RGBA
		for {
			if img, err = readPPM(in, img, c.Limits.Pixels); err != nil || !yield(img, nil) {
				break
			}
		}
		if err != io.EOF { // it broke off, or no more is wanted
			stop()
		}
		ended := cmd.Wait()
		c.HighRange = told.highRange
		switch {
		case err == nil: // the loop over the frames ended
		case ctx.Err() != nil:
			yield(nil, ctx.Err())
		case errors.Is(err, ErrTooLarge):
			yield(nil, err)
		default:
			if err := c.verdict(err, ended, cmd.ProcessState, &told); err != nil {
				yield(nil, err)
			}
		}
	}
}

func (c *Clip) command(ctx context.Context) (*exec.Cmd, error) {
	take, err := c.Take.filter()
	if err != nil {
		return nil, err
	}
	// Sides of a pixel beyond four to one are no camera's, and would make a frame
	// larger than the limits.
	square := "scale=w='max(1,round(iw*clip(sar,0.25,4)))':h=ih:flags=bicubic+accurate_rnd+bitexact+full_chroma_int,format=rgb24"
	cmd := exec.CommandContext(ctx, c.FFmpeg.file,
		"-nostdin", "-hide_banner", "-nostats", "-loglevel", "repeat+level+info", "-xerror", "-timelimit", strconv.Itoa(c.Limits.Seconds),
		"-protocol_whitelist", "file", "-max_pixels", strconv.Itoa(c.Limits.Pixels), "-threads", "1", "-f", string(c.Container), "-i", "file:"+c.File,
		"-map", "0:V:0", "-filter_threads", "1", "-vf", "select='"+take+"',"+square, "-fps_mode", "passthrough",
		"-c:v", "ppm", "-threads", "1", "-f", "image2pipe", "pipe:1")
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "FFREPORT=") || strings.HasPrefix(v, "AV_LOG_FORCE_") })
	cmd.WaitDelay = 5 * time.Second
	return cmd, nil
}

// overtime reports whether ffmpeg ended because its time was up: by the times of
// the process, or by the signal that tells it so. The signal goes by another clock
// and may come first; ffmpeg then exits as it would on Ctrl-C, and says by which.
func (c *Clip) overtime(state *os.ProcessState, told *log) bool {
	return told.overtime || state.UserTime()+state.SystemTime() >= time.Duration(c.Limits.Seconds)*time.Second
}

// verdict says what is wrong with a video whose frames have all been read, or
// broke off with read, which is io.EOF if they did not.
func (c *Clip) verdict(read, ended error, state *os.ProcessState, told *log) error {
	if read == io.EOF && ended == nil && told.first == "" {
		return nil
	}
	if ended != nil && c.overtime(state, told) {
		return fmt.Errorf("%w: ffmpeg took more than %d s of processor time", ErrTooLarge, c.Limits.Seconds)
	}
	if s, ok := state.Sys().(syscall.WaitStatus); ok && read == io.EOF && s.Signaled() && (s.Signal() == syscall.SIGKILL || s.Signal() == syscall.SIGTERM) {
		return fmt.Errorf("%w: it was ended from outside: %w", ErrRun, ended)
	}
	what := strings.ReplaceAll(told.first, "file:"+c.File, "the file")
	switch {
	case what != "":
	case read != io.EOF:
		what = read.Error()
	default:
		what = "ffmpeg: " + ended.Error()
	}
	if strings.Contains(what, "exceeds specified max pixel count") {
		return fmt.Errorf("%w: %s", ErrTooLarge, what)
	}
	return fmt.Errorf("%w: %s", ErrBroken, what)
}

// log reads what ffmpeg says and keeps the first complaint, without addresses in
// memory, which differ from run to run.
type log struct {
	line      []byte
	first     string
	highRange bool
	overtime  bool
}

// Write takes on what ffmpeg says.
func (l *log) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		if len(l.line) < 4096 {
			l.line = append(l.line, line[:min(len(line), 4096)]...)
		}
		if rest = after; ended {
			l.note(string(l.line))
			l.line = l.line[:0]
		}
	}
	return len(p), nil
}

func (l *log) note(line string) {
	for _, level := range []string{"[error] ", "[fatal] ", "[panic] "} {
		if _, text, ok := strings.Cut(line, level); ok && l.first == "" {
			l.first = strings.ToValidUTF8(strings.TrimSpace(text), "?")
		}
	}
	if strings.Contains(line, "Video:") && (strings.Contains(line, "smpte2084") || strings.Contains(line, "arib-std-b67")) {
		l.highRange = true
	}
	if strings.Contains(line, "received signal 24.") { // SIGXCPU on Linux, macOS and the BSDs
		l.overtime = true
	}
}

// readPPM reads a binary PPM picture, into img if it has the size. It returns
// io.EOF if there is none.
func readPPM(in *bufio.Reader, img *image.RGBA, pixels int) (*image.RGBA, error) {
	head, err := in.ReadString('\n')
	if err == io.EOF && head == "" {
		return nil, io.EOF
	}
	if head != "P6\n" {
		return nil, fmt.Errorf("a picture begins with %.20q", head)
	}
	sides, err := in.ReadString('\n')
	if err != nil {
		return nil, noEOF(err)
	}
	var w, h int
	if n, err := fmt.Sscanf(sides, "%d %d\n", &w, &h); n != 2 || err != nil || w < 1 || h < 1 {
		return nil, fmt.Errorf("a picture has the size %.20q", sides)
	}
	if int64(w)*int64(h) > int64(pixels) {
		return nil, fmt.Errorf("%w: frames of %dx%d pixels, at most %d in all are allowed", ErrTooLarge, w, h, pixels)
	}
	if depth, err := in.ReadString('\n'); err != nil || depth != "255\n" {
		return nil, cmp.Or(noEOF(err), fmt.Errorf("a picture has the depth %.20q", depth))
	}
	if img == nil || img.Rect.Dx() != w || img.Rect.Dy() != h {
		img = image.NewRGBA(image.Rect(0, 0, w, h))
	}
	row := make([]byte, 3*w)
	for y := range h {
		if _, err := io.ReadFull(in, row); err != nil {
			return nil, noEOF(err)
		}
		pix := img.Pix[y*img.Stride:][:4*w]
		for x := range w {
			p, q := pix[4*x:4*x+4:4*x+4], row[3*x:3*x+3:3*x+3]
			p[0], p[1], p[2], p[3] = q[0], q[1], q[2], 255
		}
	}
	return img, nil
}

// noEOF is an error of reading within a picture.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
