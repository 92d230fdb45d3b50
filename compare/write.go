package compare

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"github.com/gesturekit/gesturekit/internal/atomicfile"
)

// The names of the files that a comparison writes.
const (
	JSONFile     = "compare.json" // a Result
	CSVFile      = "compare.csv"  // a line a row
	CellsFile    = "cells.csv"    // a line a cell and decoding
	MarkdownFile = "compare.md"
	HTMLFile     = "compare.html"
)

// WriteFiles writes the result in all forms into a folder.
func (r Result) WriteFiles(dir string) error {
	for _, f := range []struct {
		name  string
		write func(io.Writer) error
	}{{JSONFile, r.WriteJSON}, {CSVFile, r.WriteCSV}, {CellsFile, r.WriteCells}, {MarkdownFile, r.WriteMarkdown}, {HTMLFile, r.WriteHTML}} {
		if err := atomicfile.Write(filepath.Join(dir, f.name), f.write); err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	return nil
}

// WriteJSON writes the result as indented JSON.
func (r Result) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// WriteCSV writes a line for each row: mean and standard deviation of each
// metric, empty where there is none.
func (r Result) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	header := []string{"split", "loss", "recipe", "variant", "decoding", "cells", "missed"}
	for _, m := range Metrics() {
		header = append(header, string(m), string(m)+"_sd")
	}
	if err := c.Write(header); err != nil {
		return err
	}
	for _, row := range r.Rows {
		line := append(row.fields(), strconv.Itoa(row.Metrics[Overall].Cells), strconv.Itoa(row.Missed))
		for _, m := range Metrics() {
			line = append(line, digits(row.Metrics[m].Mean), digits(row.Metrics[m].SD))
		}
		if err := c.Write(line); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

func (r Row) fields() []string {
	return []string{string(r.Split), r.Loss, r.Recipe, r.Variant, r.Decoding}
}

// WriteCells writes a line for each cell and decoding. Cells that failed have
// none.
func (r Result) WriteCells(w io.Writer) error {
	c := csv.NewWriter(w)
	header := []string{"split", "loss", "recipe", "variant", "decoding", "partition", "seed", "threshold", "missed"}
	for _, m := range Metrics() {
		header = append(header, string(m))
	}
	if err := c.Write(header); err != nil {
		return err
	}
	for _, row := range r.Rows {
		for _, i := range row.cells {
			cell := r.Cells[i]
			if cell.Values == nil {
				continue
			}
			v := cell.Values[row.at]
			line := append(row.fields(), cell.Partition, strconv.FormatUint(cell.Seed, 10), digits(&v.Threshold), strconv.FormatBool(v.Missed))
			for _, m := range Metrics() {
				text := ""
				if x, ok := v.Metrics[m]; ok {
					text = digits(&x)
				}
				line = append(line, text)
			}
			if err := c.Write(line); err != nil {
				return err
			}
		}
	}
	c.Flush()
	return c.Error()
}

// digits writes six significant digits: samples are far fewer than a million.
func digits(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'g', 6, 64)
}
