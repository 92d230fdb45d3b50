package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/gesturekit/gesturekit/capture"
	"github.com/gesturekit/gesturekit/config"
	"github.com/gesturekit/gesturekit/fetch"
	"github.com/gesturekit/gesturekit/internal/web"
	"github.com/gesturekit/gesturekit/serve"
	"github.com/gesturekit/gesturekit/trainer"
)

func serveCommand(std IO) *cli.Command {
	return &cli.Command{
		Name: "serve", Usage: "recognise gestures live, on a page with the camera and by an API",
		Description: "Serves a page that shows what the model makes of the camera's picture, POST /v1/predict for programs\n" +
			"(/openapi.json describes it), and /metrics. Stores nothing but the frames that the user saves as captures. Stop it with Ctrl-C.",
		Flags: append(append([]cli.Flag{
			&cli.StringFlag{Name: "model", Aliases: []string{"m"}, Usage: "folder of the model", DefaultText: "train in the run's folder"},
			&cli.StringFlag{Name: "captures", Usage: "folder into which the page saves a frame when it is told to", DefaultText: "ingest.captures, or captures"},
			&cli.StringFlag{Name: "smooth", Usage: "a gesture is shown while it is the decision on so many of the last frames", Value: "3/5"},
		}, webFlags("127.0.0.1:8322")...), settingFlags("ingest")...),
		Action: func(c *cli.Context) error {
			conf, err := settingsAlone(c, std)
			if err != nil {
				return err
			}
			return serveModel(c, std, conf)
		},
	}
}

func serveModel(c *cli.Context, std IO, conf config.Config) (err error) {
	dir := c.String("model")
	if dir == "" {
		dir = filepath.Join(conf.Out, "train")
	}
	model, err := trainer.Load(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("serve: %w: make a model with gesturekit run, or say with --model where one is", err)
	}
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	codec, err := config.OpenCodec(conf.Codec)
	if err != nil {
		return err
	}
	log, err := logger(c, std)
	if err != nil {
		return err
	}
	o := serve.Options{Codec: codec, Fit: conf.Ingest.Fit, Quality: conf.Ingest.Quality, Workers: conf.Parallel(), Log: log, Now: time.Now}
	if n, err := fmt.Sscanf(c.String("smooth"), "%d/%d", &o.Smooth.Need, &o.Smooth.Of); err != nil || n != 2 || o.Smooth.Validate() != nil {
		return fmt.Errorf("%w: --smooth %q: want n/m, such as 3/5, with 1 to m of at most 60 frames", errUsage, c.String("smooth"))
	}
	if fetch.Remote(conf.Ingest.Captures) {
		conf.Ingest.Captures = ""
	}
	if o.Captures, err = capture.Open(cmp.Or(c.String("captures"), conf.Ingest.Captures, "captures")); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	defer func() { err = errors.Join(err, o.Captures.Close()) }()
	service, err := serve.New(c.Context, model, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, service.Close()) }()
	return serveWeb(c, std, log, "serve", service, service.Count)
}

// webFlags are those of every command that serves a page.
func webFlags(address string) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "listen", Usage: "host:port to serve at; another host than loopback gets TLS and a token", Value: address},
		&cli.StringSliceFlag{Name: "host", Usage: "further name under which the server may be asked, as behind a proxy; asks for the token", DefaultText: "none"},
		&cli.StringFlag{Name: "tls-cert", Usage: "PEM file with the certificate", DefaultText: "one made at the start, for other hosts than loopback"},
		&cli.StringFlag{Name: "tls-key", Usage: "PEM file with its key", DefaultText: "none"},
		&cli.StringFlag{Name: "log", Usage: "form of the log on stderr: text or json", Value: "text"},
		&cli.BoolFlag{Name: "verbose", Usage: "log every request"},
	}
}

func logger(c *cli.Context, std IO) (*slog.Logger, error) {
	o := &slog.HandlerOptions{Level: slog.LevelInfo}
	if c.Bool("verbose") {
		o.Level = slog.LevelDebug
	}
	switch form := c.String("log"); form {
	case "json":
		return slog.New(slog.NewJSONHandler(std.Stderr, o)), nil
	case "text":
		return slog.New(slog.NewTextHandler(std.Stderr, o)), nil
	default:
		return nil, fmt.Errorf("%w: --log %q: want text or json", errUsage, form)
	}
}

// serveWeb serves handler until the command is stopped, which is how it ends well.
func serveWeb(c *cli.Context, std IO, log *slog.Logger, name string, handler http.Handler, count func(status int)) error {
	server, err := web.Listen(web.Options{
		Address: c.String("listen"), Hosts: c.StringSlice("host"), CertFile: c.String("tls-cert"), KeyFile: c.String("tls-key"), Log: log, Now: time.Now, Count: count,
	})
	if errors.Is(err, web.ErrOptions) {
		return fmt.Errorf("%w: %s: %w", errUsage, name, err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w: choose another address with --listen", name, err)
	}
	fmt.Fprintf(std.Stdout, "%s\n", server.URL())
	log.Info("serving", "command", name, "shared", server.Shared())
	err = server.Serve(c.Context, handler)
	if err == nil && errors.Is(c.Context.Err(), context.Canceled) {
		log.Info("stopped", "command", name)
	}
	return err
}
