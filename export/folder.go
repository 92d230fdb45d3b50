package export

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/gesturekit/gesturekit/audit"
	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/ingest"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/split"
)

// Summary counts what an export wrote.
type Summary struct {
	Images int // in the export
	Aside  int // listed in the quarantine
}

// Folder writes the dataset folder dir: the images of m, a labelled manifest of
// the run in env.Root, in a folder per role and label, and the tables and
// metadata that say what they are. It fails with ErrForeign when dir is there
// already and is not as an export left it.
func Folder(ctx context.Context, m dataset.Manifest, o Options, dir string, env pipeline.Env) (Summary, error) {
	c, err := gather(m, o, dir, env)
	if err != nil {
		return Summary{}, err
	}
	for _, f := range c.empty() {
		env.Warn(fmt.Sprintf("%s has no image: torchvision's ImageFolder needs allow_empty=True", f))
	}
	err = publish(ctx, env, dir, func(tmp string) error {
		return c.build(ctx, m, tmp, env)
	})
	return Summary{Images: len(c.manifest.Samples), Aside: len(c.aside)}, err
}

// gather reads what the run's folder holds besides the manifest.
func gather(m dataset.Manifest, o Options, dir string, env pipeline.Env) (c contents, err error) {
	if err := m.Validate(); err != nil {
		return c, err
	}
	kept, unused, names, err := arrange(m)
	if err != nil {
		return c, err
	}
	aside, err := quarantined(env)
	if err != nil {
		return c, err
	}
	if o.Name == "" {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return c, err
		}
		o.Name = filepath.Base(abs)
	}
	c.manifest, c.unused, c.labels, c.options, c.aside = kept, unused, names, o, withUnused(aside, unused)
	lock, err := split.ReadLock(filepath.Join(env.Output(split.Stage{}.Name()), split.LockFile))
	if err != nil {
		return c, err
	}
	c.lock = *lock
	c.audit, err = audited(m, env)
	return c, err
}

// auditFolder is where gesturekit audit writes in a run.
const auditFolder = "audit"

// audited returns the run's audit of m, nil if there is none.
func audited(m dataset.Manifest, env pipeline.Env) (*audit.Result, error) {
	r, err := audit.Read(env.Output(auditFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	h := sha256.New()
	if err := m.WriteCSV(h); err != nil {
		return nil, err
	}
	if r.Manifest != hex.EncodeToString(h.Sum(nil)) {
		env.Warn("the run's audit is of another manifest, so the card says that this one is not audited: run gesturekit audit")
		return nil, nil
	}
	return &r, nil
}

// quarantined reads what ingest set aside.
func quarantined(env pipeline.Env) ([]setAside, error) {
	name := filepath.Join(env.Output(ingest.Stage{}.Name()), ingest.QuarantineFile)
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	aside, err := readAside(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return aside, nil
}

// build writes everything into the empty folder dir.
func (c contents) build(ctx context.Context, m dataset.Manifest, dir string, env pipeline.Env) error {
	for _, f := range c.folders() {
		if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(f)), 0o755); err != nil {
			return err
		}
	}
	if err := c.images(ctx, m, dir, env); err != nil {
		return err
	}
	for _, f := range c.files() {
		if err := atomicfile.Write(filepath.Join(dir, filepath.FromSlash(f.name)), f.write); err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	return writeChecksums(ctx, dir, env)
}

// writeChecksums digests what lies in dir.
func writeChecksums(ctx context.Context, dir string, env pipeline.Env) error {
	t, err := list(dir)
	if err != nil {
		return err
	}
	s, unread, _, err := sum(ctx, env, dir, t.files)
	if err != nil {
		return err
	}
	if len(unread) > 0 {
		return errors.New(unread[0].String())
	}
	return atomicfile.Write(filepath.Join(dir, ChecksumsFile), s.write)
}

// images links or copies the images of the run to their places.
func (c contents) images(ctx context.Context, m dataset.Manifest, dir string, env pipeline.Env) error {
	from := make(map[string]string, len(m.Samples))
	for i := range m.Samples {
		from[m.Samples[i].ID] = env.Image(&m.Samples[i])
	}
	var done, copied atomic.Int64
	var why atomic.Pointer[error]
	_, err := pipeline.Each(ctx, env.Workers, c.manifest.Samples, func(_ context.Context, s dataset.Sample) (struct{}, error) {
		src, dst := from[s.ID], filepath.Join(dir, filepath.FromSlash(s.Path))
		err := errors.ErrUnsupported
		if c.options.Images == Link {
			if err = os.Link(src, dst); err != nil {
				copied.Add(1)
				why.CompareAndSwap(nil, &err)
			}
		}
		if err != nil {
			err = duplicate(src, dst)
		}
		env.Report(int(done.Add(1)), len(c.manifest.Samples), "images")
		return struct{}{}, err
	})
	if first := why.Load(); err == nil && first != nil {
		env.Warn(fmt.Sprintf("%d images were copied, as they could not be linked: %v", copied.Load(), bare(*first)))
	}
	return err
}

func duplicate(src, dst string) error {
	data, err := os.ReadFile(src)
	if err != nil {
		return err
	}
	return os.WriteFile(dst, data, 0o644)
}

// bare is a file error without the names of the files.
func bare(err error) error {
	var l *os.LinkError
	var p *fs.PathError
	switch {
	case errors.As(err, &l):
		return l.Err
	case errors.As(err, &p):
		return p.Err
	}
	return err
}
