package ingest

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/anthonynsimon/bild/histogram"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/pixel"
)

// FlaggedFile is the name of the list of captures that were kept but deserve a
// look: a line "file,flag,detail" each, sorted by sample.
const FlaggedFile = "flagged.csv"

// Flags are the limits beyond which a kept capture is flagged. They are
// compared with percentiles of the channel values, 0 to 255, of the working
// image. 0 for dark and contrast, or 255 for bright, flags none.
type Flags struct {
	Dark     int `yaml:"dark" doc:"a capture of which 95 % of the values lie below this is flagged as dark, 0 to 255"`
	Bright   int `yaml:"bright" doc:"a capture of which 95 % of the values lie above this is flagged as bright, 0 to 255"`
	Contrast int `yaml:"contrast" doc:"a capture of which the middle 90 % of the values span less than this is flagged as flat, 0 to 255"`
}

// of returns what is to be said of an image whose 5th and 95th percentiles are
// low and high.
func (f Flags) of(low, high int) (flag, detail string) {
	switch {
	case high < f.Dark:
		return "dark", fmt.Sprintf("95 %% of the values are at most %d", high)
	case low > f.Bright:
		return "bright", fmt.Sprintf("95 %% of the values are at least %d", low)
	case high-low < f.Contrast:
		return "flat", fmt.Sprintf("the middle 90 %% of the values are %d to %d", low, high)
	}
	return "", ""
}

// profileFlag is the flag of a capture whose colour profile was passed over.
func profileFlag(fault string) string {
	if fault == "" {
		return ""
	}
	return "profile"
}

// flag looks at the working images of m, lists those that the limits concern,
// and says how many there are.
func (s Stage) flag(ctx context.Context, f folder, m dataset.Manifest, env pipeline.Env) error {
	colours := map[string]string{}
	for _, c := range f.captures {
		colours[c.path] = c.colours
	}
	type line struct{ flag, detail string }
	lines, err := pipeline.Each(ctx, env.Workers, m.Samples, func(_ context.Context, c dataset.Sample) (line, error) {
		rel, err := filepath.Rel(s.Name(), filepath.FromSlash(c.Path))
		if err != nil {
			return line{}, err
		}
		img, _, err := pixel.ReadFile(filepath.Join(env.Dir, rel), pixel.DefaultLimits())
		if err != nil {
			return line{}, fmt.Errorf("look at the image of %s: %w", c.Source, err)
		}
		h := histogram.NewRGBAHistogram(img)
		flag, detail := s.Options.Flags.of(percentiles(h.R.Bins, h.G.Bins, h.B.Bins))
		return line{flag, detail}, nil
	})
	if err != nil {
		return err
	}
	count := map[string]int{}
	err = atomicfile.Write(filepath.Join(env.Dir, FlaggedFile), func(w io.Writer) error {
		out := csv.NewWriter(w)
		rows := [][]string{{"file", "flag", "detail"}}
		for i, l := range lines {
			source := m.Samples[i].Source
			for _, l := range []line{l, {profileFlag(colours[source]), colours[source]}} {
				if l.flag != "" {
					count[l.flag]++
					rows = append(rows, []string{source, l.flag, l.detail})
				}
			}
		}
		return out.WriteAll(rows)
	})
	if err != nil || len(count) == 0 {
		return err
	}
	var parts []string
	for _, flag := range sortedKeys(count) {
		parts = append(parts, fmt.Sprintf("%d %s", count[flag], flag))
	}
	env.Warn(fmt.Sprintf("of %d captures kept, some deserve a look (%s): see %s", len(m.Samples), strings.Join(parts, ", "), filepath.Join(env.Output(env.Name), FlaggedFile)))
	return nil
}

// percentiles returns the 5th and 95th percentile of the values that the
// histograms count together.
func percentiles(bins ...[]int) (low, high int) {
	total := 0
	for _, b := range bins {
		for _, n := range b {
			total += n
		}
	}
	low, high = -1, -1
	sum := 0
	for v := range bins[0] {
		for _, b := range bins {
			sum += b[v]
		}
		if low < 0 && 20*sum >= total {
			low = v
		}
		if high < 0 && 20*sum >= 19*total {
			high = v
		}
	}
	return low, high
}
