package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"

	"github.com/gesturekit/gesturekit/internal/atomicfile"
)

// The names of the files that Result.Write writes.
const (
	ResultFile   = "audit.json"   // the result, for programs
	FindingsFile = "findings.csv" // a line a finding
	SheetFile    = "sheet.png"    // the pairs side by side, if there are any
)

// Schema is the version of ResultFile.
const Schema = 1

// Result is what an audit found: the content of ResultFile.
type Result struct {
	Schema   int       `json:"schema"`
	Manifest string    `json:"manifest_sha256"` // of the manifest audited
	Samples  int       `json:"samples"`
	Passed   bool      `json:"passed"` // nothing of level fail
	Checks   []Count   `json:"checks"`
	Findings []Finding `json:"findings"` // the gravest first

	folder Folder
}

// Count is what one check found.
type Count struct {
	Check      Check `json:"check"`
	Level      Level `json:"level"`
	Faults     int   `json:"faults"`     // of single samples
	Leaks      int   `json:"leaks"`      // pairs in two roles
	Conflicts  int   `json:"conflicts"`  // pairs under two categories
	Duplicates int   `json:"duplicates"` // other pairs
}

func newResult(f Folder, o Options, found []Finding) Result {
	r := Result{
		Schema: Schema, Manifest: f.Digest, Samples: len(f.Manifest.Samples), Passed: true,
		Findings: append([]Finding{}, found...), folder: f,
	}
	for _, c := range Checks() {
		n := Count{Check: c, Level: o.of(c)}
		for _, f := range found {
			if f.Check == c {
				n.add(f)
			}
		}
		r.Checks = append(r.Checks, n)
	}
	for _, f := range found {
		r.Passed = r.Passed && f.Level != Fail
	}
	return r
}

func (n *Count) add(f Finding) {
	if f.B == "" {
		n.Faults++
		return
	}
	if f.Leak {
		n.Leaks++
	}
	if f.Conflict {
		n.Conflicts++
	}
	if !f.Leak && !f.Conflict {
		n.Duplicates++
	}
}

// Check fails unless passed and the numbers of each check follow from the
// findings.
func (r Result) Check() error {
	passed, counts := true, map[Check]*Count{}
	for _, n := range r.Checks {
		counts[n.Check] = &Count{Check: n.Check, Level: n.Level}
	}
	for _, f := range r.Findings {
		if passed = passed && f.Level != Fail; counts[f.Check] == nil {
			return fmt.Errorf("a finding of the check %q, which checks does not list", f.Check)
		}
		counts[f.Check].add(f)
	}
	if r.Passed != passed {
		return fmt.Errorf("passed is %t, want %t by the levels of its findings", r.Passed, passed)
	}
	for _, n := range r.Checks {
		if want := *counts[n.Check]; n != want {
			return fmt.Errorf("check %s has %d faults, %d leaks, %d conflicts and %d duplicates: its findings are %d, %d, %d and %d",
				n.Check, n.Faults, n.Leaks, n.Conflicts, n.Duplicates, want.Faults, want.Leaks, want.Conflicts, want.Duplicates)
		}
	}
	return nil
}

// Err returns nil for an audit that was passed, and otherwise ErrFound with the
// number of findings that made it fail.
func (r Result) Err() error {
	n := 0
	for _, f := range r.Findings {
		if f.Level == Fail {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%w: %d findings", ErrFound, n)
}

// Write writes the result's files into dir, which is made if missing. A sheet
// of an earlier audit is removed when this one has no pair to show.
func (r Result) Write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	sheet := filepath.Join(dir, SheetFile)
	img, err := r.sheet()
	if err != nil {
		return err
	}
	if img == nil {
		err = os.Remove(sheet)
		if errors.Is(err, os.ErrNotExist) {
			err = nil
		}
	} else {
		err = writePNG(sheet, img)
	}
	return errors.Join(err,
		atomicfile.Write(filepath.Join(dir, FindingsFile), r.WriteCSV),
		atomicfile.Write(filepath.Join(dir, ResultFile), r.WriteJSON),
	)
}

// WriteJSON writes ResultFile.
func (r Result) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

func writePNG(name string, img image.Image) error {
	return atomicfile.Write(name, func(w io.Writer) error {
		return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(w, img)
	})
}

// Read reads the result in dir. Its Findings name samples by ID.
func Read(dir string) (Result, error) {
	name := filepath.Join(dir, ResultFile)
	data, err := os.ReadFile(name)
	if err != nil {
		return Result{}, err
	}
	var r Result
	if err := json.Unmarshal(data, &r); err != nil {
		return Result{}, fmt.Errorf("%s: %w", name, err)
	}
	if r.Schema != Schema {
		return Result{}, fmt.Errorf("%s: schema %d, want %d: run gesturekit audit again", name, r.Schema, Schema)
	}
	return r, nil
}
