package cli

import (
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/augment"
	"github.com/gesturekit/gesturekit/config"
	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/internal/nearest"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/pixel"
)

func replayCommand(std IO) *cli.Command {
	return &cli.Command{
		Name: "replay", Usage: "rebuild augmented images from their traces and compare the bytes",
		ArgsUsage: "[sample ...] | --trace TRACE --to FILE image",
		Description: "Rebuilds the run's augmented images, or those of the samples named, from their parents and\n" +
			"the traces in augment/manifest.csv, and fails if a file has other bytes. With --trace, writes\n" +
			"what a trace makes of any image.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "trace", Usage: "trace to apply to the image named: JSON, or a file with it", DefaultText: "none"},
			&cli.StringFlag{Name: "to", Aliases: []string{"o"}, Usage: "with --trace, the file to write: .jpg of augment.quality, or .png", DefaultText: "none"},
		}, append(progressFlags(), settingFlags("augment")...)...),
		Action: func(c *cli.Context) error {
			conf, err := settings(c, std, c.String("config"))
			if err != nil {
				return err
			}
			if err := flagsFirst(c); err != nil {
				return err
			}
			if c.IsSet("trace") || c.IsSet("to") {
				return replayTrace(c, std, conf)
			}
			return replayRun(c, std, conf)
		},
	}
}

// replayTrace writes what the trace makes of one image.
func replayTrace(c *cli.Context, std IO, conf config.Config) error {
	to, ext := c.String("to"), strings.ToLower(filepath.Ext(c.String("to")))
	if !c.IsSet("trace") || c.NArg() != 1 || ext != ".jpg" && ext != ".jpeg" && ext != ".png" {
		return fmt.Errorf("%w: replay of one image wants all of --trace TRACE, --to FILE ending in .jpg or .png, and the image behind the flags", errUsage)
	}
	text := []byte(c.String("trace"))
	if !strings.HasPrefix(strings.TrimSpace(string(text)), "[") {
		var err error
		if text, err = os.ReadFile(string(text)); err != nil {
			return fmt.Errorf("%w: read trace: %w; give JSON in brackets or the name of a file with it", errUsage, err)
		}
	}
	trace, err := augment.ParseTrace(text)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	codec, err := config.OpenCodec(conf.Codec)
	if err != nil {
		return err
	}
	src, _, err := codec.ReadFile(c.Args().First(), pixel.DefaultLimits())
	if err != nil {
		return fmt.Errorf("replay %s: %w", c.Args().First(), err)
	}
	err = atomicfile.Write(to, func(w io.Writer) error {
		if ext != ".png" {
			return augment.Render(w, trace, src, codec, conf.Augment.Quality)
		}
		made := image.NewRGBA(src.Rect)
		if err := trace.Apply(made, src, nil); err != nil {
			return err
		}
		return png.Encode(w, made)
	})
	if err != nil {
		return fmt.Errorf("replay %s: %w", c.Args().First(), err)
	}
	fmt.Fprintf(std.Stdout, "wrote %s\n", to)
	return nil
}

// replayRun compares augmented images of a run with what their traces make.
func replayRun(c *cli.Context, std IO, conf config.Config) error {
	m, err := dataset.Read(filepath.Join(conf.Out, "augment"))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: there is no augment/manifest.csv in %s to replay: run gesturekit run first, or give the run's folder as --out", errUsage, conf.Out)
	}
	if err != nil {
		return err
	}
	variants, err := variantsOf(m, c.Args().Slice())
	if err != nil {
		return err
	}
	quality, code, err := madeBy(conf.Out)
	if err != nil {
		return err
	}
	codec, err := config.CodecOf(code)
	if err != nil {
		return err
	}
	show := style(std, c)
	err = augment.Replay(c.Context, m, variants, codec, quality, pipeline.Env{
		Name: "replay", Root: conf.Out, Workers: conf.Parallel(), Progress: show.event,
	})
	show.close(err)
	if now := (augment.Stage{Codec: codec}).Version(); err != nil && code != now {
		return fmt.Errorf("%w\nthe images were made by %s and this is %s, which may make other bytes", err, code, now)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(std.Stdout, "%d augmented images are byte for byte what their traces make\n", len(variants))
	return nil
}

// variantsOf returns the augmented samples of the names given, or all. A
// capture's name stands for the variants made from it.
func variantsOf(m dataset.Manifest, ids []string) ([]dataset.Sample, error) {
	if len(ids) == 0 {
		return m.Select(func(s *dataset.Sample) bool { return s.Parent != "" }).Samples, nil
	}
	wanted, made, known := map[string]bool{}, map[string]bool{}, []string{}
	for _, id := range ids {
		wanted[id] = true
	}
	out := m.Select(func(s *dataset.Sample) bool {
		known = append(known, s.ID)
		named := s.Parent != "" && (wanted[s.ID] || wanted[s.Parent])
		made[s.ID], made[s.Parent] = made[s.ID] || named, made[s.Parent] || named
		return named
	}).Samples
	for _, id := range ids {
		if !made[id] {
			return nil, fmt.Errorf("%w: augment/manifest.csv has no augmented sample %q%s", errUsage, id, nearest.Hint(id, known))
		}
	}
	return out, nil
}

// madeBy returns the JPEG quality and the code that the run's lock records for
// the augmented images.
func madeBy(root string) (quality int, code string, err error) {
	lock, err := pipeline.ReadLock(root)
	if err != nil {
		return 0, "", err
	}
	entry := lock.Stages["augment"]
	if entry == nil {
		return 0, "", fmt.Errorf("%w: the lock of %s records no augment stage: run gesturekit augment", pipeline.ErrStale, root)
	}
	if quality, err = strconv.Atoi(entry.Settings["quality"]); err != nil {
		return 0, "", fmt.Errorf("%w: the lock of %s records no quality of augment: run gesturekit augment", pipeline.ErrStale, root)
	}
	return quality, entry.Code, nil
}
