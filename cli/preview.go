package cli

import (
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/augment"
	"github.com/gesturekit/gesturekit/config"
	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/pixel"
	"github.com/gesturekit/gesturekit/rng"
)

func previewCommand(std IO) *cli.Command {
	return &cli.Command{
		Name: "preview", Usage: "draw a contact sheet of the augmentation",
		ArgsUsage:   "[image ...]",
		Description: "Shows what augment.recipe makes of the images named, or of some training images of the run.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "to", Aliases: []string{"o"}, Usage: "file to write: .png, or .html with the values as text", Value: "preview.png"},
		}, settingFlags("augment")...),
		Action: func(c *cli.Context) error {
			conf, err := settings(c, std, c.String("config"))
			if err != nil {
				return err
			}
			if err := flagsFirst(c); err != nil {
				return err
			}
			files := c.Args().Slice()
			if len(files) == 0 {
				if files, err = trainImages(conf.Out); err != nil {
					return err
				}
			}
			if err := preview(conf, files, c.String("to")); err != nil {
				return err
			}
			fmt.Fprintf(std.Stdout, "wrote %s\n", c.String("to"))
			return nil
		},
	}
}

func preview(conf config.Config, files []string, to string) error {
	var pictures []*image.RGBA
	for _, f := range files {
		img, _, err := pixel.ReadFile(f, pixel.DefaultLimits())
		if err != nil {
			return fmt.Errorf("preview %s: %w", f, err)
		}
		pictures = append(pictures, img)
	}
	err := atomicfile.Write(to, func(w io.Writer) error {
		recipe, key := conf.Augment.Recipe, rng.New(conf.Seed).With("preview")
		if isHTML(to) {
			return augment.SheetHTML(w, recipe, key, pictures)
		}
		sheet, err := augment.Sheet(recipe, key, pictures)
		if err != nil {
			return err
		}
		return png.Encode(w, sheet)
	})
	if err != nil {
		return fmt.Errorf("preview: %w", err)
	}
	return nil
}

func isHTML(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext == ".html" || ext == ".htm"
}

// trainImages returns an image of each of the first categories in train.
func trainImages(root string) ([]string, error) {
	m, err := dataset.Read(filepath.Join(root, "labels"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: there is no run in %s to take images from: name some, or run gesturekit run first", errUsage, root)
	}
	if err != nil {
		return nil, err
	}
	var files []string
	for _, s := range augment.Examples(m.InRole(dataset.Train).Samples) {
		files = append(files, filepath.Join(root, filepath.FromSlash(s.Path)))
	}
	return files, nil
}
