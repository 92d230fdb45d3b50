package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/ingest/archive"
)

// Dataset is a public dataset of which is known what it must hold.
type Dataset struct {
	Name, About, License string
	URL                  string
	Bytes                int64    // of the archive, 0 where the server packs it anew
	SHA256               string   // of the archive, "" likewise
	Folders              []string // of the archive, whose folders are the categories; laid over one another
	Files                int      // in them
	Content              string   // SHA-256 over the lines that sha256sum prints for them by path, "" if the archive's holds
}

// Datasets lists the public datasets.
//
// The sums of Imagenette's archives are those that TensorFlow Datasets pins
// (tensorflow_datasets/datasets/imagenette/checksums.tsv), and its number of files those
// of its splits, 9,469 and 3,925. GitHub packs an archive of a commit when it is
// asked for, and does not promise its bytes: sign-digits is pinned by the content
// of its files at that commit, computed from a clone.
func Datasets() []Dataset {
	const digits = "4b09433ef9d5c60602e8805bb54b8aa2428527f8"
	list := []Dataset{{
		Name: "sign-digits", About: "Sign Language Digits: 10 signs, 2,062 photographs, 100x100", License: "Apache-2.0",
		URL:     "https://github.com/ardamavi/Sign-Language-Digits-Dataset/archive/" + digits + ".tar.gz",
		Folders: []string{"Sign-Language-Digits-Dataset-" + digits + "/Dataset"}, Files: 2062,
		Content: "30d0ee3c8599928f6f98281a33826ca56fa9382069785bea8716221a344b606f",
	}}
	for _, v := range []struct {
		name, about, sum string
		bytes            int64
	}{
		{"imagenette2-160", "shorter side 160", "64d0c4859f35a461889e0147755a999a48b49bf38a7e0f9bd27003f10db02fe5", 99003388},
		{"imagenette2-320", "shorter side 320", "569b4497c98db6dd29f335d1f109cf315fe127053cedf69010d047f0188e158c", 341663724},
		{"imagenette2", "full size", "6cbfac238434d89fe99e651496f0812ebc7a10fa62bd42d6874042bf01de4efd", 1557161267},
	} {
		list = append(list, Dataset{
			Name: v.name, About: "Imagenette: 10 categories of ImageNet, 13,394 photographs, " + v.about, License: "ImageNet's terms, research only",
			URL:   "https://s3.amazonaws.com/fast-ai-imageclas/" + v.name + ".tgz",
			Bytes: v.bytes, SHA256: v.sum, Folders: []string{v.name + "/train", v.name + "/val"}, Files: 13394,
		})
	}
	return list
}

// Dataset copies a public dataset to the folder name within dir, one folder per
// category. The folder appears when all is there and checked. It returns false
// if it was there already, right where its content is pinned.
func (f Fetcher) Dataset(ctx context.Context, d Dataset, dir string) (fresh bool, err error) {
	to := filepath.Join(dir, d.Name)
	if _, err := os.Lstat(to); err == nil {
		if err := d.check(to); err != nil {
			return false, fmt.Errorf("%s is there, but not as it should be: %w; move it away to fetch it again", to, err)
		}
		return false, nil
	}
	work := filepath.Join(dir, "."+d.Name+".fetch")
	if err := os.MkdirAll(work, 0o755); err != nil {
		return false, err
	}
	a, err := parse(d.URL)
	if err != nil {
		return false, err
	}
	packed := filepath.Join(work, a.base())
	if _, err := os.Stat(packed); err != nil || d.SHA256 != "" {
		if err := f.file(ctx, a, want{sha256: d.SHA256, bytes: d.Bytes}, packed, filepath.Join(work, "part")); err != nil {
			return false, err
		}
	}
	tree := filepath.Join(work, "tree")
	if err := d.unpack(ctx, packed, filepath.Join(work, "unpacked"), tree); err != nil {
		if errors.Is(err, ErrChecksum) || errors.Is(err, archive.ErrBroken) || errors.Is(err, archive.ErrNotArchive) {
			err = errors.Join(err, os.RemoveAll(work)) // not to be gone on with
		}
		return false, fmt.Errorf("unpack %s: %w", a, err)
	}
	if err := os.Rename(tree, to); err != nil {
		return false, err
	}
	return true, os.RemoveAll(work)
}

// unpack lays the dataset's files out in tree.
func (d Dataset) unpack(ctx context.Context, packed, dir, tree string) error {
	if err := errors.Join(os.RemoveAll(dir), os.RemoveAll(tree), os.MkdirAll(dir, 0o755), os.MkdirAll(tree, 0o755)); err != nil {
		return err
	}
	entries, err := archive.Unpack(ctx, packed, dir, archive.Limits{Files: 1 << 20, Bytes: 1 << 34, FileBytes: 1 << 30}, func(name string) bool { return d.place(name) == "" })
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Fault != nil {
			return fmt.Errorf("%s: %w", e.Name, e.Fault)
		}
		name := filepath.Join(tree, filepath.FromSlash(d.place(e.Name)))
		if _, err := os.Lstat(name); err == nil {
			return fmt.Errorf("%w: two files are %s", ErrChecksum, d.place(e.Name))
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.Rename(filepath.Join(dir, e.File), name); err != nil {
			return err
		}
	}
	return d.check(tree)
}

// place returns a file's path in the dataset, "" if it is no part of it.
func (d Dataset) place(name string) string {
	for _, folder := range d.Folders {
		if rest, ok := strings.CutPrefix(name, folder+"/"); ok && filepath.IsLocal(filepath.FromSlash(rest)) {
			return rest
		}
	}
	return ""
}

// check compares the files of a folder with what the dataset must hold.
func (d Dataset) check(dir string) error {
	var names []string
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		names = append(names, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		return err
	}
	if len(names) != d.Files {
		return fmt.Errorf("%w: %d files, want %d", ErrChecksum, len(names), d.Files)
	}
	if d.Content == "" {
		return nil
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		sum, err := digest(filepath.Join(dir, filepath.FromSlash(name)), sha256.New())
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%s  %s\n", sum, name)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != d.Content {
		return fmt.Errorf("%w: the SHA-256 of the content is %s, want %s", ErrChecksum, got, d.Content)
	}
	return nil
}
