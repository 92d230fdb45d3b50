package synth

import (
	"context"
	"fmt"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/progress"
	"github.com/gesturekit/gesturekit/rng"
)

// quality is that of a usual webcam's JPEG files.
const quality = 92

// Name returns the slash path of a capture below the folder that Write is
// given, such as "peace/p03-s1-f04.jpg". Numbers count from 1.
func Name(category string, person, session, frame int) string {
	return fmt.Sprintf("%s/p%02d-s%d-f%02d.jpg", category, person, session, frame)
}

// Write draws all captures of o as JPEG files below dir, one folder per
// category, on at most workers goroutines. Same key and options, same bytes.
//
// Every file appears whole or not at all. Files of the same names are
// replaced, others are left alone; a cancelled ctx stops Write with ctx.Err()
// and leaves the files finished so far.
func Write(ctx context.Context, dir string, key rng.Key, o Options, workers int, report progress.Func) error {
	if err := o.Validate(); err != nil {
		return err
	}
	for _, category := range o.Categories {
		if err := os.MkdirAll(filepath.Join(dir, category), 0o755); err != nil {
			return fmt.Errorf("draw captures: %w", err)
		}
	}
	var done atomic.Int64
	shots := o.shots()
	_, err := pipeline.Each(ctx, workers, shots, func(_ context.Context, s shot) (struct{}, error) {
		if err := s.write(dir, key, o.Width, o.Height); err != nil {
			return struct{}{}, fmt.Errorf("draw captures: %w", err)
		}
		report.Report(progress.Event{Stage: "synth", Done: int(done.Add(1)), Total: len(shots), Unit: "captures"})
		return struct{}{}, nil
	})
	return err
}

// shot names one capture.
type shot struct {
	category                string
	person, session, number int
}

// shots lists all captures of o.
func (o Options) shots() []shot {
	shots := make([]shot, 0, o.Count())
	for _, category := range o.Categories {
		for i := range o.Persons * o.Sessions * o.Frames {
			shots = append(shots, shot{
				category, 1 + i/(o.Sessions*o.Frames), 1 + i/o.Frames%o.Sessions, 1 + i%o.Frames,
			})
		}
	}
	return shots
}

func (s shot) write(dir string, key rng.Key, width, height int) error {
	img := capture(key, width, height, s.category, s.person, s.session, s.number)
	path := filepath.Join(dir, filepath.FromSlash(Name(s.category, s.person, s.session, s.number)))
	return atomicfile.Write(path, func(w io.Writer) error {
		return jpeg.Encode(w, img, &jpeg.Options{Quality: quality})
	})
}
