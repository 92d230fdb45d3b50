package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/neardup"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/pixel"
)

// look is what the audit keeps of an image.
type look struct {
	bytes, pixels string // digests
	fault         error  // the image is missing or broken
	image         neardup.Image
}

// Examine audits a folder with all checks. Only env.Workers and env.Progress
// count.
func Examine(ctx context.Context, f Folder, o Options, env pipeline.Env) (Result, error) {
	if err := o.Validate(); err != nil {
		return Result{}, err
	}
	m := f.Manifest
	looks, err := readAll(ctx, f, env)
	if err != nil {
		return Result{}, err
	}
	found := rules(f.broken)
	for i := range looks {
		if looks[i].fault != nil {
			found = append(found, Finding{Check: Images, Level: Fail, A: m.Samples[i].ID, Detail: looks[i].fault.Error()})
		}
	}
	found = append(found, o.content(m, func(i int) string { return looks[i].bytes })...)
	if o.Pixels != Off {
		found = append(found, o.same(Pixels, m, func(i int) string { return looks[i].pixels })...)
	}
	if o.Near != Off {
		more, err := o.near(ctx, m, looks, env)
		if err != nil {
			return Result{}, err
		}
		found = append(found, more...)
	}
	return newResult(f, o, distinct(found)), nil
}

// readAll looks at every image once.
func readAll(ctx context.Context, f Folder, env pipeline.Env) ([]look, error) {
	var done atomic.Int64
	return pipeline.Each(ctx, env.Workers, f.Manifest.Samples, func(_ context.Context, s dataset.Sample) (look, error) {
		l := read(f.Root, &s)
		env.Report(int(done.Add(1)), len(f.Manifest.Samples), "images")
		return l, nil
	})
}

func read(root string, s *dataset.Sample) (l look) {
	if !filepath.IsLocal(filepath.FromSlash(s.Path)) {
		return look{fault: fmt.Errorf("path %q leaves the folder", s.Path)}
	}
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(s.Path)))
	if err != nil {
		return look{fault: err}
	}
	l.bytes = digest(data)
	img, _, err := pixel.Decode(data, pixel.DefaultLimits())
	if err != nil {
		l.fault = fmt.Errorf("%s: %w", s.Path, err)
		return l
	}
	l.pixels = fmt.Sprintf("%dx%d %s", img.Rect.Dx(), img.Rect.Dy(), digest(img.Pix))
	l.image = neardup.New(img)
	return l
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
