package ingest

import (
	"cmp"
	"context"
	"fmt"
	"image/png"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"sync"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/ingest/video"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/pixel"
)

// Stage turns captures into samples. It writes images/<category>/<id>.jpg, the
// manifest, captures.csv, quarantine.csv, flagged.csv and quality.png.
type Stage struct {
	Options Options
	Codec   pixel.Codec
	From    string // the stage whose captures are ingested where no folder is set; "" for synth
}

// Name returns "ingest".
func (Stage) Name() string { return "ingest" }

// Version identifies the algorithm and the codec.
func (s Stage) Version() string { return "ingest/9 " + s.Codec.Identity() }

// Tool returns the version of ffmpeg, which takes frames out of videos.
func (Stage) Tool(ctx context.Context, name string) string {
	if name != ffmpeg {
		return ""
	}
	f, err := video.Find(ctx)
	if err != nil {
		return ""
	}
	return f.Version
}

// Seedless tells that the stage draws nothing.
func (Stage) Seedless() {}

// synthetic is the stage whose output is ingested when no folder is set.
const synthetic = "synth"

// Settings returns the options. Where the captures lie on this machine is not
// part of them: their content is an input. Where the groups file lies, seen from
// them, is, as it decides what its paths mean.
func (s Stage) Settings() any {
	o := s.Options
	switch {
	case o.Groups.File == "":
	case o.Captures != "":
		o.Groups.File = relative(o.Captures, o.Groups.File)
	default:
		o.Groups.File = filepath.Base(o.Groups.File)
	}
	if o.Captures = "folder"; s.Options.Captures == "" {
		o.Captures = cmp.Or(s.From, synthetic)
	}
	return o
}

func relative(from, to string) string {
	a, errA := filepath.Abs(from)
	b, errB := filepath.Abs(to)
	if rel, err := filepath.Rel(a, b); err == nil && errA == nil && errB == nil {
		return filepath.ToSlash(rel)
	}
	return filepath.Base(to)
}

// Inputs returns the captures folder and the groups file, as far as they are
// set and exist: of those that do not, Run says what to do.
func (s Stage) Inputs() []string {
	var in []string
	for _, name := range []string{s.Options.Captures, s.Options.Groups.File} {
		if name == "" {
			continue
		}
		if _, err := os.Stat(name); err == nil {
			in = append(in, name)
		}
	}
	return in
}

// Run ingests the captures. It makes no use of the manifest before it. Faults
// of the data wrap dataset.ErrInvalid.
func (s Stage) Run(ctx context.Context, _ dataset.Manifest, env pipeline.Env) (dataset.Manifest, error) {
	var none dataset.Manifest
	if err := s.Options.Validate(); err != nil {
		return none, err
	}
	f, err := s.survey(ctx, env)
	if err != nil {
		return none, err
	}
	have, previous, err := s.earlierOf(env)
	if err != nil {
		return none, fmt.Errorf("read the output before this one: %w", err)
	}
	if err := s.digest(ctx, env, f, have); err != nil {
		return none, err
	}
	if err := s.takeClips(ctx, env, &f, previous); err != nil {
		return none, err
	}
	contents := s.contentsOf(f)
	w := writer{o: s.Options, codec: s.Codec, env: env, root: f.root, have: have, large: new(sync.Mutex)}
	if err := w.writeAll(ctx, contents); err != nil {
		return none, err
	}
	if err := w.groupNear(ctx, kept(f.captures)); err != nil {
		return none, fmt.Errorf("group near-duplicates: %w", err)
	}
	if err := write(env, QuarantineFile, func(out io.Writer) error { return writeQuarantine(out, f.captures) }); err != nil {
		return none, err
	}
	if err := checkUsed(f); err != nil {
		return none, err
	}
	if len(kept(f.captures)) == 0 {
		return none, fmt.Errorf("%w: %d captures found, 0 kept, %d quarantined (%s): want some kept; %s says why of each",
			dataset.ErrInvalid, len(f.captures), len(rejected(f.captures)), tally(f.captures), filepath.Join(env.Dir, QuarantineFile))
	}
	if err := s.report(env, f.captures); err != nil {
		return none, err
	}
	m := s.manifest(f) // not before, to save memory
	if err := checkSums(f.captures, m); err != nil {
		return none, err
	}
	warn(env, f, m)
	return m, nil
}

// report flags the captures that deserve a look, and writes the tables and the
// sheet of the worst.
func (s Stage) report(env pipeline.Env, captures []*capture) error {
	if err := s.flagAll(env, captures); err != nil {
		return err
	}
	if err := write(env, FlaggedFile, func(out io.Writer) error { return writeFlagged(out, captures) }); err != nil {
		return err
	}
	if err := write(env, CapturesFile, func(out io.Writer) error { return writeCaptures(out, captures) }); err != nil {
		return err
	}
	img, err := sheet(captures, env.Dir)
	if err != nil {
		return err
	}
	return write(env, SheetFile, func(out io.Writer) error { return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(out, img) })
}

// write writes a file of the stage, whole or not at all.
func write(env pipeline.Env, name string, fill func(io.Writer) error) error {
	if err := atomicfile.Write(filepath.Join(env.Dir, name), fill); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// survey lists the captures with their categories and groups.
func (s Stage) survey(ctx context.Context, env pipeline.Env) (folder, error) {
	o := s.Options
	dir := o.Captures
	if dir == "" {
		dir = filepath.Join(env.Output(cmp.Or(s.From, synthetic)), "captures")
	}
	skip := ""
	if o.Groups.File != "" {
		if name, err := resolve(o.Groups.File); err == nil {
			skip = name
		}
	}
	f, err := find(dir, skip)
	if err != nil {
		return f, err
	}
	if err := s.unpack(ctx, env, &f); err != nil {
		return f, err
	}
	p, err := o.placer(&f)
	if err != nil {
		return f, err
	}
	place(f.captures, p, o.Groups.Rest)
	return f, checkCategories(f.captures)
}

func (o Options) placer(f *folder) (placer, error) {
	switch {
	case o.Groups.File != "":
		return openTable(f, o.Groups)
	case o.Groups.Pattern != "":
		re, err := regexp.Compile(o.Groups.Pattern)
		return byPattern{re}, err
	}
	return newLayout(), nil
}

func (s Stage) manifest(f folder) dataset.Manifest {
	all := kept(f.captures)
	samples := make([]dataset.Sample, 0, len(all))
	for _, c := range all {
		samples = append(samples, dataset.Sample{
			ID: c.id, Path: path.Join(s.Name(), c.image()), Category: c.category, Group: c.group,
			Source: c.path, SHA256: c.sha256, Label: dataset.NoLabel,
			TakenAt: c.takenAt, Camera: c.camera,
		})
	}
	return dataset.New(samples)
}
