package export

import (
	"archive/tar"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/labels"
	"github.com/gesturekit/gesturekit/pipeline"
)

// shard is a tar file of one role's samples.
type shard struct {
	name    string
	samples []dataset.Sample
}

// block is the size that tar pads to.
const block = 512

// Shards writes the folder dir for WebDataset: for each role, tar files
// <role>-000000.tar with <id>.jpg, <id>.cls (the label's index) and <id>.json
// (every column) for each sample, and the index <role>.json of wids. Samples
// stand in the order of a hash of their IDs, so that a shard is a mixture. A
// shard has at most Options.ShardSize bytes, or one sample.
func Shards(ctx context.Context, m dataset.Manifest, o Options, dir string, env pipeline.Env) (Summary, error) {
	if err := m.Validate(); err != nil {
		return Summary{}, err
	}
	names, err := labelNames(m)
	if err != nil {
		return Summary{}, err
	}
	var s Summary
	err = publish(ctx, env, dir, func(tmp string) error {
		for _, r := range dataset.Roles() {
			in := m.InRole(r)
			if err := writeRole(ctx, r, in.Samples, names, o, tmp, env); err != nil {
				return err
			}
			s.Images += len(in.Samples)
		}
		s.Aside = len(m.Samples) - s.Images
		err := atomicfile.Write(filepath.Join(tmp, labels.NamesFile), func(w io.Writer) error { return labels.WriteNames(w, names) })
		if err != nil {
			return err
		}
		return writeChecksums(ctx, tmp, env)
	})
	return s, err
}

func writeRole(ctx context.Context, r dataset.Role, samples []dataset.Sample, names []string, o Options, dir string, env pipeline.Env) error {
	shards, err := deal(ctx, r, samples, names, o.ShardSize, env)
	if err != nil {
		return err
	}
	var done atomic.Int64
	sizes, err := pipeline.Each(ctx, env.Workers, shards, func(ctx context.Context, s shard) (int64, error) {
		name := filepath.Join(dir, s.name)
		err := atomicfile.Write(name, func(w io.Writer) error {
			return s.write(ctx, w, names, env, func() { env.Report(int(done.Add(1)), len(samples), "images") })
		})
		if err != nil {
			return 0, fmt.Errorf("write %s: %w", s.name, err)
		}
		info, err := os.Stat(name)
		if err != nil {
			return 0, err
		}
		return info.Size(), nil
	})
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, string(r)+".json"), func(w io.Writer) error { return writeIndex(w, r, shards, sizes) })
}

// deal cuts the samples, in the order of their hashes, into shards.
func deal(ctx context.Context, r dataset.Role, samples []dataset.Sample, names []string, limit int64, env pipeline.Env) ([]shard, error) {
	type dealt struct {
		key    [sha256.Size]byte
		sample dataset.Sample
		size   int64
	}
	all, err := pipeline.Each(ctx, env.Workers, samples, func(_ context.Context, s dataset.Sample) (dealt, error) {
		info, err := os.Stat(env.Image(&s))
		if err != nil {
			return dealt{}, err
		}
		text, err := json.Marshal(newRecord(&s, names))
		return dealt{sha256.Sum256([]byte(s.ID)), s, member(info.Size()) + member(1) + member(int64(len(text)))}, err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b dealt) int {
		return cmp.Or(bytes.Compare(a.key[:], b.key[:]), cmp.Compare(a.sample.ID, b.sample.ID))
	})
	var out []shard
	const end = 2 * block // of every tar file
	size := int64(end)
	for _, d := range all {
		if len(out) == 0 || size+d.size > limit {
			out, size = append(out, shard{name: fmt.Sprintf("%s-%06d.tar", r, len(out))}), end
		}
		last := &out[len(out)-1]
		last.samples, size = append(last.samples, d.sample), size+d.size
	}
	return out, nil
}

// member is what a file of n bytes takes in a tar file.
func member(n int64) int64 { return block + (n+block-1)/block*block }

func (s shard) write(ctx context.Context, w io.Writer, names []string, env pipeline.Env, done func()) error {
	t := tar.NewWriter(w)
	for i := range s.samples {
		if err := ctx.Err(); err != nil {
			return err
		}
		c := &s.samples[i]
		image, err := os.ReadFile(env.Image(c))
		if err != nil {
			return err
		}
		text, err := json.Marshal(newRecord(c, names))
		if err != nil {
			return err
		}
		for _, f := range []struct {
			ext  string
			data []byte
		}{{".jpg", image}, {".cls", []byte(strconv.Itoa(c.Label))}, {".json", text}} {
			if err := addFile(t, c.ID+f.ext, f.data); err != nil {
				return err
			}
		}
		done()
	}
	return t.Close()
}

// addFile adds a file of nobody, from no time.
func addFile(t *tar.Writer, name string, data []byte) error {
	err := t.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: name, Size: int64(len(data)), Mode: int64(fs.FileMode(0o644)), ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR,
	})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	_, err = t.Write(data)
	return err
}

// index is the list of shards that the library wids, of WebDataset, reads.
type index struct {
	Version int     `json:"wids_version"`
	Name    string  `json:"name"`
	Shards  []entry `json:"shardlist"`
}

type entry struct {
	URL     string `json:"url"`
	Samples int    `json:"nsamples"`
	Size    int64  `json:"filesize"`
}

func writeIndex(w io.Writer, r dataset.Role, shards []shard, sizes []int64) error {
	x := index{Version: 1, Name: string(r), Shards: []entry{}}
	for i, s := range shards {
		x.Shards = append(x.Shards, entry{s.name, len(s.samples), sizes[i]})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(x)
}
