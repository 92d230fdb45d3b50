package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gesturekit/gesturekit/dataset"
)

// Folder is a dataset on disk, to be audited.
type Folder struct {
	Root     string // the paths in the manifest are relative to it
	File     string // the manifest
	Digest   string // SHA-256 of the manifest
	Manifest dataset.Manifest
	broken   error // what dataset.Validate says of it
}

// Open finds the manifest of a folder: its own, or, of a run's folder, that of
// the last stage of augment, labels, split and ingest. A manifest that breaks
// the rules of a dataset is opened all the same, for the audit to report.
func Open(dir string) (Folder, error) {
	if _, err := os.Stat(dir); err != nil {
		return Folder{}, err
	}
	for _, in := range []string{".", "augment", "labels", "split", "ingest"} {
		file := filepath.Join(dir, in, dataset.FileName)
		data, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return Folder{}, err
		}
		m, err := dataset.ReadCSV(bytes.NewReader(data))
		if err != nil && len(m.Samples) == 0 {
			return Folder{}, fmt.Errorf("%s: %w", file, err)
		}
		if len(m.Samples) == 0 {
			return Folder{}, fmt.Errorf("%w: %s lists no sample", dataset.ErrInvalid, file)
		}
		sum := sha256.Sum256(data)
		return Folder{Root: root(dir, m), File: file, Digest: hex.EncodeToString(sum[:]), Manifest: m, broken: err}, nil
	}
	return Folder{}, fmt.Errorf("%s: %w: no %s in it, nor in a stage's folder below it", dir, fs.ErrNotExist, dataset.FileName)
}

// root returns what the paths are relative to: the folder, or for a stage's
// folder inside a run the one above.
func root(dir string, m dataset.Manifest) string {
	first := filepath.FromSlash(m.Samples[0].Path)
	above := filepath.Join(dir, "..")
	if _, err := os.Stat(filepath.Join(dir, first)); err == nil {
		return dir
	}
	if _, err := os.Stat(filepath.Join(above, first)); err == nil {
		return above
	}
	return dir
}

// rules makes findings of the faults that dataset.Validate reported.
func rules(err error) []Finding {
	if err == nil {
		return nil
	}
	many, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []Finding{{Check: Rules, Level: Fail, Detail: err.Error()}}
	}
	var out []Finding
	for _, e := range many.Unwrap() {
		if e != dataset.ErrInvalid {
			out = append(out, rules(e)...)
		}
	}
	return out
}
