package audit

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/internal/contact"
)

// The names of the files that Suspects.Write writes.
const (
	SuspectsFile  = "suspects.csv" // a line a suspect label, the worst first
	SuspectsSheet = "suspects.png" // their images, if there are any
)

// WriteText writes the worst suspects for a person to read.
func (s Suspects) WriteText(w io.Writer) error {
	fmt.Fprintf(w, "%s: %d of %d captures are named right by networks that never saw their group; %d labels are suspect\n",
		s.folder.File, s.Right, s.Samples, len(s.Suspects))
	for i, x := range s.Suspects {
		if i == shown {
			fmt.Fprintf(w, "and %d more: %s lists them\n", len(s.Suspects)-shown, SuspectsFile)
			break
		}
		if _, err := fmt.Fprintf(w, "%d  %s labelled %s (%.3f), looks like %s (%.3f)\n", i+1, x.Sample.Source, x.Sample.Category, x.Given, x.Suggested, x.Other); err != nil {
			return err
		}
	}
	return nil
}

// WriteCSV writes a line a suspect.
func (s Suspects) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	if err := c.Write([]string{"id", "path", "source", "group", "category", "suggested", "p_category", "p_suggested", "margin"}); err != nil {
		return err
	}
	for _, x := range s.Suspects {
		row := []string{x.Sample.ID, x.Sample.Path, x.Sample.Source, x.Sample.Group, x.Sample.Category, x.Suggested}
		for _, p := range []float32{x.Given, x.Other, x.margin()} {
			row = append(row, strconv.FormatFloat(float64(p), 'f', 4, 32))
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// Write writes the files into dir, which is made if missing.
func (s Suspects) Write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := atomicfile.Write(filepath.Join(dir, SuspectsFile), s.WriteCSV); err != nil {
		return err
	}
	sheet := filepath.Join(dir, SuspectsSheet)
	var tiles []contact.Tile
	for i, x := range s.Suspects[:min(len(s.Suspects), sheetPairs)] {
		img, err := beside(s.folder.Root, x.Sample)
		if err != nil {
			return err
		}
		tiles = append(tiles, contact.Tile{Picture: img, Label: fmt.Sprintf("%d labelled %s %.2f\n%s %.2f", i+1, x.Sample.Category, x.Given, x.Suggested, x.Other)})
	}
	if len(tiles) == 0 {
		if err := os.Remove(sheet); !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	}
	return writePNG(sheet, layOut(tiles, 2*sheetColumns, sheetSide))
}
