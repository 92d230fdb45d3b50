// Package video takes frames out of MP4, QuickTime, WebM, Matroska, AVI and motion
// JPEG files, through the machine's ffmpeg.
//
// ffmpeg runs as a process of its own, on one thread, with the container given
// and not guessed, and may open that one file. Which frames it gives, and their
// pixels, is a function of the file and of ffmpeg's version. The colours are
// those of the file's matrix and range, as far as it names them; pixels that are
// not square are made so, and the picture is upright.
package video

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// What can be wrong with a video, and ErrRun, which is not its fault.
var (
	ErrBroken   = errors.New("video is broken")
	ErrTooLarge = errors.New("video too large")
	ErrRun      = errors.New("run ffmpeg")
)

// Container is a kind of file that holds a video.
type Container string

// The containers, by what ffmpeg calls their readers.
const (
	MP4      Container = "mov"      // and QuickTime
	Matroska Container = "matroska" // and WebM
	AVI      Container = "avi"
	MJPEG    Container = "mjpeg" // JPEG files one behind the other
)

// Sniff tells a container by a file's first bytes, 64 or more, "" if it is none;
// motion JPEG is told by IsMJPEG. HEIC and AVIF, which begin as MP4 does, are to
// be told before.
func Sniff(head []byte) Container {
	has := func(at int, magic string) bool {
		return len(head) >= at+len(magic) && string(head[at:at+len(magic)]) == magic
	}
	switch {
	case has(4, "ftyp") && !has(8, "crx "): // that is Canon's raw
		return MP4
	case (has(4, "moov") || has(4, "mdat") || has(4, "wide")) && head[0] < ' ': // in text a letter
		return MP4
	case has(0, "\x1aE\xdf\xa3") && (bytes.Contains(head[:min(len(head), 64)], []byte("webm")) || bytes.Contains(head[:min(len(head), 64)], []byte("matroska"))):
		return Matroska
	case has(0, "RIFF") && has(8, "AVI "):
		return AVI
	}
	return ""
}

// IsMJPEG reports whether a file holds a JPEG picture and right behind it another
// of the same size. Those of phones and stereo cameras that do are no video: a
// list of their pictures (Multi-Picture Format) says so.
func IsMJPEG(r io.Reader) bool {
	in := bufio.NewReaderSize(r, 1<<13)
	first, ok := skipJPEG(in, true)
	if !ok {
		return false
	}
	second, ok := skipJPEG(in, false)
	return ok && first == second
}

// skipJPEG reads a JPEG picture, or just as far as its size, and returns that. It
// gives up at a Multi-Picture list.
func skipJPEG(in *bufio.Reader, whole bool) (size [2]uint16, ok bool) {
	if soi, err := in.Peek(2); err != nil || soi[0] != 0xff || soi[1] != 0xd8 {
		return size, false
	}
	_, _ = in.Discard(2)
	for {
		for { // up to a marker: none that entropy-coded data may hold
			if _, err := in.ReadSlice(0xff); err == bufio.ErrBufferFull {
				continue
			} else if err != nil {
				return size, false
			}
			if next, err := in.Peek(1); err == nil && next[0] != 0 && next[0] != 0xff && (next[0] < 0xd0 || next[0] > 0xd7) {
				break
			}
		}
		marker, _ := in.ReadByte()
		if marker == 0xd9 {
			return size, size != [2]uint16{}
		}
		head, err := in.Peek(7)
		if err != nil {
			return size, false
		}
		switch {
		case marker == 0xe2 && string(head[2:6]) == "MPF\x00":
			return size, false
		case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc:
			size = [2]uint16{binary.BigEndian.Uint16(head[3:]), binary.BigEndian.Uint16(head[5:])}
			if !whole {
				return size, true
			}
		}
		if _, err := in.Discard(int(binary.BigEndian.Uint16(head))); err != nil {
			return size, false
		}
	}
}

// Take says which frames of a video are taken: "every N", every n-th from the
// first; "rate R", the first in each R-th part of a second; or "scene S", the
// first and those that differ from the one before by at least S in 0..1, as
// ffmpeg's scene score has it.
type Take string

// filter returns the frames as an expression of ffmpeg's filter select.
func (t Take) filter() (string, error) {
	kind, text, _ := strings.Cut(string(t), " ")
	v, err := strconv.ParseFloat(text, 64)
	number := strconv.FormatFloat(v, 'f', -1, 64)
	switch {
	case err != nil || math.IsNaN(v) || math.IsInf(v, 0):
	case kind == "every" && v >= 1 && v <= 1e6 && v == math.Trunc(v):
		return "not(mod(n," + number + "))", nil
	case kind == "rate" && v > 0 && v <= 1000:
		part := func(t string) string { return "floor(" + t + "*" + number + "+1e-6)" } // times are rounded to the file's clock
		return "isnan(prev_selected_t)+gt(" + part("t") + "," + part("prev_selected_t") + ")", nil
	case kind == "scene" && v > 0 && v <= 1:
		return "not(n)+gte(scene," + number + ")", nil
	}
	return "", fmt.Errorf(`%q: want "every N" with N from 1, "rate R" with R frames a second, above 0 and up to 1000, or "scene S" with S above 0 and up to 1`, string(t))
}

// Validate reports a Take that says nothing.
func (t Take) Validate() error {
	_, err := t.filter()
	return err
}
