package pixel

import (
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/bep/imagemeta"
)

// Shot is when and with what an image was taken, as its EXIF says; what it does
// not say, or not in a way that can be read, is empty.
type Shot struct {
	TakenAt string // DateTimeOriginal in ISO 8601: local time, with the zone only if OffsetTimeOriginal has it
	Camera  string // Make and Model, the maker not twice
}

// longestCamera bounds a camera's name in bytes.
const longestCamera = 100

// ReadShot reads the EXIF of a JPEG, PNG, WebP, TIFF, HEIC or AVIF file. Broken metadata
// never costs a good image: whatever it cannot follow counts as unsaid.
func ReadShot(r io.ReadSeeker) Shot {
	head := make([]byte, 32)
	n, _ := io.ReadFull(r, head)
	format, err := sniff(head[:n])
	if err != nil {
		return Shot{}
	}
	as, ok := map[Format]imagemeta.ImageFormat{JPEG: imagemeta.JPEG, PNG: imagemeta.PNG, WebP: imagemeta.WebP, TIFF: imagemeta.TIFF, HEIC: imagemeta.HEIF, AVIF: imagemeta.AVIF}[format]
	if !ok {
		return Shot{}
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return Shot{}
	}
	tags := map[string]string{"DateTimeOriginal": "", "OffsetTimeOriginal": "", "Make": "", "Model": ""}
	// What was read before an error still counts.
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: r, ImageFormat: as, Sources: imagemeta.EXIF,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool {
			old, wanted := tags[t.Tag]
			return wanted && old == "" && strings.HasPrefix(t.Namespace, "IFD0") // not of the thumbnail
		},
		HandleTag: func(t imagemeta.TagInfo) error {
			if s, ok := t.Value.(string); ok {
				tags[t.Tag] = s
			}
			return nil
		},
	})
	return Shot{takenAt(tags["DateTimeOriginal"], tags["OffsetTimeOriginal"]), camera(tags["Make"], tags["Model"])}
}

func takenAt(local, offset string) string {
	t, err := time.Parse("2006:01:02 15:04:05", strings.Trim(local, " \x00"))
	if err != nil {
		return "" // cameras write zeros or spaces for a time they do not know
	}
	out := t.Format("2006-01-02T15:04:05")
	offset = strings.Trim(offset, " \x00")
	if _, err := time.Parse("2006-01-02T15:04:05Z07:00", out+offset); err == nil && !strings.ContainsAny(offset, ".,") {
		out += offset
	}
	return out
}

func camera(maker, model string) string {
	maker, model = cleaned(maker), cleaned(model)
	name := maker + " " + model
	if len(model) >= len(maker) && strings.EqualFold(model[:len(maker)], maker) {
		name = model // many makers begin the model with their name
	}
	if name = strings.TrimSpace(name); len(name) > longestCamera {
		return ""
	}
	return name
}

// cleaned ends a text at its first NUL and makes single blanks of white space;
// of text that is not UTF-8, or with control characters, nothing is left.
func cleaned(s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	s = strings.Join(strings.Fields(s), " ")
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return ""
	}
	return s
}
