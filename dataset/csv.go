package dataset

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/gesturekit/gesturekit/internal/atomicfile"
)

// FileName is the manifest's name in a stage's folder.
const FileName = "manifest.csv"

func columns() []string {
	return []string{"id", "path", "category", "group", "source", "sha256", "parent", "partition", "role", "label", "trace", "taken_at", "camera"}
}

// WriteCSV writes the manifest as CSV: a header, then a line a sample, sorted
// by ID, with LF line ends. The same manifest always gives the same bytes.
func (m Manifest) WriteCSV(w io.Writer) error {
	out, err := NewWriter(w)
	if err != nil {
		return err
	}
	for i := range m.Samples {
		if err := out.Write(&m.Samples[i]); err != nil {
			return err
		}
	}
	return out.Flush()
}

// Write writes the manifest to dir/manifest.csv, whole or not at all.
func (m Manifest) Write(dir string) error {
	return atomicfile.Write(filepath.Join(dir, FileName), m.WriteCSV)
}

// Read reads dir/manifest.csv and validates it.
func Read(dir string) (Manifest, error) {
	name := filepath.Join(dir, FileName)
	f, err := os.Open(name)
	if err != nil {
		return Manifest{}, err
	}
	defer f.Close()
	m, err := ReadCSV(f)
	if err != nil {
		return Manifest{}, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// ReadCSV reads what WriteCSV wrote, in any order of lines and with CRLF or a
// byte order mark if a spreadsheet put them there, and validates it. Errors
// name the line and column and wrap ErrInvalid.
func ReadCSV(r io.Reader) (Manifest, error) {
	var samples []Sample
	for s, err := range Scan(r) {
		if err != nil {
			return Manifest{}, err
		}
		samples = append(samples, *s)
	}
	m := New(samples)
	return m, m.Validate()
}

func parseRow(row []string) (s Sample, err error) {
	s = Sample{
		ID: row[0], Path: row[1], Category: row[2], Group: row[3], Source: row[4], SHA256: row[5], Parent: row[6],
		Label: NoLabel,
	}
	if s.Partition, err = ParsePartition(row[7]); err != nil {
		return s, err
	}
	if s.Role, err = ParseRole(row[8]); err != nil {
		return s, err
	}
	if row[9] != "" {
		if s.Label, err = strconv.Atoi(row[9]); err != nil || s.Label < 0 {
			return s, fmt.Errorf("label %q: want a whole number from 0", row[9])
		}
	}
	if row[10] != "" {
		if !json.Valid([]byte(row[10])) {
			return s, fmt.Errorf("trace is not JSON")
		}
		s.Trace = json.RawMessage(row[10])
	}
	if s.TakenAt = row[11]; s.TakenAt != "" {
		if _, err = WallTime(s.TakenAt); err != nil {
			return s, err
		}
	}
	s.Camera = row[12]
	return s, nil
}
