package export

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/audit"
	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/ingest"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/split"
)

// Verification is what Verify looked at and what it found.
type Verification struct {
	Samples int
	Files   int   // read and digested
	Bytes   int64 // in them
	Shards  bool  // an export for WebDataset, which is held by its checksums alone
	Faults  []Fault
}

// Verify recomputes everything in the dataset folder dir that can be: every
// checksum from the bytes; the place, label and role of every image from
// manifest.csv; from it and unused.csv, every table, count and piece of metadata,
// and what split.lock.json says of roles, numbers, shares and digests; and the
// numbers of audit.json from its findings. It reads only. What is wrong with the
// dataset is a fault, sorted by file; an error means that it could not be looked
// at.
//
// Checksums alone hold what nothing in the folder tells: what the pictures show,
// what became of files in quarantine.csv that are no sample, what was found in
// audit.json and in which manifest, the description in croissant.json, and in
// split.lock.json what split.Lock.Recompute takes from it, above all whether the
// seed gives these roles; gesturekit split --check tells that in the run.
func Verify(ctx context.Context, dir string, env pipeline.Env) (Verification, error) {
	if info, err := os.Stat(dir); err != nil {
		return Verification{}, err
	} else if !info.IsDir() {
		return Verification{}, fmt.Errorf("%s is no folder", dir)
	}
	found, err := check(ctx, env, dir)
	if err != nil {
		return Verification{}, err
	}
	v := Verification{Files: len(found.tree.files), Bytes: found.bytes, Faults: found.faults}
	if v.Shards = found.tree.shards(); v.Shards {
		return v, nil
	}
	c, faults := read(dir)
	v.Samples = len(c.manifest.Samples)
	if len(faults) == 0 {
		faults = append(c.places(found.tree), c.compare(dir)...)
	}
	for _, f := range faults { // what is missing or extra need not be said twice
		if !slices.ContainsFunc(v.Faults, func(g Fault) bool { return g.File == f.File && !strings.HasPrefix(g.Problem, "changed") }) {
			v.Faults = append(v.Faults, f)
		}
	}
	slices.SortStableFunc(v.Faults, func(a, b Fault) int { return strings.Compare(a.File, b.File) })
	return v, nil
}

// read reads the files that the others follow from.
func read(dir string) (c contents, faults []Fault) {
	fault := func(name string, err error) {
		if errors.Is(err, fs.ErrNotExist) {
			err = errors.New("missing: a folder that gesturekit export folder wrote has it")
		}
		faults = append(faults, Fault{name, bare(err).Error()})
	}
	data := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			fault(name, err)
		}
		return data
	}
	if text := data(dataset.FileName); text != nil {
		m, err := dataset.ReadCSV(bytes.NewReader(text))
		if err == nil {
			c.labels, err = labelNames(m)
		}
		if c.manifest = m; err != nil {
			fault(dataset.FileName, err)
		}
	}
	if text := data(UnusedFile); text != nil {
		m, err := dataset.ReadCSV(bytes.NewReader(text))
		if c.unused = m; err == nil {
			err = c.rest()
		}
		if err != nil {
			fault(UnusedFile, err)
		}
	}
	if text := data(split.LockFile); text != nil {
		if l, err := split.ParseLock(text); err != nil {
			fault(split.LockFile, err)
		} else {
			c.lock = *l
		}
	}
	if text := data(ingest.QuarantineFile); text != nil {
		aside, err := readAside(text)
		if c.aside = withUnused(aside, c.unused); err != nil {
			fault(ingest.QuarantineFile, err)
		}
	}
	if text := data(CroissantFile); text != nil {
		o, err := readDescription(text)
		if c.options = o; err != nil {
			fault(CroissantFile, err)
		}
	}
	if r, err := audit.Read(dir); err == nil {
		if c.audit = &r; r.Samples != len(c.manifest.Samples)+len(c.unused.Samples) {
			err = fmt.Errorf("it is of %d samples: there are %d here, and %d unused", r.Samples, len(c.manifest.Samples), len(c.unused.Samples))
		}
		if err = errors.Join(err, r.Check()); err != nil {
			fault(audit.ResultFile, err)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		fault(audit.ResultFile, err)
	}
	return c, faults
}

// rest fails unless the samples of UnusedFile are unused ones beside those of the
// manifest.
func (c contents) rest() error {
	for i := range c.unused.Samples {
		if s := &c.unused.Samples[i]; s.Role != dataset.Unused || s.Parent != "" {
			return fmt.Errorf("sample %s has the role %q and the parent %q: want unused captures alone", s.ID, s.Role, s.Parent)
		}
	}
	return c.all().Validate()
}

// places compares the manifest with where images and folders lie.
func (c contents) places(t tree) (faults []Fault) {
	known := map[string]bool{}
	for i := range c.manifest.Samples {
		s := &c.manifest.Samples[i]
		known[s.Path] = true
		switch want := imagePath(s, c.labels); {
		case s.Role == dataset.Unused:
			faults = append(faults, Fault{s.Path, dataset.FileName + " gives it the role unused"})
		case s.Path != want:
			faults = append(faults, Fault{s.Path, fmt.Sprintf("%s gives it role %s and label %s: want it at %s", dataset.FileName, s.Role, c.labels[s.Label], want)})
		}
		if _, there := slices.BinarySearch(t.files, s.Path); !there {
			faults = append(faults, Fault{s.Path, "missing: " + dataset.FileName + " lists it"})
		}
	}
	for _, name := range t.files {
		if path.Ext(name) == ".jpg" && !known[name] {
			faults = append(faults, Fault{name, "extra: " + dataset.FileName + " does not list it"})
		}
	}
	want := c.folders()
	for _, r := range dataset.Roles() {
		want = append(want, string(r))
	}
	for _, f := range want {
		if _, there := slices.BinarySearch(t.folders, f); !there {
			faults = append(faults, Fault{f, "missing: loaders number the folders of a role, so each needs one for every label"})
		}
	}
	for _, f := range t.folders {
		if !slices.Contains(want, f) {
			faults = append(faults, Fault{f, "extra folder: loaders may take it for a label"})
		}
	}
	return faults
}

// compare writes every table anew and compares it with the one in dir.
func (c contents) compare(dir string) (faults []Fault) {
	for _, f := range c.files() {
		if err := same(filepath.Join(dir, filepath.FromSlash(f.name)), f.write); err != nil {
			faults = append(faults, Fault{f.name, bare(err).Error()})
		}
	}
	return faults
}

// same fails when the file has not the bytes that write writes.
func same(name string, write func(io.Writer) error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	c := &comparer{file: bufio.NewReaderSize(f, 1<<16), line: 1}
	if err := write(c); err != nil {
		return err
	}
	if _, err := c.file.ReadByte(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("line %d: it goes on where %s ends", c.line, dataset.FileName)
	}
	return nil
}

// comparer is a writer that fails at the first byte that the file has otherwise.
type comparer struct {
	file *bufio.Reader
	line int
	have []byte
}

func (c *comparer) Write(want []byte) (int, error) {
	if cap(c.have) < len(want) {
		c.have = make([]byte, len(want))
	}
	n, err := io.ReadFull(c.file, c.have[:len(want)])
	for i, b := range want[:n] {
		if c.have[i] != b {
			return i, fmt.Errorf("line %d: it does not follow from %s", c.line, dataset.FileName)
		}
		if b == '\n' {
			c.line++
		}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("line %d: it ends too early for %s", c.line, dataset.FileName)
	}
	return n, err
}
