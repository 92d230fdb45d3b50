package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/config"
	"github.com/gesturekit/gesturekit/explain"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/pixel"
	"github.com/gesturekit/gesturekit/trainer"
)

func explainCommand(std IO) *cli.Command {
	return &cli.Command{
		Name: "explain", Usage: "say why a model takes an image for what it does", ArgsUsage: "image",
		Description: "Prints the decision, all scores and the training images that look most alike, and draws the image beside\n" +
			"a map of what the decision rests on. The image may be a capture: it is brought to the model's size as by ingest.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "model", Aliases: []string{"m"}, Usage: "folder of the model", DefaultText: "train in the run's folder"},
			&cli.StringFlag{Name: "to", Aliases: []string{"o"}, Usage: "PNG file to write", Value: "explain.png"},
			&cli.IntFlag{Name: "neighbours", Usage: "how many training images to name, 0 or more", Value: 5},
			&cli.BoolFlag{Name: "json", Usage: "print JSON"},
		}, settingFlags("ingest")...),
		Action: func(c *cli.Context) error {
			if err := flagsFirst(c); err != nil {
				return err
			}
			if c.NArg() != 1 || c.Int("neighbours") < 0 {
				return fmt.Errorf("%w: explain takes one image, and a number of neighbours from 0", errUsage)
			}
			conf, err := settings(c, std, c.String("config"))
			if err != nil {
				return err
			}
			dir := c.String("model")
			if dir == "" {
				dir = filepath.Join(conf.Out, "train")
			}
			model, err := trainer.Load(dir)
			if err != nil {
				return fmt.Errorf("explain: %w", err)
			}
			m, root, err := explain.Manifest(dir)
			if err != nil {
				return fmt.Errorf("explain: %w", err)
			}
			img, err := working(conf, c.Args().First(), model.Size)
			if err != nil {
				return fmt.Errorf("explain %s: %w", c.Args().First(), err)
			}
			e, err := explain.Image(c.Context, model, img, m, root, c.Int("neighbours"), conf.Parallel())
			if err != nil {
				return fmt.Errorf("explain %s: %w", c.Args().First(), err)
			}
			err = atomicfile.Write(c.String("to"), func(w io.Writer) error { return png.Encode(w, e.Occlusion.Picture(img)) })
			if err != nil {
				return err
			}
			if c.Bool("json") {
				j := json.NewEncoder(std.Stdout)
				j.SetIndent("", "  ")
				j.SetEscapeHTML(false)
				return j.Encode(e)
			}
			return printExplanation(std.Stdout, e, len(m.Samples) > 0, c.String("to"))
		},
	}
}

// working reads an image as ingest makes it.
func working(conf config.Config, name string, size int) (*image.RGBA, error) {
	codec, err := config.OpenCodec(conf.Codec)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return codec.Working(data, pixel.DefaultLimits(), size, conf.Ingest.Fit, conf.Ingest.Quality)
}

func printExplanation(w io.Writer, e explain.Explanation, hasManifest bool, picture string) error {
	fmt.Fprintf(w, "%s: %s\n\n", e.Prediction, e.Reason)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "label\tprobability\tlogit")
	for _, l := range e.Labels {
		fmt.Fprintf(t, "%s\t%.4f\t%.3f\n", l.Label, l.Probability, l.Logit)
	}
	fmt.Fprintln(t, "\nscore\tvalue\tthreshold\tdecision")
	for _, s := range e.Scores {
		threshold, decision := "not calibrated", ""
		if s.Threshold != nil {
			threshold, decision = fmt.Sprintf("%.4g", *s.Threshold), s.Decision
		}
		if s.Score == e.Score {
			decision += " (in force)"
		}
		fmt.Fprintf(t, "%s\t%.4f\t%s\t%s\n", s.Score, s.Value, threshold, decision)
	}
	if len(e.Neighbours) > 0 {
		fmt.Fprintln(t, "\nalike\tcategory\tgroup\ttraining image")
	}
	for _, n := range e.Neighbours {
		fmt.Fprintf(t, "%.4f\t%s\t%s\t%s\n", n.Similarity, n.Category, n.Group, n.Path)
	}
	errs := []error{t.Flush()}
	if !hasManifest {
		fmt.Fprintln(w, "\nno training images: there is no manifest.csv beside the model")
	}
	_, err := fmt.Fprintf(w, "\nwrote %s: red is what the probability %.4f of %s rests on, blue is what speaks against it\n", picture, e.Occlusion.Probability, e.Occlusion.Label)
	return errors.Join(append(errs, err)...)
}
