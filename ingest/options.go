// Package ingest turns a folder of raw captures into checked, upright images of
// one size, a manifest, and a list of what it set aside and why.
//
// A capture is any file below the captures folder but for hidden ones (a name
// that begins with a dot), Thumbs.db, desktop.ini, folders named __MACOSX and
// the groups file itself; in place of a zip, tar or tar.gz archive, every file in
// it, and in place of an animation or a video, the frames taken out of it. Every capture is either kept or stands in
// quarantine.csv with a reason; the sums are checked before the stage finishes.
// Captures are only ever read.
//
// The folder right below captures is the category. The group, a person or a
// session, is the unit in which captures are split; it comes from the groups
// file, else from the pattern, else from what is there: the folder below the
// category, or a file name such as ann-kitchen-007.jpg (person, session,
// frame). Captures that tell nothing are grouped by the time at which they were
// taken, and with their near-duplicates; one with neither becomes a group of its
// own. All that with a warning, as their person may then be in train and in test.
//
// What the captures are decides the output, byte for byte; the number of
// workers, the order of files, an interruption and the machine do not.
package ingest

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"

	"github.com/gesturekit/gesturekit/pixel"
)

// Options steer the ingest stage.
type Options struct {
	Captures  string    `yaml:"captures" path:"folder" doc:"folder of raw captures with one folder per category, or s3://bucket/folder, gs://bucket/folder or https://host/captures.zip#sha256=..., which are copied once (gesturekit fetch looks at them anew); empty takes the synthetic captures"`
	Size      int       `yaml:"size" doc:"side of the square working images in pixels, 8 to 1024"`
	Fit       pixel.Fit `yaml:"fit" doc:"how a capture becomes square: crop (the middle), pad (black bars) or stretch"`
	Quality   int       `yaml:"quality" doc:"JPEG quality of the working images, 1 to 100"`
	MinSide   int       `yaml:"min_side" doc:"captures with a side of fewer pixels are quarantined, 1 or more"`
	MaxPixels int       `yaml:"max_pixels" doc:"captures of more pixels, by their header, are quarantined, 1 or more"`
	MaxBytes  int64     `yaml:"max_bytes" doc:"captures of more bytes are quarantined, 1 or more"`
	Flags     Flags     `yaml:"flags" doc:"limits beyond which a kept capture is listed in flagged.csv"`
	Archives  Archives  `yaml:"archives" doc:"what is taken out of zip and tar archives"`
	Clips     Clips     `yaml:"clips" doc:"what is taken out of animations and videos"`
	Video     Video     `yaml:"video" doc:"which frames of a video are taken, by ffmpeg"`
	Groups    Groups    `yaml:"groups" doc:"where the person or session of a capture comes from"`
}

// Groups says where the group of a capture comes from, and if need be its
// category.
type Groups struct {
	Pattern  string  `yaml:"pattern" doc:"regular expression over a capture's path in the captures folder, with (?P<name>...) for group, person or session, the first that is there being the group, and for category if that is not the top folder; captures it does not match are quarantined"`
	File     string  `yaml:"file" path:"file" doc:"file that lists each capture's group, in place of a pattern: CSV, .jsonl with an object a line, or a .json file or a folder of them with HaGRID's annotations; captures it does not list are quarantined"`
	Path     string  `yaml:"path" doc:"column or key of the file with the capture's path, relative to the file's own folder or to captures"`
	Group    string  `yaml:"group" doc:"column or key of the file with the group"`
	Category string  `yaml:"category" doc:"column or key of the file with the category; without such a column, or where it is empty, the top folder is the category"`
	TakenAt  string  `yaml:"taken_at" doc:"column or key of the file with the time at which the capture was taken, such as 2017-12-12T11:11:40; without it, or where it is empty, EXIF says"`
	Camera   string  `yaml:"camera" doc:"column or key of the file with the camera; without it, or where it is empty, EXIF says"`
	Gap      int     `yaml:"gap" doc:"captures without person and session are grouped by time: those of one camera are one burst as long as each was taken at most this many seconds behind the one before; 0 for no bursts"`
	Near     float64 `yaml:"near" doc:"captures without person and session are one group with their near-duplicates, those of at least this similarity, 0..1 (docs/audit.md); 0 looks for none, which saves some 10 ms a capture"`
	Rest     string  `yaml:"rest" doc:"what becomes of captures that pattern or file give no group: quarantine; burst to group them by time, and set aside only those without a time; or layout to go by folder and file name, and by time where they tell nothing"`
}

// Default returns the settings of a run that sets none.
func Default() Options {
	limits := pixel.DefaultLimits()
	return Options{
		Size: 64, Fit: pixel.Crop, Quality: 95, MinSide: 16, MaxPixels: limits.Pixels, MaxBytes: limits.Bytes,
		Flags: defaultFlags(), Archives: Archives{MaxFiles: 200_000, MaxBytes: 16 << 30}, Clips: Clips{MaxFrames: 10_000, MaxPixels: 20_000_000_000},
		Video:  Video{Take: "rate 5", MaxBytes: 4 << 30, MaxSeconds: 3600},
		Groups: Groups{Path: "path", Group: "person", Category: "category", TakenAt: "taken_at", Camera: "camera", Gap: 20, Near: 0.985, Rest: quarantine},
	}
}

// Validate reports every setting out of its range. It looks at no file.
func (o Options) Validate() error {
	var errs []error
	check := func(name string, v, lo, hi int64) {
		switch {
		case hi > 0 && (v < lo || v > hi):
			errs = append(errs, fmt.Errorf("ingest.%s is %d, want %d to %d", name, v, lo, hi))
		case v < lo:
			errs = append(errs, fmt.Errorf("ingest.%s is %d, want %d or more", name, v, lo))
		}
	}
	check("size", int64(o.Size), 8, 1024)
	check("quality", int64(o.Quality), 1, 100)
	check("min_side", int64(o.MinSide), 1, 0)
	check("max_pixels", int64(o.MaxPixels), 1, 0)
	check("max_bytes", o.MaxBytes, 1, 0)
	check("archives.strip", int64(o.Archives.Strip), 0, 100)
	check("archives.max_files", int64(o.Archives.MaxFiles), 1, 0)
	check("archives.max_bytes", o.Archives.MaxBytes, 1, 0)
	check("clips.max_frames", int64(o.Clips.MaxFrames), 1, 0)
	check("clips.max_pixels", o.Clips.MaxPixels, 1, 0)
	check("video.max_bytes", o.Video.MaxBytes, 1, 0)
	check("video.max_seconds", int64(o.Video.MaxSeconds), 1, 1_000_000)
	if err := o.Video.Take.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("ingest.video.take is %w", err))
	}
	if err := o.Fit.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("ingest.%w", err))
	}
	errs = append(errs, o.Flags.validate()...)
	return errors.Join(append(errs, o.Groups.validate()...)...)
}

func (g Groups) validate() (errs []error) {
	if g.Gap < 0 || g.Gap > 86400 {
		errs = append(errs, fmt.Errorf("ingest.groups.gap is %d, want 0 to 86400 seconds", g.Gap))
	}
	if math.IsNaN(g.Near) || g.Near < 0 || g.Near > 1 {
		errs = append(errs, fmt.Errorf("ingest.groups.near is %v, want a number from 0 to 1", g.Near))
	}
	switch {
	case g.Rest != quarantine && g.Rest != burst && g.Rest != layout:
		errs = append(errs, fmt.Errorf("ingest.groups.rest is %q, want %s, %s or %s", g.Rest, quarantine, burst, layout))
	case g.Rest == burst && g.Gap == 0:
		errs = append(errs, errors.New("ingest.groups.rest is burst, but ingest.groups.gap is 0: set the gap within which captures are one burst"))
	}
	if g.Pattern != "" && g.File != "" {
		errs = append(errs, errors.New("ingest.groups.pattern and ingest.groups.file are both set: give one or the other"))
	}
	if g.File != "" {
		for _, c := range []struct{ key, name string }{{"path", g.Path}, {"group", g.Group}} {
			if c.name == "" {
				errs = append(errs, fmt.Errorf("ingest.groups.%s is empty: want the name of a column of %s", c.key, g.File))
			}
		}
	}
	if g.Pattern == "" {
		return errs
	}
	re, err := regexp.Compile(g.Pattern)
	if err != nil {
		return append(errs, fmt.Errorf("ingest.groups.pattern: %w", err))
	}
	names := slices.DeleteFunc(re.SubexpNames(), func(n string) bool { return n == "" })
	for i, n := range names {
		if n != "category" && !slices.Contains(groupNames(), n) {
			errs = append(errs, fmt.Errorf("ingest.groups.pattern: (?P<%s>...) is unknown, want category, group, person or session", n))
		} else if slices.Contains(names[:i], n) {
			errs = append(errs, fmt.Errorf("ingest.groups.pattern: (?P<%s>...) stands twice", n))
		}
	}
	if !slices.ContainsFunc(names, func(n string) bool { return n != "category" }) {
		errs = append(errs, errors.New("ingest.groups.pattern: want at least one of (?P<group>...), (?P<person>...) and (?P<session>...)"))
	}
	return errs
}

// groupNames are the names in a pattern that may hold the group, best first.
func groupNames() []string { return []string{"group", "person", "session"} }

func (o Options) limits() pixel.Limits {
	return pixel.Limits{Pixels: o.MaxPixels, Bytes: o.MaxBytes}
}
